import LinkifyIt from "linkify-it";
import { memo } from "react";

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

/** A message's text: each paragraph finds its own direction, so Arabic and English can follow each other. */
export const MessageText = memo(function MessageText({ body }: { body: string }) {
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
              part.text
            ),
          )}
        </p>
      ))}
    </>
  );
});
