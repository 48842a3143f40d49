import { messageKey } from "#app/components/chat/shown-messages.ts";
import type { ReadPositions } from "#app/domain/conversations/conversation.ts";
import type { MessageData } from "#app/domain/conversations/events.ts";

/** Where a chat is scrolled to when it opens. */
export interface Opening {
  key: string;
  /** asked: the address names this message. unread: it is the first one that was not read yet. */
  why: "asked" | "unread";
}

interface Opened {
  /** The number of the message that the address asks for. */
  at: number | null;
  messages: readonly MessageData[];
  reads: ReadPositions;
  viewer: { id: string };
}

/** Null: at the end. */
export function openingOf({ at, messages, reads, viewer }: Opened): Opening | null {
  const asked = at === null ? undefined : messages.find(({ seq }) => seq >= at);
  if (asked) return { key: messageKey(asked), why: "asked" };
  const read = reads[viewer.id]?.upToSeq ?? 0;
  const unread = read === 0 ? undefined : messages.find(({ seq, senderId }) => seq > read && senderId !== viewer.id);
  return unread ? { key: messageKey(unread), why: "unread" } : null;
}
