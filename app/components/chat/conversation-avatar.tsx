import type { Kind } from "#app/domain/conversations/conversation.ts";
import { PresentAvatar } from "#app/components/presence/present-avatar.tsx";
import { RoomAvatar } from "./room-avatar.tsx";

/** The picture of a chat: the other person, with a dot while they are here, or the room. */
export const ConversationAvatar = ({ conversation, size = "md" }: { conversation: Kind; size?: "sm" | "md" | "lg" }) =>
  conversation.kind === "direct" ? (
    <PresentAvatar id={conversation.other.id} name={conversation.other.name} hue={conversation.other.hue} avatar={conversation.other.avatar} size={size} />
  ) : (
    <RoomAvatar name={conversation.name} closed={conversation.access === "closed"} size={size} />
  );
