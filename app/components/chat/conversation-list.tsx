import { NavLink } from "@remix-run/react";
import { BellOff } from "lucide-react";
import { useRef } from "react";
import { useTranslation } from "react-i18next";
import { nameOf, type ConversationSummary } from "#app/domain/conversations/conversation.ts";
import { UNREAD_LIMIT } from "#app/domain/conversations/limits.ts";
import { useFormat } from "#app/i18n/use-format.ts";
import { Badge } from "#app/components/badge.tsx";
import { isolatedNames } from "#app/components/isolated-names.tsx";
import { useArrowKeys } from "#app/components/use-arrow-keys.ts";
import { VisuallyHidden } from "#app/components/visually-hidden.tsx";
import { ConversationAvatar } from "./conversation-avatar.tsx";

interface ConversationListProps {
  conversations: ConversationSummary[];
  viewerId: string;
  now: number;
}

/** The viewer's chats, newest first, each with its last message and what is unread. */
export function ConversationList({ conversations, viewerId, now }: ConversationListProps) {
  const list = useRef<HTMLUListElement>(null);
  useArrowKeys(list, { enter: "current" });
  return (
    <ul ref={list} className="flex flex-col gap-0.5">
      {conversations.map((conversation) => (
        <li key={conversation.id}>
          <NavLink to={`/chats/${conversation.id}`} prefetch="intent" data-stop className={({ isActive }) => `conversation-row ${isActive ? "conversation-row-active" : ""}`}>
            <ConversationAvatar conversation={conversation} />
            <span className="min-w-0 flex-1">
              <Title conversation={conversation} now={now} />
              <span className="flex items-center justify-between gap-2">
                <LastMessage conversation={conversation} viewerId={viewerId} />
                <Unread conversation={conversation} />
              </span>
            </span>
          </NavLink>
        </li>
      ))}
    </ul>
  );
}

function Title({ conversation, now }: { conversation: ConversationSummary; now: number }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { lastMessage } = conversation;
  return (
    <span className="flex items-baseline justify-between gap-2">
      <span className="flex min-w-0 items-baseline gap-1.5">
        <bdi className="truncate font-semibold">{nameOf(conversation)}</bdi>
        {conversation.notifyLevel === "none" && (
          <span className="shrink-0 self-center text-ink-soft" title={t("chats.muted")}>
            <BellOff aria-hidden size={14} />
            <VisuallyHidden>{t("chats.muted")}</VisuallyHidden>
          </span>
        )}
      </span>
      {lastMessage && (
        <time dateTime={new Date(lastMessage.createdAt).toISOString()} className="shrink-0 text-xs text-ink-soft tabular-nums">
          {format.moment(lastMessage.createdAt, now)}
        </time>
      )}
    </span>
  );
}

function LastMessage({ conversation: { kind, lastMessage, unread }, viewerId }: { conversation: ConversationSummary; viewerId: string }) {
  const { t } = useTranslation();
  const isOwn = lastMessage?.senderId === viewerId;
  // The colon is the page's, not the name's: it stands between the name and the text, whatever their directions.
  const author = isOwn ? t("chats.youPrefix") : kind === "room" && lastMessage ? isolatedNames([lastMessage.senderName], ([name]) => t("chats.authorPrefix", { name })) : null;
  return (
    <span className={`flex min-w-0 truncate text-sm ${unread > 0 ? "text-ink" : "text-ink-soft"}`}>
      {lastMessage ? (
        <>
          {author !== null && <span className="me-1 flex max-w-[50%] shrink-0 [&>bdi]:truncate">{author}</span>}
          <bdi className="truncate">{lastMessage.deletedAt === null ? lastMessage.body : t("chats.deleted")}</bdi>
        </>
      ) : (
        t("chats.noMessagesYet")
      )}
    </span>
  );
}

function Unread({ conversation: { unread, notifyLevel } }: { conversation: ConversationSummary }) {
  const { t } = useTranslation();
  const format = useFormat();
  if (unread === 0) return null;
  const more = unread >= UNREAD_LIMIT;
  const shown = UNREAD_LIMIT - 1;
  return (
    <Badge tone={notifyLevel === "none" ? "neutral" : "accent"}>
      <span aria-hidden>{more ? t("chats.more", { number: format.number(shown) }) : format.number(unread)}</span>
      <VisuallyHidden>{more ? t("chats.unreadMore", { count: shown }) : t("chats.unread", { count: unread })}</VisuallyHidden>
    </Badge>
  );
}
