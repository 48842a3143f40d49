const ARABIC = /\p{Script=Arabic}/u;
const segments = new Intl.Segmenter("und", { granularity: "grapheme" });

const firstLetter = (word: string): string => {
  const [first] = segments.segment(word);
  return first?.segment ?? "";
};

/**
 * What stands on an avatar: first letters of the first and last word. One letter where Arabic is among them: two side
 * by side would join and read as a word of their own.
 */
export function initialsOf(name: string): string {
  // The article is not what tells names apart.
  const words = name.trim().split(/\s+/u).map((word) => word.replace(/^[^\p{L}\p{N}]+/u, "").replace(/^ال(?=\p{L}{2})/u, "")).filter(Boolean);
  const first = firstLetter(words[0] ?? "");
  const last = words.length > 1 ? firstLetter(words.at(-1) ?? "") : "";
  return (ARABIC.test(first + last) ? first : first + last).toUpperCase();
}
