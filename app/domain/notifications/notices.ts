/** What pages know of a person's notifications. Shared with the browser: no server import here. */
import type { NotifyLevel } from "#app/domain/conversations/conversation.ts";

export interface Preferences {
  level: NotifyLevel;
  sound: boolean;
}

export interface NoticedConversation {
  id: string;
  /** A room's; null: a private chat, or not asked for. */
  room: string | null;
  /** Null: the person's own level counts. */
  level: NotifyLevel | null;
  readSeq: number;
  lastSeq: number;
  /** Numbers of the unread messages of others with commas between, the first UNREAD_LIMIT of them. */
  unread: string;
}

export interface Notices extends Preferences {
  /** Those with something unread or with a level of their own, and rooms in which somebody spoke lately. */
  conversations: NoticedConversation[];
  /** The server's time. */
  now: number;
}

/** What a conversation notifies of: its own level, else the person's. */
export const effectiveLevel = (own: NotifyLevel | null | undefined, preferences: Pick<Preferences, "level">): NotifyLevel => own ?? preferences.level;

export const unreadNumbers = (unread: string): number[] => (unread === "" ? [] : unread.split(",").map(Number));

/** Unread messages of all conversations that are not muted. */
export const totalUnread = (notices: Notices): number =>
  notices.conversations.reduce((total, { level, unread }) => (effectiveLevel(level, notices) === "none" ? total : total + unreadNumbers(unread).length), 0);
