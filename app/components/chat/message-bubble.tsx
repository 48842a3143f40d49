import { Check, CheckCheck, CircleAlert, Clock } from "lucide-react";
import type { TFunction } from "i18next";
import { memo } from "react";
import { useTranslation } from "react-i18next";
import type { Format } from "#app/i18n/format.ts";
import { useFormat } from "#app/i18n/use-format.ts";
import { Avatar } from "#app/components/avatar.tsx";
import { Button } from "#app/components/button.tsx";
import { VisuallyHidden } from "#app/components/visually-hidden.tsx";
import { MessageText } from "./message-text.tsx";
import type { TimelineMessage } from "./timeline.ts";

/** One's own message: on its way, accepted, seen by the other, or refused. Others' are just received. */
export type MessageStatus = "received" | "sending" | "sent" | "read" | "failed";

/** A message as the chat shows it, sent or still on its way. */
export interface ShownMessage extends TimelineMessage {
  clientId: string;
  /** The number within the conversation; null while on its way. */
  seq: number | null;
  senderName: string;
  hue: number;
  body: string;
  edited: boolean;
  /** Its place stays, its text is gone. */
  deleted: boolean;
  status: MessageStatus;
  readAt: number | null;
  /** In a room: how many are known to have seen one's own message. */
  readBy: number | null;
  /** Why it was refused, translated. */
  problem: string | null;
}

interface MessageBubbleProps {
  message: ShownMessage;
  own: boolean;
  /** Several people write here: each run of messages begins with its author's name. */
  named: boolean;
  startsGroup: boolean;
  endsGroup: boolean;
  /** Absent where nothing can be on its way (without JavaScript). */
  onRetry: ((clientId: string) => void) | undefined;
  onDiscard: ((clientId: string) => void) | undefined;
}

export const MessageBubble = memo(function MessageBubble({ message, own, named, startsGroup, endsGroup, onRetry, onDiscard }: MessageBubbleProps) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <div className={`flex gap-2 ${own ? "flex-row-reverse" : ""} ${startsGroup ? "mt-4" : "mt-1"}`}>
      {!own && <div className="w-8 shrink-0 self-end">{endsGroup && <Avatar name={message.senderName} hue={message.hue} size="sm" />}</div>}
      <div className={`flex max-w-[min(38rem,82%)] flex-col ${own ? "items-end" : "items-start"}`}>
        {named && !own && startsGroup ? (
          <span id={authorId(message)} data-hue={message.hue % 8} className="mb-1 max-w-full truncate px-2 text-xs font-semibold text-hue">
            <bdi>{message.senderName}</bdi>
          </span>
        ) : (
          <span id={authorId(message)} className="sr-only">
            {own ? t("chats.you") : message.senderName}
          </span>
        )}
        <div
          id={textId(message)}
          data-message={message.key}
          data-status={message.status}
          className={`bubble ${own ? "bubble-own" : "bubble-other"} ${endsGroup ? "bubble-tail" : ""} ${message.status === "sending" ? "opacity-75" : ""}`}
        >
          {message.deleted ? <p className="italic text-ink-soft">{t("chats.deleted")}</p> : <MessageText body={message.body} />}
        </div>
        {(endsGroup || message.edited || message.status === "failed" || message.status === "sending") && (
          <div className="mt-1 flex items-center gap-1.5 px-2 text-xs text-ink-soft">
            <time dateTime={new Date(message.createdAt).toISOString()} className="tabular-nums">
              {format.time(message.createdAt)}
            </time>
            {message.edited && !message.deleted && <span>{t("chats.edited")}</span>}
            {own && <StatusMark message={message} />}
          </div>
        )}
        {message.status === "failed" && (
          <div className="mt-1 flex flex-wrap items-center justify-end gap-2 px-2">
            <p className="text-xs text-bad">{message.problem}</p>
            <Button size="sm" variant="secondary" onClick={() => onRetry?.(message.clientId)}>
              {t("chats.retry")}
            </Button>
            <Button size="sm" variant="ghost" onClick={() => onDiscard?.(message.clientId)}>
              {t("chats.delete")}
            </Button>
          </div>
        )}
      </div>
    </div>
  );
});

/** A message is named by its author and its text, not by when it came. */
export const authorId = ({ key }: TimelineMessage) => `author-${key}`;
export const textId = ({ key }: TimelineMessage) => `text-${key}`;

const MARKS = { sending: Clock, sent: Check, read: CheckCheck, failed: CircleAlert } as const;

function StatusMark({ message }: { message: ShownMessage }) {
  const { t } = useTranslation();
  const format = useFormat();
  if (message.status === "received") return null;
  const Mark = MARKS[message.status];
  const label = labelOf(message, t, format);
  return (
    <span className={message.status === "failed" ? "text-bad" : message.status === "read" ? "text-good" : ""} title={label}>
      <Mark aria-hidden size={15} strokeWidth={1.5} />
      <VisuallyHidden>{label}</VisuallyHidden>
    </span>
  );
}

function labelOf({ status, readAt, readBy }: ShownMessage, t: TFunction, format: Format): string {
  if (status === "read" && readAt !== null) return t("chats.readAt", { time: format.time(readAt) });
  if (status === "read" && readBy !== null) return t("chats.seenByCount", { count: readBy });
  return t(`chats.status.${status}`);
}
