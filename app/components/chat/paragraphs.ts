/** A message's text as the page shows it: paragraphs with a direction each, and in them what keeps its own. Pure. */
import LinkifyIt from "linkify-it";

const linkify = new LinkifyIt({ fuzzyEmail: true, fuzzyLink: true });
const SAFE_SCHEMES = /^(https?|mailto):/i;
/** What ends a sentence or a quotation elsewhere than in English; of the ASCII ones linkify-it knows it by itself. */
const SENTENCE_END = /[،؛؟۔»”’…]+$/u;

export type Names = ReadonlyMap<string, string>;

/** All but plain text stands apart from the words around it: it neither turns them around nor is turned by them. */
export type Part = { kind: "text" | "code" | "phone" | "mention"; text: string } | { kind: "link"; text: string; href: string };

export type Direction = "ltr" | "rtl";

export interface Paragraph {
  parts: Part[];
  /** null: no letter in the whole message says one. */
  direction: Direction | null;
}

/** In backticks, which stay: nothing that was written is hidden. Within a word they are other languages' letters (Mu`awiya). */
const CODE = /(?<![\p{L}\p{M}\p{N}_`])`(?=[^`\s])[^`]*(?<=\S)`(?![\p{L}\p{M}\p{N}_`])/gu;

/**
 * A number to call: seven digits and more, in groups or not, that begin with + or 0. Between right-to-left words, or in
 * Arabic digits anywhere, its groups would stand in the opposite order. Not a date with its day first: that is read with the text.
 */
const PHONE = /(?<![\p{L}\p{M}\p{N}_.,:/+-])(?!\p{Nd}{1,2}([-./])\p{Nd}{1,2}\1\p{Nd}{4}(?!\p{Nd}))(?:\+ ?\(?\p{Nd}|\(?[0٠۰])(?:[ \u00a0()./-]{0,2}\p{Nd}){6,16}(?![\p{L}\p{M}\p{N}_])/gu;

/** Splits a line into text and links. Only http, https and mailto become links. */
export function linkParts(line: string): Part[] {
  const parts: Part[] = [];
  let end = 0;
  for (const match of linkify.match(line) ?? []) {
    if (!SAFE_SCHEMES.test(match.url)) continue;
    if (match.index > end) parts.push({ kind: "text", text: line.slice(end, match.index) });
    const after = SENTENCE_END.exec(match.text)?.[0].length ?? 0;
    parts.push({ kind: "link", text: match.text.slice(0, match.text.length - after), href: match.url.slice(0, match.url.length - after) });
    end = match.lastIndex - after;
  }
  if (end < line.length) parts.push({ kind: "text", text: line.slice(end) });
  return parts;
}

const patterns = new WeakMap<Names, RegExp | null>();

/** Finds `@` and a whole name, the longest that fits, as app/domain/conversations/mentions.ts does it. */
function mentionPattern(names: Names): RegExp | null {
  const known = patterns.get(names);
  if (known !== undefined) return known;
  const escaped = [...new Set(names.values())].filter((name) => name !== "").sort((a, b) => b.length - a.length).map((name) => name.replaceAll(/[.*+?^${}()|[\]\\/-]/g, "\\$&"));
  const pattern = escaped.length === 0 ? null : new RegExp(`(?<![\\p{L}\\p{M}\\p{N}_])@(?:${escaped.join("|")})(?![\\p{L}\\p{M}\\p{N}_])`, "giu");
  patterns.set(names, pattern);
  return pattern;
}

/** What a pattern finds in text becomes a part of that kind, the rest stays text. */
function split(text: string, pattern: RegExp, kind: "code" | "phone" | "mention"): Part[] {
  const parts: Part[] = [];
  let end = 0;
  for (const match of text.matchAll(pattern)) {
    if (match.index > end) parts.push({ kind: "text", text: text.slice(end, match.index) });
    parts.push({ kind, text: match[0] });
    end = match.index + match[0].length;
  }
  if (end < text.length) parts.push({ kind: "text", text: text.slice(end) });
  return parts;
}

/** Each finder looks only at what those before it left as text. */
const refined = (parts: Part[], find: (text: string) => Part[]): Part[] => parts.flatMap((part) => (part.kind === "text" ? find(part.text) : [part]));

function partsOf(line: string, names: Names): Part[] {
  const mentions = line.includes("@") ? mentionPattern(names) : null;
  let parts = line.includes("`") ? split(line, CODE, "code") : [{ kind: "text" as const, text: line }];
  parts = refined(parts, linkParts);
  // Before the numbers: a name may end with one.
  if (mentions) parts = refined(parts, (text) => split(text, mentions, "mention"));
  return refined(parts, (text) => split(text, PHONE, "phone"));
}

/** A letter, or one of the marks that stand for one. */
const STRONG = /[\p{L}\u200e\u200f\u061c]/u;
const RIGHT_TO_LEFT = /[\u0590-\u08ff\u200f\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;

function directionOf(text: string): Direction | null {
  const first = STRONG.exec(text)?.[0];
  return first === undefined ? null : RIGHT_TO_LEFT.test(first) ? "rtl" : "ltr";
}

/**
 * A paragraph goes the way of its own first letter. Names, links, numbers to call and code say nothing about that as
 * long as there are words; where there are none, the first name does.
 */
function ownDirection(parts: readonly Part[]): Direction | null {
  const of = (kind: Part["kind"]) => directionOf(parts.map((part) => (part.kind === kind ? part.text : " ")).join(""));
  return of("text") ?? of("mention");
}

/** A body's paragraphs. One that says no direction goes with the one before it, and the first ones with the first that does. */
export function paragraphsOf(body: string, names: Names): Paragraph[] {
  const paragraphs = body.split("\n").map((line) => {
    const parts = partsOf(line, names);
    return { parts, direction: ownDirection(parts) };
  });
  let last = paragraphs.find(({ direction }) => direction !== null)?.direction ?? null;
  return paragraphs.map(({ parts, direction }) => ({ parts, direction: (last = direction ?? last) }));
}
