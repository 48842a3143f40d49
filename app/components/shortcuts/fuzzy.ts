/** Finds names by some of their letters, in order, in either script. Pure. */
import { fold } from "#app/domain/search/fold.ts";

/** A letter that begins a word, or follows the one before, says more than one that stands anywhere. */
const BEGINS = 3;
const FOLLOWS = 2;
const ANYWHERE = 1;

/** Higher is better; null: not all letters are there, in this order. Nothing wanted fits everything. */
export function fuzzyScore(name: string, wanted: string): number | null {
  const text = [...fold(name)];
  const letters = [...fold(wanted)].filter((letter) => letter !== " ");
  let score = 0;
  let at = -1;
  for (const letter of letters) {
    const begins = (index: number) => index === 0 || !/[\p{L}\p{N}]/u.test(text[index - 1]!);
    const following = text[at + 1] === letter ? at + 1 : -1;
    const beginning = text.findIndex((other, index) => index > at && other === letter && begins(index));
    const any = text.indexOf(letter, at + 1);
    const next = following !== -1 ? following : beginning !== -1 ? beginning : any;
    if (next === -1) return null;
    score += begins(next) ? BEGINS : next === at + 1 ? FOLLOWS : ANYWHERE;
    at = next;
  }
  return score;
}

/** Those that fit, the best first; equal ones in the order given. */
export function fuzzyFound<Item>(items: readonly Item[], nameOf: (item: Item) => string, wanted: string): Item[] {
  return items
    .map((item) => ({ item, score: fuzzyScore(nameOf(item), wanted) }))
    .filter((each): each is { item: Item; score: number } => each.score !== null)
    .sort((a, b) => b.score - a.score)
    .map(({ item }) => item);
}
