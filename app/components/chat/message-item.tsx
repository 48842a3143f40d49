import { memo, type RefCallback } from "react";
import { useTranslation } from "react-i18next";
import { useFormat } from "#app/i18n/use-format.ts";
import type { MessageMode } from "./message-actions.ts";
import { authorId, MessageBubble, textId, type MessageContext, type ShownMessage } from "./message-bubble.tsx";
import type { Readers } from "./readers.ts";
import { SeenBy } from "./seen-by.tsx";

interface MessageItemProps {
  /** The same object for all messages, as long as nothing in it changes. */
  context: MessageContext;
  mode?: MessageMode | null;
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
  /** The chat opened at this message: because the address asks for it, or because it was the first unread one. */
  opening?: "asked" | "unread" | null;
}

/** A message in the list, with its day above it when the day begins. */
export const MessageItem = memo(function MessageItem({ context, mode = null, message, own, named, newDay, startsGroup, endsGroup, now, observe, onRetry, onDiscard, readers, opening = null }: MessageItemProps) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <li ref={observe ?? null} data-stop data-asked={opening === "asked" || undefined} aria-labelledby={`${authorId(message)} ${textId(message)}`} data-seq={own ? undefined : (message.seq ?? undefined)}>
      {opening === "unread" && (
        <div className="unread-separator" data-first-unread>
          <span>{t("chats.newHere")}</span>
        </div>
      )}
      {newDay && (
        <div className="day-separator">
          <span>{format.day(message.createdAt, now)}</span>
        </div>
      )}
      <MessageBubble context={context} mode={mode} message={message} own={own} named={named} startsGroup={startsGroup} endsGroup={endsGroup} onRetry={onRetry} onDiscard={onDiscard} />
      {readers && <SeenBy readers={readers} />}
    </li>
  );
});
