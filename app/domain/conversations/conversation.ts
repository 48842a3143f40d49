/** Conversations as pages show them. Shared with the browser: no server import here. */
import type { MessageData } from "./events.ts";

/** What somebody is notified of: every message, only those that name them, or none. */
export type NotifyLevel = "all" | "mentions" | "none";
/** Open rooms are listed and anybody may join; closed ones are known to their members only. */
export type RoomAccess = "open" | "closed";
export type MemberRole = "member" | "owner";

export interface Person {
  id: string;
  name: string;
  hue: number;
  /** Their picture as its address names it (images/image.ts); null, and absent in data of a version that had none: initials. */
  avatar?: string | null | undefined;
}

export interface Member extends Person {
  role: MemberRole;
}

/** A private chat has the other one, a room a name of its own. */
export type Kind = { kind: "direct"; other: Person } | { kind: "room"; name: string; access: RoomAccess; memberCount: number };

/** A row of the list. */
export type ConversationSummary = Kind & {
  id: string;
  channel: string;
  /** Null: the person's own level counts. */
  notifyLevel: NotifyLevel | null;
  lastMessage: { id: string; seq: number; body: string; senderId: string; senderName: string; createdAt: number; editedAt: number | null; deletedAt: number | null } | null;
  /** Messages of others above the viewer's read position, deleted ones too; counted up to UNREAD_LIMIT. */
  unread: number;
  readSeq: number;
  lastSeq: number;
  /** Of the last message, or of joining where there is none to see: what the list is sorted by. */
  activeAt: number;
};

/** An open conversation. */
export type ConversationInfo = { id: string; channel: string; notifyLevel: NotifyLevel | null } & (
  | { kind: "direct"; other: Person }
  | {
      kind: "room";
      name: string;
      access: RoomAccess;
      memberCount: number;
      /** The viewer's. */
      role: MemberRole;
      /** Null where nobody is shown as being here: in large rooms, and to who does not want to be seen. */
      presenceChannel: string | null;
    }
);

/** Where members have read up to, oneself included. Others only once they have read here, and while they let it be seen; of a large room none. */
export type ReadPositions = Record<string, { upToSeq: number; readAt: number | null }>;

export interface ConversationPage {
  conversation: ConversationInfo;
  /** Everybody, by id; null in a room of more than MAX_PRESENT. */
  members: Member[] | null;
  messages: MessageData[];
  reads: ReadPositions;
  hasOlder: boolean;
  /** There are newer ones than these: a page of the past. */
  hasNewer: boolean;
}

/** A room that anybody may join. */
export interface OpenRoom {
  id: string;
  name: string;
  memberCount: number;
}

/** What a conversation is called where the viewer sees it. */
export const nameOf = (conversation: { kind: "direct"; other: Person } | { kind: "room"; name: string }): string => (conversation.kind === "direct" ? conversation.other.name : conversation.name);
