/** Who may be meant by the `@…` before the caret. Pure. */
import { fold } from "#app/domain/search/fold.ts";

export interface Mentionable {
  id: string;
  name: string;
  hue: number;
  avatar?: string | null | undefined;
}

export interface Mentioning {
  /** Where the `@` stands, and where the caret is. */
  from: number;
  to: number;
  people: Mentionable[];
}

const MOST_SUGGESTED = 6;
const LONGEST_BEGINNING = 40;
/** Up to three words, since names have some. */
const BEGINNING = /(?<![\p{L}\p{M}\p{N}_])@((?:[\p{L}\p{M}\p{N}_'’-]+ ?){0,3})$/u;

/** Null where nobody is being mentioned. Names are compared as in a search: without accents, tashkeel and forms of hamza. */
export function mentioning(text: string, caret: number, people: readonly Mentionable[]): Mentioning | null {
  const before = text.slice(Math.max(0, caret - LONGEST_BEGINNING), caret);
  const match = BEGINNING.exec(before);
  if (!match) return null;
  const wanted = fold(match[1]!);
  const fits = ({ name }: Mentionable) => fold(name).startsWith(wanted) || fold(name).split(/[^\p{L}\p{N}]+/u).some((part) => wanted !== "" && part.startsWith(wanted));
  const found = people.filter(fits).slice(0, MOST_SUGGESTED);
  // The whole name stands there already: nothing is left to suggest.
  if (found.length === 0 || (found.length === 1 && fold(found[0]!.name) === wanted.trimEnd() && wanted.endsWith(" "))) return null;
  return { from: caret - match[0].length, to: caret, people: found };
}

/** The text with somebody's name in the place of what was typed, and where the caret then is. */
export function mentioned(text: string, { from, to }: Pick<Mentioning, "from" | "to">, { name }: Pick<Mentionable, "name">): { text: string; caret: number } {
  const inserted = `@${name} `;
  return { text: text.slice(0, from) + inserted + text.slice(to), caret: from + inserted.length };
}
