import { Fragment, memo } from "react";
import { paragraphsOf, type Names, type Part } from "./paragraphs.ts";

/**
 * A message's text: each paragraph has its own direction, so Arabic and English can follow each other, and what has one
 * of its own within them (a name, an address, a number to call, code) stays in its place and in its order.
 */
export const MessageText = memo(function MessageText({ body, names, viewerId }: { body: string; names: Names; viewerId: string }) {
  const own = names.get(viewerId)?.toLowerCase();
  return (
    <>
      {paragraphsOf(body, names).map(({ parts, direction }, index) => (
        <p key={index} dir={direction ?? "auto"} className="min-h-[1lh] whitespace-pre-wrap wrap-anywhere">
          {parts.map((part, position) => (
            <Fragment key={position}>{shown(part, own)}</Fragment>
          ))}
        </p>
      ))}
    </>
  );
});

function shown(part: Part, own: string | undefined) {
  switch (part.kind) {
    case "link":
      return (
        <a href={part.href} dir="ltr" target="_blank" rel="noopener noreferrer nofollow" className="underline decoration-1 underline-offset-4">
          {part.text}
        </a>
      );
    case "mention":
      return <bdi className={part.text.slice(1).toLowerCase() === own ? "mention mention-own" : "mention"}>{part.text}</bdi>;
    case "code":
      return (
        <code dir="ltr" className="message-code">
          {part.text}
        </code>
      );
    case "phone":
      // Overridden, not only isolated: groups of Arabic digits stand in the text's order even where all around them is left to right.
      return <bdo dir="ltr">{part.text}</bdo>;
    case "text":
      return part.text;
  }
}
