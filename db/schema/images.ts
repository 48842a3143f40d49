import { sql } from "drizzle-orm";
import { index, integer, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import { users } from "./accounts.ts";
import { conversations, messages } from "./conversations.ts";

/** Pictures. Their files lie in the folder named after the id, in sizes that follow from width and height. */
export const images = sqliteTable(
  "images",
  {
    id: text("id").primaryKey(),
    /** What it is a picture of: a row of this table. */
    target: text("target", { enum: ["products", "company", "categories", "promotions", "avatars", "messages"] }).notNull(),
    /** The family's id for company, the person's for avatars, the conversation's for messages. */
    targetId: text("target_id").notNull(),
    uploadedBy: text("uploaded_by").notNull().references(() => users.id),
    /** Minted by the uploader's device, and unique with the uploader: a repeated upload is one picture. */
    uploadId: text("upload_id").notNull(),
    /** Of the largest size's bytes: part of the address, which may therefore be kept for ever. */
    hash: text("hash").notNull(),
    /** Upright, in pixels, of the largest size. */
    width: integer("width").notNull(),
    height: integer("height").notNull(),
    /** For messages: null until it is sent. */
    messageId: text("message_id").references(() => messages.id, { onDelete: "cascade" }),
    createdAt: integer("created_at").notNull(),
  },
  (table) => [
    uniqueIndex("images_upload").on(table.uploadedBy, table.uploadId),
    index("images_target").on(table.target, table.targetId),
    index("images_message").on(table.messageId).where(sql`message_id IS NOT NULL`),
    index("images_unsent").on(table.createdAt).where(sql`target = 'messages' AND message_id IS NULL`),
  ],
);

/** Files of any kind in messages: only ever downloaded, never shown. */
export const files = sqliteTable(
  "files",
  {
    id: text("id").primaryKey(),
    conversationId: text("conversation_id").notNull().references(() => conversations.id, { onDelete: "cascade" }),
    uploadedBy: text("uploaded_by").notNull().references(() => users.id),
    uploadId: text("upload_id").notNull(),
    /** As the sender's device called it. */
    name: text("name").notNull(),
    bytes: integer("bytes").notNull(),
    hash: text("hash").notNull(),
    /** Null until it is sent. */
    messageId: text("message_id").references(() => messages.id, { onDelete: "cascade" }),
    createdAt: integer("created_at").notNull(),
  },
  (table) => [
    uniqueIndex("files_upload").on(table.uploadedBy, table.uploadId),
    index("files_conversation").on(table.conversationId),
    index("files_message").on(table.messageId).where(sql`message_id IS NOT NULL`),
    index("files_unsent").on(table.createdAt).where(sql`message_id IS NULL`),
  ],
);

/** Folders whose row is gone: triggers write here, whatever deleted the row; a job then deletes the files. */
export const storageRemovals = sqliteTable("storage_removals", {
  folder: text("folder").primaryKey(),
});
