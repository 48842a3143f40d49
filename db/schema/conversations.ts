import { sql } from "drizzle-orm";
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import { users } from "./accounts.ts";

/** Private chats and rooms. */
export const conversations = sqliteTable(
  "conversations",
  {
    id: text("id").primaryKey(),
    kind: text("kind", { enum: ["direct", "room"] }).notNull(),
    /** `{a}-{b}`, the two user ids sorted; only for direct chats, and unique: two people have one chat. */
    directKey: text("direct_key"),
    /** Only rooms have a name. */
    name: text("name"),
    /** Rooms only. Open ones are listed, can be joined and show their whole history; closed ones need an invitation and show it from joining on. */
    access: text("access", { enum: ["open", "closed"] }),
    /** Kept by whoever adds or removes members, in the same transaction. */
    memberCount: integer("member_count").notNull().default(0),
    /** The Channels channel its events go to. */
    channel: text("channel").notNull(),
    /** The newest message's number, so that the next one and the unread count need no scan. */
    lastSeq: integer("last_seq").notNull().default(0),
    lastMessageAt: integer("last_message_at"),
    createdAt: integer("created_at").notNull(),
    /** Rooms only, and null for the oldest. */
    createdBy: text("created_by").references(() => users.id, { onDelete: "set null" }),
    /** Minted by the form that made the room: the same press again is this one. */
    createKey: text("create_key"),
  },
  (table) => [
    uniqueIndex("conversations_direct_key").on(table.directKey),
    uniqueIndex("conversations_channel").on(table.channel),
    index("conversations_open_rooms").on(table.name).where(sql`access = 'open'`),
    uniqueIndex("conversations_create_key").on(table.createdBy, table.createKey).where(sql`create_key IS NOT NULL`),
  ],
);

export const conversationMembers = sqliteTable(
  "conversation_members",
  {
    conversationId: text("conversation_id").notNull().references(() => conversations.id, { onDelete: "cascade" }),
    userId: text("user_id").notNull().references(() => users.id, { onDelete: "cascade" }),
    /** The highest message number this person has read; it never goes down. */
    readSeq: integer("read_seq").notNull().default(0),
    readAt: integer("read_at"),
    joinedAt: integer("joined_at").notNull(),
    /** Who owns a room may remove others. */
    role: text("role", { enum: ["member", "owner"] }).notNull().default("member"),
    /** Null: the person's own level counts. */
    notifyLevel: text("notify_level", { enum: ["all", "mentions", "none"] }),
    /** Only messages with a higher number are shown: 0, or in a closed room the last one before joining. */
    historyFrom: integer("history_from").notNull().default(0),
    /** Only events with a higher seq are synced: 0, or in a closed room where the log stood at joining. */
    eventsFrom: integer("events_from").notNull().default(0),
  },
  (table) => [primaryKey({ columns: [table.conversationId, table.userId] }), index("conversation_members_user").on(table.userId)],
);

export const messages = sqliteTable(
  "messages",
  {
    id: text("id").primaryKey(),
    conversationId: text("conversation_id").notNull().references(() => conversations.id, { onDelete: "cascade" }),
    /** 1, 2, 3 … within the conversation. */
    seq: integer("seq").notNull(),
    senderId: text("sender_id").notNull().references(() => users.id),
    /** Minted by the sender's device; with the sender unique for good, which makes a repeated send harmless. */
    clientId: text("client_id").notNull(),
    body: text("body").notNull(),
    kind: text("kind", { enum: ["text"] }).notNull().default("text"),
    /** Its pictures and files as JSON, as events and pages show them; they do not change once it is sent. Null: none. */
    attachments: text("attachments"),
    createdAt: integer("created_at").notNull(),
    editedAt: integer("edited_at"),
    deletedAt: integer("deleted_at"),
    /** Counts every reaction given or taken back: browsers tell by it which of them they know already. */
    reactionVersion: integer("reaction_version").notNull().default(0),
    /** Its row in the search index; 0: there is nothing to find; null: not looked at yet, or changed since. */
    searchId: integer("search_id"),
    /** Null: sent here. Imported: when it had been read by then; 0 where it had not. */
    importedReadAt: integer("imported_read_at"),
  },
  (table) => [
    uniqueIndex("messages_sender_client").on(table.senderId, table.clientId),
    uniqueIndex("messages_conversation_seq").on(table.conversationId, table.seq),
    index("messages_unindexed").on(table.id).where(sql`search_id IS NULL`),
  ],
);

/** One person's one emoji on one message. */
export const messageReactions = sqliteTable(
  "message_reactions",
  {
    messageId: text("message_id").notNull().references(() => messages.id, { onDelete: "cascade" }),
    userId: text("user_id").notNull().references(() => users.id, { onDelete: "cascade" }),
    emoji: text("emoji").notNull(),
    /** The message's `reaction_version` when it was given: the order in which they are shown. */
    position: integer("position").notNull(),
    createdAt: integer("created_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.messageId, table.userId, table.emoji] }), index("message_reactions_user").on(table.userId)],
);

/** What messages said before they were edited, for a day. Gone with the text when the message is deleted. */
export const messageEdits = sqliteTable(
  "message_edits",
  {
    id: text("id").primaryKey(),
    messageId: text("message_id").notNull().references(() => messages.id, { onDelete: "cascade" }),
    /** Minted by the device that edited: the same edit again changes nothing, even if another came in between. */
    clientId: text("client_id"),
    /** The text that was replaced. */
    body: text("body").notNull(),
    createdAt: integer("created_at").notNull(),
  },
  (table) => [index("message_edits_message").on(table.messageId), index("message_edits_created").on(table.createdAt)],
);

/**
 * The words of messages, folded (app/domain/search/fold.ts), for the FTS5 table `message_words` that stands over this
 * one (made by hand in the migration, kept in step by triggers).
 */
export const messageSearch = sqliteTable("message_search", {
  /** Rises with the time of the message: newest first is the index's own order backwards. */
  id: integer("id").primaryKey(),
  messageId: text("message_id").notNull().unique().references(() => messages.id, { onDelete: "cascade" }),
  words: text("words").notNull(),
});

