/**
 * Looks for secrets in a document: as they are, url-encoded, in base64 (also within a longer text, and url-safe), in
 * hex, as JSON escapes, in other case, and these within each other. Told by where, and whose; never with the value.
 */
import type { Secret } from "./secrets.ts";

export interface Leak {
  /** The setting whose value it is. */
  secret: string;
  /** Where in the document, as a path. */
  at: string;
}

/** Encodings within encodings. */
const DEPTH = 5;
/** Of one text so many readings at most: it is short, and this is far above what its encodings give. */
const MAX_READINGS = 2_000;
/** A shorter secret is looked for as a whole word of a value: as a part of one it would be found everywhere. */
const MIN_PART_LENGTH = 8;

/** @returns each secret once for each place */
export function findLeaks(document: unknown, secrets: readonly Secret[]): Leak[] {
  const found = new Map<string, Leak>();
  for (const [at, text, kind] of [...texts(document, ""), ["whole", JSON.stringify(document), "whole"] as const]) {
    // Each text in it was read in every way already.
    const readings = kind === "whole" ? [text] : readingsOf(text);
    for (const secret of secrets) if (readings.some((reading) => holds(reading, secret.value, kind))) found.set(`${at} ${secret.name}`, { secret: secret.name, at });
  }
  const leaks = [...found.values()];
  // In the whole only, if it stands in no single place: cut in two by the document's own commas, say.
  return leaks.filter(({ at, secret }) => at !== "whole" || !leaks.some((other) => other.at !== "whole" && other.secret === secret));
}

/** Every key and every value, with its path. */
function* texts(value: unknown, path: string): Generator<[at: string, text: string, kind: "key" | "value"]> {
  if (typeof value !== "object" || value === null) {
    yield [path, String(value), "value"];
    return;
  }
  for (const [key, inner] of Object.entries(value)) {
    const at = Array.isArray(value) ? `${path}[${key}]` : path === "" ? key : `${path}.${key}`;
    // A key that is a secret is not repeated in the path that tells of it.
    if (!Array.isArray(value)) yield [`${path === "" ? "document" : path} (key)`, key, "key"];
    yield* texts(inner, at);
  }
}

function holds(reading: string, secret: string, kind: "key" | "value" | "whole"): boolean {
  if (secret.length >= MIN_PART_LENGTH) return reading.includes(secret) || reading.toLowerCase().includes(secret.toLowerCase());
  return kind === "value" && (reading === secret || reading.split(/[^\p{L}\p{N}]+/u).includes(secret));
}

/** A text and all that it may be read as. */
function readingsOf(text: string): string[] {
  const all = new Set([text]);
  let newest = [text];
  for (let depth = 0; depth < DEPTH && all.size < MAX_READINGS; depth++) {
    const next = newest.flatMap(decodings).filter((reading) => !all.has(reading));
    for (const reading of next) all.add(reading);
    newest = [...new Set(next)];
  }
  return [...all];
}

const decodings = (text: string): string[] => [...percent(text), ...escapes(text), ...base64(text), ...hex(text)];

/** In a query a blank is a plus, and a plus is written out: so blanks come first. */
const percent = (text: string): string[] => {
  const spaced = text.replaceAll("+", " ");
  return /%[0-9a-f]{2}/i.test(text) ? [unescaped(text), unescaped(spaced)] : spaced === text ? [] : [spaced];
};

const unescaped = (text: string) => text.replaceAll(/(?:%[0-9a-f]{2})+/gi, (run) => Buffer.from(run.replaceAll("%", ""), "hex").toString("utf8"));

const CONTROLS: Record<string, string> = { n: "\n", r: "\r", t: "\t", b: "\b", f: "\f" };

const escapes = (text: string): string[] =>
  text.includes("\\") ? [text.replaceAll(/\\(?:u([0-9a-f]{4})|(.))/gi, (_, code: string | undefined, letter: string) => (code === undefined ? (CONTROLS[letter] ?? letter) : String.fromCharCode(Number.parseInt(code, 16))))] : [];

/** Where a run begins within a longer word is unknown: each of the four beginnings is read. */
const base64 = (text: string): string[] =>
  (text.match(/[\w+/-]{8,}={0,2}/g) ?? []).flatMap((run) => [0, 1, 2, 3].map((from) => Buffer.from(run.slice(from), "base64").toString("utf8")));

const hex = (text: string): string[] => (text.match(/[0-9a-f]{8,}/gi) ?? []).flatMap((run) => [0, 1].map((from) => Buffer.from(run.slice(from, from + Math.floor((run.length - from) / 2) * 2), "hex").toString("utf8")));
