/** Who is named in a text: `@` and a member's whole name. Pure, shared with the browser. */

/** More are not told: a text that names everybody names nobody. */
export const MAX_MENTIONED = 50;

/** Upper and lower case, and the several ways to write the same letter, are the same. */
const folded = (text: string) => text.normalize("NFC").toLowerCase();

/** Before the `@` (else it is an address) and after the name (else it is a longer word). */
const WORD = /[\p{L}\p{M}\p{N}_]/u;
const isWord = (character: string | undefined) => character !== undefined && WORD.test(character);

/**
 * The ids of those whom `body` names, in the order of `people`. Where several names fit at one place, the longest is
 * meant: "@Sam Smith" does not name Sam.
 */
export function mentionedIn<Someone extends { id: string; name: string }>(body: string, people: readonly Someone[]): string[] {
  if (!body.includes("@")) return [];
  const text = folded(body);
  const named = new Set<string>();
  for (let at = text.indexOf("@"); at !== -1; at = text.indexOf("@", at + 1)) {
    if (isWord(text[at - 1])) continue;
    let longest = 0;
    let meant: string[] = [];
    for (const { id, name } of people) {
      const wanted = folded(name);
      const fits = wanted.length >= longest && wanted.length > 0 && text.startsWith(wanted, at + 1) && !isWord(text[at + 1 + wanted.length]);
      if (!fits) continue;
      meant = wanted.length === longest ? [...meant, id] : [id];
      longest = wanted.length;
    }
    for (const id of meant) named.add(id);
  }
  return people.filter(({ id }) => named.has(id)).slice(0, MAX_MENTIONED).map(({ id }) => id);
}
