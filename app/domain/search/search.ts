/** What a search finds. Shared with the browser. */
import type { Kind } from "#app/domain/conversations/conversation.ts";

export interface FoundMessage {
  id: string;
  /** The message's number in its conversation. */
  seq: number;
  conversation: { id: string } & Kind;
  senderId: string;
  senderName: string;
  senderHue: number;
  createdAt: number;
  /** The text around the first word that was found, in pieces. */
  excerpt: { text: string; isMarked: boolean }[];
}

export interface SearchResults {
  found: FoundMessage[];
  /** Goes on from here; null: that is all. */
  next: string | null;
}

export interface SearchChoice {
  id: string;
  name: string;
}
