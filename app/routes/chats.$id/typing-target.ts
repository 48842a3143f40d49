import type { ConversationInfo } from "#app/domain/conversations/conversation.ts";
import type { TypingTarget } from "#app/realtime/typing/target.ts";

/** Where the viewer types, and who may be typing there. */
export function typingTarget(conversation: ConversationInfo, viewerId: string): TypingTarget {
  const { id: conversationId, channel } = conversation;
  if (conversation.kind === "direct") return { kind: "direct", conversationId, channel, viewerId, otherId: conversation.other.id };
  return { kind: "room", conversationId, channel, viewerId, presenceChannel: conversation.presenceChannel };
}
