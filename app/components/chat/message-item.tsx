import { memo, type RefCallback } from "react";
import { useFormat } from "#app/i18n/use-format.ts";
import { authorId, MessageBubble, textId, type ShownMessage } from "./message-bubble.tsx";
import type { Readers } from "./readers.ts";
import { SeenBy } from "./seen-by.tsx";

interface MessageItemProps {
  message: ShownMessage;
  own: boolean;
  /** Several people write here. */
  named: boolean;
  newDay: boolean;
  startsGroup: boolean;
  endsGroup: boolean;
  /** The time the page was made, ms since 1970: server and browser name the days alike. */
  now: number;
  /** Watches whether the message is really on the screen. */
  observe?: RefCallback<HTMLElement>;
  onRetry?: (clientId: string) => void;
  onDiscard?: (clientId: string) => void;
  /** Who has seen it, where that is shown. */
  readers?: Readers | null | undefined;
}

/** A message in the list, with its day above it when the day begins. */
export const MessageItem = memo(function MessageItem({ message, own, named, newDay, startsGroup, endsGroup, now, observe, onRetry, onDiscard, readers }: MessageItemProps) {
  const format = useFormat();
  return (
    <li ref={observe ?? null} data-stop aria-labelledby={`${authorId(message)} ${textId(message)}`} data-seq={own ? undefined : (message.seq ?? undefined)}>
      {newDay && (
        <div className="day-separator">
          <span>{format.day(message.createdAt, now)}</span>
        </div>
      )}
      <MessageBubble message={message} own={own} named={named} startsGroup={startsGroup} endsGroup={endsGroup} onRetry={onRetry} onDiscard={onDiscard} />
      {readers && <SeenBy readers={readers} />}
    </li>
  );
});
