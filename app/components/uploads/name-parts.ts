/** Its last letters go along where they are few: "final.pdf" after Arabic is one word, which a cut in it would turn around. */
const LAST_WORD = /[\w-]{0,8}\.[A-Za-z0-9]{1,10}$/;
const EXTENSION = /\.[A-Za-z0-9]{1,10}$/;
const LATIN = /[A-Za-z0-9_-]$/;

/** A file's name in two: what may be shortened, and how it ends. Together they are the name. */
export function nameParts(name: string): { stem: string; ending: string } {
  const word = LAST_WORD.exec(name);
  // Of a longer word only the extension: within it no cut is better than another.
  const found = word && !LATIN.test(name.slice(0, word.index)) ? word : EXTENSION.exec(name);
  if (!found) return { stem: name, ending: "" };
  return { stem: name.slice(0, found.index), ending: found[0] };
}
