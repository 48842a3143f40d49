import { Link } from "@remix-run/react";
import { Check, CheckCheck, CircleAlert, Clock, Ellipsis } from "lucide-react";
import type { TFunction } from "i18next";
import { memo } from "react";
import { useTranslation } from "react-i18next";
import type { Format } from "#app/i18n/format.ts";
import { useFormat } from "#app/i18n/use-format.ts";
import { Avatar } from "#app/components/avatar.tsx";
import { Button } from "#app/components/button.tsx";
import { VisuallyHidden } from "#app/components/visually-hidden.tsx";
import type { FileData, ImageData } from "#app/domain/images/image.ts";
import type { QueuedFile } from "#app/realtime/queue-storage.ts";
import { MessageAttachments } from "./message-attachments.tsx";
import type { Reaction } from "#app/domain/conversations/events.ts";
import type { MessageActions, MessageMode } from "./message-actions.ts";
import { MessageEditor } from "./message-editor.tsx";
import { MessageMenu } from "./message-menu.tsx";
import { MessageReactions } from "./message-reactions.tsx";
import { MessageText } from "./message-text.tsx";
import type { TimelineMessage } from "./timeline.ts";

/** One's own message: on its way, accepted, seen by the other, or refused. Others' are just received. */
export type MessageStatus = "received" | "sending" | "sent" | "read" | "failed";

/** A message as the chat shows it, sent or still on its way. */
export interface ShownMessage extends TimelineMessage {
  /** Null while on its way. */
  id: string | null;
  clientId: string;
  /** The number within the conversation; null while on its way. */
  seq: number | null;
  senderName: string;
  hue: number;
  avatar?: string | null | undefined;
  body: string;
  images: readonly ImageData[];
  files: readonly FileData[];
  /** Of one that is on its way. */
  queued: readonly QueuedFile[];
  edited: boolean;
  /** Its place stays, its text is gone. */
  deleted: boolean;
  status: MessageStatus;
  readAt: number | null;
  /** In a room: how many are known to have seen one's own message. */
  readBy: number | null;
  /** Why it was refused, translated. */
  problem: string | null;
  reactions: readonly Reaction[];
  /** The newest change of it that is on its way, or was refused: its `clientId`, how it stands, and why it was refused, translated. */
  changeId: string | null;
  changeStatus: "sending" | "failed" | null;
  changeProblem: string | null;
}

export interface MessageContext {
  conversationId: string;
  viewerId: string;
  /** Of everybody who may be named here, by id. */
  names: ReadonlyMap<string, string>;
  /** Absent without JavaScript: then the way to all that can be done with a message is a page of its own. */
  actions?: MessageActions;
}

interface MessageBubbleProps {
  context: MessageContext;
  /** What is open at this message. */
  mode: MessageMode | null;
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

export const MessageBubble = memo(function MessageBubble({ context, mode, message, own, named, startsGroup, endsGroup, onRetry, onDiscard }: MessageBubbleProps) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <div className={`flex gap-2 ${own ? "flex-row-reverse" : ""} ${startsGroup ? "mt-4" : "mt-1"}`}>
      {!own && <div className="w-8 shrink-0 self-end">{endsGroup && <Avatar name={message.senderName} hue={message.hue} avatar={message.avatar} size="sm" />}</div>}
      <div className={`flex max-w-[min(38rem,82%)] flex-col ${own ? "items-end" : "items-start"}`}>
        {named && !own && startsGroup ? (
          <span id={authorId(message)} data-hue={message.hue % 8} className="mb-1 flex max-w-full px-2 text-xs font-semibold text-hue">
            <bdi className="truncate">{message.senderName}</bdi>
          </span>
        ) : (
          <span id={authorId(message)} className="sr-only">
            {own ? t("chats.you") : message.senderName}
          </span>
        )}
        <div className={`message-line ${own ? "flex-row-reverse" : ""}`}>
          <div
            id={textId(message)}
            data-message={message.key}
            data-status={message.status}
            className={`bubble ${own ? "bubble-own" : "bubble-other"} ${endsGroup ? "bubble-tail" : ""} ${message.status === "sending" ? "opacity-75" : ""}`}
          >
            {!message.deleted && <MessageAttachments images={message.images} files={message.files} queued={message.queued} senderName={message.senderName} />}
            {message.deleted ? (
              <p className="italic text-ink-soft">{t("chats.deleted")}</p>
            ) : mode === "edit" && context.actions ? (
              <MessageEditor message={message} actions={context.actions} />
            ) : (
              message.body !== "" && <MessageText body={message.body} names={context.names} viewerId={context.viewerId} />
            )}
          </div>
          {mode !== "edit" && <More context={context} message={message} isOpen={mode === "menu"} />}
        </div>
        {mode === "menu" && context.actions && !message.deleted && <MessageMenu conversationId={context.conversationId} message={message} viewerId={context.viewerId} own={own} actions={context.actions} />}
        <MessageReactions reactions={message.reactions} viewerId={context.viewerId} names={context.names} onReact={reactTo(message, context.actions)} />
        {(endsGroup || message.changeStatus !== null || message.edited || message.status === "failed" || message.status === "sending") && (
          <div className="mt-1 flex items-center gap-1.5 px-2 text-xs text-ink-soft">
            <time dateTime={new Date(message.createdAt).toISOString()} className="tabular-nums">
              {format.time(message.createdAt)}
            </time>
            {message.edited && !message.deleted && <span>{t("chats.edited")}</span>}
            {own && <StatusMark message={message.changeStatus === "sending" ? { ...message, status: "sending" } : message} />}
          </div>
        )}
        {message.changeStatus === "failed" && message.changeId !== null && (
          <div className="mt-1 flex flex-wrap items-center justify-end gap-2 px-2">
            <p className="text-xs text-bad">{message.changeProblem}</p>
            <Button size="sm" variant="secondary" onClick={() => onRetry?.(message.changeId!)}>
              {t("chats.retry")}
            </Button>
            <Button size="sm" variant="ghost" onClick={() => onDiscard?.(message.changeId!)}>
              {t("messageActions.discardChange")}
            </Button>
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

const reactTo = (message: ShownMessage, actions: MessageActions | undefined) => actions && ((emoji: string, on: boolean) => actions.react(message, emoji, on));

/** The way to what can be done with a message: a menu under it; without JavaScript a page. */
function More({ context: { conversationId, actions }, message, isOpen }: { context: MessageContext; message: ShownMessage; isOpen: boolean }) {
  const { t } = useTranslation();
  if (message.deleted) return null;
  // Its place is there before it is: a bubble as wide as the line would shrink in the moment it is sent.
  if (message.id === null) return <span aria-hidden className="message-more-place" />;
  return (
    <Link
      to={`/chats/${conversationId}/message/${message.id}`}
      target={actions ? undefined : "_top"}
      prefetch="none"
      aria-label={t("messageActions.title")}
      title={t("messageActions.title")}
      aria-expanded={actions ? isOpen : undefined}
      role={actions ? "button" : undefined}
      className="message-more"
      data-message-more
      onClick={(event) => {
        if (!actions) return;
        event.preventDefault();
        actions.toggleMenu(message);
      }}
      onKeyDown={(event) => {
        if (!actions || event.key !== " ") return;
        event.preventDefault();
        actions.toggleMenu(message);
      }}
    >
      <Ellipsis aria-hidden size={18} strokeWidth={1.5} />
    </Link>
  );
}

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
