import { sql } from "drizzle-orm";
import { index, integer, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";

/** People. Times are milliseconds since 1970 throughout the database. */
export const users = sqliteTable(
  "users",
  {
    id: text("id").primaryKey(),
    /** Lower case; null for child accounts and for anonymised people. */
    email: text("email"),
    name: text("name").notNull(),
    passwordHash: text("password_hash"),
    role: text("role", { enum: ["admin", "member"] }).notNull().default("member"),
    /** null: by Accept-Language. */
    language: text("language", { enum: ["ar", "en"] }),
    digits: text("digits", { enum: ["latn", "arab"] }),
    timeZone: text("time_zone"),
    /** One of eight stable hues, 0 to 7 (avatar ring, name). */
    hue: integer("hue").notNull().default(0),
    /** The picture as its address names it, `{image id}-{hash}`; null: initials. Kept by whoever sets the picture. */
    avatar: text("avatar"),
    /** What somebody is notified of where a conversation says nothing else. */
    notifyLevel: text("notify_level", { enum: ["all", "mentions", "none"] }).notNull().default("all"),
    notifySound: integer("notify_sound", { mode: "boolean" }).notNull().default(true),
    /** Whether others see how far this person has read. */
    showReceipts: integer("show_receipts", { mode: "boolean" }).notNull().default(true),
    /** Whether others see this person online, typing lists of rooms included, and when they were last here. */
    showLastActive: integer("show_last_active", { mode: "boolean" }).notNull().default(true),
    /** Whether Enter sends a message; otherwise it breaks the line, and Ctrl or Cmd with Enter sends. */
    enterSends: integer("enter_sends", { mode: "boolean" }).notNull().default(true),
    disabledAt: integer("disabled_at"),
    /** The person has deleted the account: no name, nothing of theirs, only a place in what others did with them. */
    erasedAt: integer("erased_at"),
    createdAt: integer("created_at").notNull(),
  },
  (table) => [uniqueIndex("users_email").on(table.email)],
);

/** Signed-in browsers. The cookie carries the token; only its SHA-256 is stored. */
export const sessions = sqliteTable(
  "sessions",
  {
    id: text("id").primaryKey(),
    tokenHash: text("token_hash").notNull(),
    userId: text("user_id").notNull().references(() => users.id, { onDelete: "cascade" }),
    userAgent: text("user_agent").notNull().default(""),
    createdAt: integer("created_at").notNull(),
    lastSeenAt: integer("last_seen_at").notNull(),
    expiresAt: integer("expires_at").notNull(),
  },
  (table) => [uniqueIndex("sessions_token_hash").on(table.tokenHash), index("sessions_user").on(table.userId), index("sessions_expires").on(table.expiresAt)],
);

/** One-time links with which somebody who forgot their password sets another. The link carries the token; only its SHA-256 is stored. */
export const passwordResets = sqliteTable(
  "password_resets",
  {
    id: text("id").primaryKey(),
    userId: text("user_id").notNull().references(() => users.id, { onDelete: "cascade" }),
    tokenHash: text("token_hash").notNull(),
    /** The admin who made it. */
    createdBy: text("created_by").notNull().references(() => users.id),
    createdAt: integer("created_at").notNull(),
    expiresAt: integer("expires_at").notNull(),
  },
  // One a person: a newer link takes the older one's place, and a used one is gone.
  (table) => [uniqueIndex("password_resets_user").on(table.userId), uniqueIndex("password_resets_token").on(table.tokenHash)],
);

/** Counted attempts (sign-in, sign-up) by hashed key: limits that hold across processes and restarts. */
export const attempts = sqliteTable(
  "attempts",
  {
    key: text("key").primaryKey(),
    points: integer("points").notNull(),
    /** When the window ends; then counting starts anew. */
    expiresAt: integer("expires_at").notNull(),
  },
  (table) => [index("attempts_expires").on(table.expiresAt)],
);

/** Who is here. A row comes with the first sign of life and stays. */
export const userPresence = sqliteTable(
  "user_presence",
  {
    userId: text("user_id").primaryKey().references(() => users.id, { onDelete: "cascade" }),
    /** What others are told. */
    online: integer("online", { mode: "boolean" }).notNull().default(false),
    /** What the Channels server last said: a browser of theirs is connected. */
    occupied: integer("occupied", { mode: "boolean" }).notNull().default(false),
    /** When it said so, by its clock: what it said earlier may arrive later. */
    occupiedAt: integer("occupied_at").notNull().default(0),
    /** The last sync check of any of their browsers, to about half a minute. */
    seenAt: integer("seen_at").notNull().default(0),
    /** The last moment they are known to have been here. */
    lastActive: integer("last_active").notNull().default(0),
  },
  (table) => [index("user_presence_online").on(table.seenAt).where(sql`online = 1`), index("user_presence_occupied").on(table.userId).where(sql`occupied = 1`)],
);
