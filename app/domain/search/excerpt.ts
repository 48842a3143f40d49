/** The part of a found message that is shown. Pure. */
import { marksIn } from "./fold.ts";

/** In UTF-16 code units. */
const BEFORE = 60;
const LENGTH = 220;
const ELLIPSIS = "…";

/** The text around the first mark, in pieces that are marked or not. */
export function excerptOf(body: string, words: readonly string[]): { text: string; isMarked: boolean }[] {
  const marks = marksIn(body, words);
  const first = marks[0]?.start ?? 0;
  const from = first > BEFORE ? boundary(body, first - BEFORE) : 0;
  const to = Math.min(body.length, from + LENGTH);
  const pieces: { text: string; isMarked: boolean }[] = [];
  let at = from;
  const add = (end: number, isMarked: boolean) => {
    if (end > at) pieces.push({ text: body.slice(at, end).replaceAll(/\s+/g, " ").toWellFormed(), isMarked });
    at = Math.max(at, end);
  };
  for (const { start, end } of marks) {
    if (start >= to) break;
    add(start, false);
    add(Math.min(end, to), true);
  }
  add(to, false);
  if (from > 0) pieces.unshift({ text: ELLIPSIS, isMarked: false });
  if (to < body.length) pieces.push({ text: ELLIPSIS, isMarked: false });
  return pieces;
}

/** Not in the middle of a word, if a blank is near. */
function boundary(body: string, at: number): number {
  const blank = body.slice(at, at + BEFORE).search(/\s/);
  return blank === -1 ? at : at + blank + 1;
}
