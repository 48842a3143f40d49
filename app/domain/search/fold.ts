/**
 * Words as they are searched: what people write in several ways for the same is the same here. Pure, shared by the index,
 * the question and the marks on the screen, so that these three always agree, on both database drivers.
 */

/** Letters that Unicode keeps apart and readers don't, beside what decomposes into a letter and marks (أ إ آ ؤ ئ and é do). */
const SAME: Record<string, string> = {
  ٱ: "ا",
  ى: "ي",
  ی: "ي",
  ے: "ي",
  ک: "ك",
  ة: "ه",
  ۀ: "ه",
  ہ: "ه",
  ھ: "ه",
  ß: "ss",
  æ: "ae",
  œ: "oe",
  ø: "o",
  đ: "d",
  ł: "l",
  ı: "i",
};
const TO_FOLD = new RegExp(`[${Object.keys(SAME).join("")}]`, "gu");

/** Marks (tashkeel, accents), tatweel, and what is not seen (joiners, direction signs). */
const UNSEEN = /[\p{M}\p{Cf}\u0640]/gu;
/** Arabic-Indic and Persian digits. */
const DIGITS = /[\u0660-\u0669\u06f0-\u06f9]/gu;
const DIGIT_BITS = 0xf;

/** Longer words are cut: nobody types one, and the index need not hold a page without blanks as one word. */
export const MAX_WORD_LENGTH = 64;

/** Latin in lower case without accents; Arabic without tashkeel and tatweel, with one alef, one yaa and one haa; Latin digits. */
export const fold = (text: string): string =>
  text
    .normalize("NFKD")
    .replaceAll(UNSEEN, "")
    .toLowerCase()
    .replaceAll(UNSEEN, "")
    .replaceAll(TO_FOLD, (letter) => SAME[letter] ?? letter)
    .replaceAll(DIGITS, (digit) => String(digit.charCodeAt(0) & DIGIT_BITS));

/** A run of letters and digits, with what belongs to them; signs of scripts that are written without blanks; an emoji. */
const WORD = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]|(?:(?![\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}])[\p{L}\p{N}\p{M}\p{Cf}\u0640])+|\p{Extended_Pictographic}/gu;

export interface Word {
  /** Where it stands in the text, in UTF-16 code units. */
  start: number;
  end: number;
  folded: string;
}

/** The words of a text, in order. */
export function wordsIn(text: string): Word[] {
  const words: Word[] = [];
  for (const { 0: written, index } of text.matchAll(WORD)) {
    const folded = cut(fold(written));
    // Compatibility forms may hold a blank (ﷺ): each part is found, at the same place.
    for (const part of folded.split(/[^\p{L}\p{N}\p{Extended_Pictographic}]+/u)) if (part !== "") words.push({ start: index, end: index + written.length, folded: part });
  }
  return words;
}

const cut = (word: string) => (word.length <= MAX_WORD_LENGTH ? word : word.slice(0, MAX_WORD_LENGTH).toWellFormed());

const ARTICLE = "ال";
const SHORTEST_AFTER_ARTICLE = 2;

/** As it stands, and without the Arabic article: "كتاب" finds "الكتاب". */
export function formsOf(folded: string): string[] {
  const bare = folded.startsWith(ARTICLE) ? folded.slice(ARTICLE.length) : "";
  return bare.length >= SHORTEST_AFTER_ARTICLE ? [folded, bare] : [folded];
}

/** Whether a word of a text is meant by a word of the question: it begins with it; a single letter must be the whole. */
export const isMeant = (folded: string, wanted: string): boolean => formsOf(folded).some((form) => (wanted.length === 1 ? form === wanted : form.startsWith(wanted)));

/** The places in a text to be marked, in order, none overlapping. */
export function marksIn(text: string, wanted: readonly string[]): { start: number; end: number }[] {
  const marks: { start: number; end: number }[] = [];
  for (const { start, end, folded } of wordsIn(text)) {
    if (marks.at(-1)?.start !== start && wanted.some((word) => isMeant(folded, word))) marks.push({ start, end });
  }
  return marks;
}

/** Whether a text holds every word of the question. */
export function isFound(text: string, wanted: readonly string[]): boolean {
  const words = wordsIn(text);
  return wanted.every((word) => words.some(({ folded }) => isMeant(folded, word)));
}
