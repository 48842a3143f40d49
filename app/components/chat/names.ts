import type { ConversationInfo, Member } from "#app/domain/conversations/conversation.ts";
import type { MessageData } from "#app/domain/conversations/events.ts";

interface Sources {
  conversation: ConversationInfo;
  /** Null in a large room: then those whose messages are shown are known, and oneself. */
  members: readonly Member[] | null;
  messages: readonly Pick<MessageData, "senderId" | "senderName">[];
  viewer: { id: string; name: string };
}

/** The names of those whom a page of a chat knows, by id. */
export function namesIn({ conversation, members, messages, viewer }: Sources): ReadonlyMap<string, string> {
  const names = new Map(messages.map(({ senderId, senderName }) => [senderId, senderName]));
  if (conversation.kind === "direct") names.set(conversation.other.id, conversation.other.name);
  for (const { id, name } of members ?? []) names.set(id, name);
  return names.set(viewer.id, viewer.name);
}
