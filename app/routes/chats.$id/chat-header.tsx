import { Link } from "@remix-run/react";
import { ArrowLeft, Info } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { ConversationAvatar } from "#app/components/chat/conversation-avatar.tsx";
import { classes } from "#app/components/classes.ts";
import { ConnectionBadge, type ConnectionState } from "#app/components/connection-badge.tsx";
import { NameLine } from "#app/components/name-line.tsx";
import { nameOf, type ConversationInfo } from "#app/domain/conversations/conversation.ts";

interface ChatHeaderProps {
  conversation: ConversationInfo;
  connection: ConnectionState;
  /** Whether what is known about the chat stands beside it. */
  infoShown: boolean;
  /** Under the name: who it is, or who is here. */
  children?: ReactNode;
}

const SQUARE = "inline-flex size-target flex-none items-center justify-center rounded-md transition-colors hover:bg-sunken";

export function ChatHeader({ conversation, connection, infoShown, children }: ChatHeaderProps) {
  const { t } = useTranslation();
  const chat = `/chats/${conversation.id}`;
  const about = conversation.kind === "room" ? t("rooms.about") : t("chats.about");
  return (
    <header className="chat-header">
      <Link to={infoShown ? chat : "/chats"} className={classes(SQUARE, "lg:hidden")} aria-label={infoShown ? t("chats.backToChat") : t("chats.back")}>
        <ArrowLeft aria-hidden size={20} className="along-text" />
      </Link>
      <ConversationAvatar conversation={conversation} />
      <div className="min-w-0 flex-1">
        <h1 id="chat-title" className="text-lg leading-tight font-semibold">
          <NameLine>{nameOf(conversation)}</NameLine>
        </h1>
        {children}
      </div>
      {/* Where the name needs the room, all being well takes a dot. */}
      <ConnectionBadge state={connection} className="md:hidden" wordClassName={connection === "connected" ? "sr-only" : ""} />
      <Link
        to={infoShown ? chat : `${chat}/info`}
        preventScrollReset
        data-info-link
        aria-label={about}
        title={about}
        aria-current={infoShown ? "true" : undefined}
        className={classes(SQUARE, infoShown ? "bg-accent-soft text-accent-ink" : "text-ink-soft hover:text-ink")}
      >
        <Info aria-hidden size={20} />
      </Link>
    </header>
  );
}
