/** Events of conversations. Shared with the browser: no server import here. */
import { durable, ephemeral } from "#db/outbox/event.ts";
import type { FileData, ImageData } from "#app/domain/images/image.ts";

/** One person's one emoji on a message. */
export interface Reaction {
  emoji: string;
  userId: string;
}

/** The complete message, as `new-message` and `message-updated` carry it and as pages show it. */
export interface MessageData {
  id: string;
  conversationId: string;
  /** 1, 2, 3 … within the conversation. */
  seq: number;
  senderId: string;
  senderName: string;
  /** 0 to 7. */
  senderHue: number;
  /** The sender's picture now; missing in events of a version that had none. */
  senderAvatar?: string | null | undefined;
  clientId: string;
  body: string;
  kind: "text";
  images: ImageData[];
  /** Missing in events of a version that had none. */
  files?: FileData[] | undefined;
  createdAt: number;
  editedAt: number | null;
  deletedAt: number | null;
  /** In the order in which they were given. */
  reactions: Reaction[];
  /** Rises by one with each reaction given or taken back. */
  reactionVersion: number;
}

/** One reaction came or went. */
export interface ReactionChanged extends Reaction {
  conversationId: string;
  messageId: string;
  /** The message's number. */
  seq: number;
  on: boolean;
  /** The message's `reactionVersion` after it. */
  version: number;
}

export interface MessageRead {
  conversationId: string;
  userId: string;
  /** Message id. */
  upTo: string;
  /** That message's number: the read position. */
  upToSeq: number;
  readAt: number;
}

export interface MessageNotification {
  conversationId: string;
  messageId: string;
  senderName: string;
  preview: string;
  /** Ids of those whom the text names. In a private chat it is always meant for the other. */
  mentioned?: string[];
}

export interface MessageDeleted {
  id: string;
  conversationId: string;
}

/** Somebody has deleted their account: what they wrote, and their reactions, are gone from the conversation. */
export interface MessagesErased {
  conversationId: string;
  userId: string;
}

/** Somebody as the others in a conversation see them; without `change` the name is new, or the picture where there is `avatar`. */
export interface MemberChanged {
  conversationId: string;
  userId: string;
  name: string;
  hue?: number;
  avatar?: string | null;
  change?: "joined" | "left" | "removed" | "owner";
  /** How many are in the room after it. */
  memberCount?: number;
  /** The person no longer lets others see how far they have read: what was shown of it goes. */
  receipts?: false;
}

/** To the reader's own devices, which hear it whatever they show. What others see of it is `message-read`. */
export interface UnreadChanged {
  conversationId: string;
  /** Message id. */
  upTo: string;
  upToSeq: number;
  readAt: number;
}

/** Somebody writes, or no longer. Who it is the server says, never the sender. */
export interface Typing {
  conversationId: string;
  userId: string;
  name: string;
}

export const newMessage = durable<MessageData>()("new-message");
export const messageUpdated = durable<MessageData>()("message-updated");
export const messageDeleted = durable<MessageDeleted>()("message-deleted");
export const messagesErased = durable<MessagesErased>()("messages-erased");
export const reactionChanged = durable<ReactionChanged>()("reaction-changed");
export const messageRead = durable<MessageRead>()("message-read");
export const messageNotification = durable<MessageNotification>()("message-notification");
/** Who goes loses the running subscription, too: what comes later on the channel waits for that. */
export const memberChanged = durable<MemberChanged>()("member-changed", "skip", { terminates: ({ change, userId }) => (change === "left" || change === "removed" ? userId : null) });
export const conversationAdded = durable<{ conversationId: string }>()("conversation-added");
/** On the own channel of whoever is no longer a member. */
export const conversationRemoved = durable<{ conversationId: string }>()("conversation-removed");
export const unreadChanged = durable<UnreadChanged>()("unread-changed");
export const typingStart = ephemeral<Typing>()("typing-start");
export const typingStop = ephemeral<Typing>()("typing-stop");
