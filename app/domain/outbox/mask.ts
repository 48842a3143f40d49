/** An event's payload as the console may show it: what it is made of, never what people wrote. */
import { ID_PATTERN } from "#app/domain/ids.ts";

export type Masked = { kind: "plain"; text: string } | { kind: "hidden"; characters: number } | { kind: "list"; items: Masked[]; more: number } | { kind: "object"; entries: [string, Masked][] };

const MOST_ITEMS = 20;
const DEEPEST = 6;
/** A key that a program chose; what else stands there may be somebody's text. */
const KEY = /^[A-Za-z_][A-Za-z0-9_:-]{0,40}$/;

/** Numbers, truth values and ids stay; every other text gives way to its length. */
export function masked(value: unknown, depth = 0): Masked {
  if (typeof value === "string") return ID_PATTERN.test(value) ? { kind: "plain", text: value } : { kind: "hidden", characters: [...value].length };
  if (Array.isArray(value)) {
    if (depth >= DEEPEST) return { kind: "list", items: [], more: value.length };
    return { kind: "list", items: value.slice(0, MOST_ITEMS).map((item) => masked(item, depth + 1)), more: Math.max(0, value.length - MOST_ITEMS) };
  }
  if (typeof value === "object" && value !== null) {
    const entries = depth >= DEEPEST ? [] : Object.entries(value);
    return { kind: "object", entries: entries.map(([key, inside]) => [KEY.test(key) ? key : "…", masked(inside, depth + 1)]) };
  }
  return { kind: "plain", text: String(value) };
}
