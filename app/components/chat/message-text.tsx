import LinkifyIt from "linkify-it";
import { Fragment, memo, type ReactNode } from "react";

const linkify = new LinkifyIt({ fuzzyEmail: true, fuzzyLink: true });
const SAFE_SCHEMES = /^(https?|mailto):/i;

type Part = { text: string; href?: string };

/** Splits a line into text and links. Only http, https and mailto become links. */
export function linkParts(line: string): Part[] {
  const parts: Part[] = [];
  let end = 0;
  for (const match of linkify.match(line) ?? []) {
    if (!SAFE_SCHEMES.test(match.url)) continue;
    if (match.index > end) parts.push({ text: line.slice(end, match.index) });
    parts.push({ text: match.text, href: match.url });
    end = match.lastIndex;
  }
  if (end < line.length) parts.push({ text: line.slice(end) });
  return parts;
}

type Names = ReadonlyMap<string, string>;
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

/** Text with the names in it kept apart, so that an Arabic one in an English sentence, and the other way round, stays in its place. */
function withMentions(text: string, names: Names, viewerId: string): ReactNode {
  const pattern = text.includes("@") ? mentionPattern(names) : null;
  if (!pattern) return text;
  const own = names.get(viewerId)?.toLowerCase();
  const parts: ReactNode[] = [];
  let end = 0;
  for (const match of text.matchAll(pattern)) {
    parts.push(text.slice(end, match.index));
    parts.push(
      <bdi key={match.index} className={match[0].slice(1).toLowerCase() === own ? "mention mention-own" : "mention"}>
        {match[0]}
      </bdi>,
    );
    end = match.index + match[0].length;
  }
  return [...parts, text.slice(end)];
}

/** A message's text: each paragraph finds its own direction, so Arabic and English can follow each other. */
export const MessageText = memo(function MessageText({ body, names, viewerId }: { body: string; names: Names; viewerId: string }) {
  return (
    <>
      {body.split("\n").map((line, index) => (
        <p key={index} dir="auto" className="min-h-[1lh] whitespace-pre-wrap wrap-anywhere">
          {linkParts(line).map((part, position) =>
            part.href ? (
              <a key={position} href={part.href} dir="ltr" target="_blank" rel="noopener noreferrer nofollow" className="underline decoration-1 underline-offset-4">
                {part.text}
              </a>
            ) : (
              <Fragment key={position}>{withMentions(part.text, names, viewerId)}</Fragment>
            ),
          )}
        </p>
      ))}
    </>
  );
});
