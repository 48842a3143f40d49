import { sql } from "drizzle-orm";
import { index, integer, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import { users } from "./accounts.ts";

/** What admins have done to the house, and what is being done now. Rows are never deleted by the app. */
export const operations = sqliteTable(
  "operations",
  {
    id: text("id").primaryKey(),
    kind: text("kind").notNull(),
    /** Null: from a terminal. */
    actorId: text("actor_id").references(() => users.id),
    /** JSON array of names; the first of many. */
    items: text("items").notNull(),
    itemCount: integer("item_count").notNull(),
    state: text("state", { enum: ["running", "succeeded", "partial", "failed", "interrupted"] }).notNull(),
    /** At most one operation of a group runs at a time. */
    exclusive: text("exclusive"),
    stepsDone: integer("steps_done").notNull().default(0),
    stepsTotal: integer("steps_total").notNull(),
    /** JSON array of { item, code }; the first of many. */
    failures: text("failures").notNull().default("[]"),
    failureCount: integer("failure_count").notNull().default(0),
    startedAt: integer("started_at").notNull(),
    /** The last sign of life while it runs. */
    beatAt: integer("beat_at").notNull(),
    finishedAt: integer("finished_at"),
  },
  (table) => [
    uniqueIndex("operations_exclusive").on(table.exclusive).where(sql`state = 'running' AND exclusive IS NOT NULL`),
    index("operations_running").on(table.beatAt).where(sql`state = 'running'`),
    index("operations_started").on(table.startedAt, table.id),
    index("operations_kind").on(table.kind, table.startedAt, table.id),
    index("operations_state").on(table.state, table.startedAt, table.id),
    index("operations_actor").on(table.actorId, table.startedAt, table.id),
  ],
);

/** How often what is cached under a tag has been declared out of date: names that are never used twice, also after a restore. */
export const cacheTags = sqliteTable("cache_tags", {
  tag: text("tag").primaryKey(),
  version: text("version").notNull(),
  revalidatedAt: integer("revalidated_at").notNull(),
});

/** How far an import of messages has come, written with what it brought: one that was killed goes on there. */
export const messageImports = sqliteTable("message_imports", {
  /** Tells the file by its size, beginning and end. */
  file: text("file").primaryKey(),
  /** Bytes and lines done with. */
  bytes: integer("bytes").notNull(),
  lines: integer("lines").notNull(),
  imported: integer("imported").notNull(),
  /** Lines whose message was there before. */
  repeated: integer("repeated").notNull(),
  skipped: integer("skipped").notNull(),
  startedAt: integer("started_at").notNull(),
  finishedAt: integer("finished_at"),
});
