import { sql } from "drizzle-orm";
import { check, index, integer, primaryKey, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import { users } from "./accounts.ts";

/** Households. Calendar days are theirs: those of their time zone. */
export const families = sqliteTable(
  "families",
  {
    id: text("id").primaryKey(),
    name: text("name").notNull(),
    /** What a child types to say which family it belongs to; lower case. */
    code: text("code").notNull(),
    timeZone: text("time_zone").notNull(),
    /** 0 is Sunday. */
    weekStart: integer("week_start").notNull(),
    /** Whether a chore counts as soon as it is claimed, without a parent. */
    choresCountAtOnce: integer("chores_count_at_once", { mode: "boolean" }).notNull().default(false),
    createdAt: integer("created_at").notNull(),
  },
  (table) => [uniqueIndex("families_code").on(table.code)],
);

export const familyMembers = sqliteTable(
  "family_members",
  {
    familyId: text("family_id").notNull().references(() => families.id),
    userId: text("user_id").notNull().references(() => users.id),
    role: text("role", { enum: ["parent", "child"] }).notNull(),
    joinedAt: integer("joined_at").notNull(),
    /** Who was removed keeps the row: the ledger and past timers name them. */
    revokedAt: integer("revoked_at"),
  },
  (table) => [primaryKey({ columns: [table.familyId, table.userId] }), index("family_members_user").on(table.userId).where(sql`revoked_at IS NULL`)],
);

/** Links that let somebody in, once. Only the token's SHA-256 is stored. */
export const familyInvitations = sqliteTable(
  "family_invitations",
  {
    id: text("id").primaryKey(),
    familyId: text("family_id").notNull().references(() => families.id),
    tokenHash: text("token_hash").notNull(),
    role: text("role", { enum: ["parent", "child"] }).notNull(),
    invitedBy: text("invited_by").notNull().references(() => users.id),
    createdAt: integer("created_at").notNull(),
    expiresAt: integer("expires_at").notNull(),
    acceptedBy: text("accepted_by").references(() => users.id),
    acceptedAt: integer("accepted_at"),
  },
  (table) => [uniqueIndex("family_invitations_token").on(table.tokenHash), index("family_invitations_family").on(table.familyId)],
);

/** How a person without an e-mail address signs in: family code, user name, PIN. */
export const childAccounts = sqliteTable(
  "child_accounts",
  {
    userId: text("user_id").primaryKey().references(() => users.id, { onDelete: "cascade" }),
    familyId: text("family_id").notNull().references(() => families.id),
    /** Lower case; unique within the family. */
    userName: text("user_name").notNull(),
    pinHash: text("pin_hash").notNull(),
    createdAt: integer("created_at").notNull(),
  },
  (table) => [uniqueIndex("child_accounts_name").on(table.familyId, table.userName)],
);

/** Wrong PINs by the hash of family code and user name: names that do not exist are locked alike. */
export const pinAttempts = sqliteTable(
  "pin_attempts",
  {
    key: text("key").primaryKey(),
    /** Since the last right one. */
    wrong: integer("wrong").notNull(),
    lockedUntil: integer("locked_until").notNull().default(0),
    lastAt: integer("last_at").notNull(),
  },
  (table) => [index("pin_attempts_last").on(table.lastAt)],
);

/** Wall tablets: they show one family's dashboard, as nobody in particular, until they are revoked. */
export const tablets = sqliteTable(
  "tablets",
  {
    id: text("id").primaryKey(),
    familyId: text("family_id").notNull().references(() => families.id),
    name: text("name").notNull(),
    tokenHash: text("token_hash").notNull(),
    createdBy: text("created_by").notNull().references(() => users.id),
    createdAt: integer("created_at").notNull(),
    revokedAt: integer("revoked_at"),
    /** As it was set up in; null: as the browser wishes. */
    language: text("language", { enum: ["ar", "en"] }),
    digits: text("digits", { enum: ["latn", "arab"] }),
  },
  (table) => [uniqueIndex("tablets_token").on(table.tokenHash), index("tablets_family").on(table.familyId)],
);

/** Who stands at a tablet just now: one person each, by a token of the tablet's browser, for a short while. */
export const tabletVisits = sqliteTable(
  "tablet_visits",
  {
    tabletId: text("tablet_id").primaryKey().references(() => tablets.id),
    userId: text("user_id").notNull().references(() => users.id, { onDelete: "cascade" }),
    tokenHash: text("token_hash").notNull(),
    expiresAt: integer("expires_at").notNull(),
  },
  (table) => [index("tablet_visits_user").on(table.userId)],
);

/** PINs for tablets of people who sign in by e-mail elsewhere; children's are those of their accounts. */
export const tabletPins = sqliteTable("tablet_pins", {
  userId: text("user_id").primaryKey().references(() => users.id, { onDelete: "cascade" }),
  pinHash: text("pin_hash").notNull(),
  setAt: integer("set_at").notNull(),
});

export const timerTemplates = sqliteTable(
  "timer_templates",
  {
    id: text("id").primaryKey(),
    familyId: text("family_id").notNull().references(() => families.id),
    name: text("name").notNull(),
    durationMs: integer("duration_ms").notNull(),
    stars: integer("stars").notNull().default(0),
    /** The name of one of the app's drawings. */
    icon: text("icon"),
    /** One of the eight hues, 0 to 7. */
    hue: integer("hue").notNull().default(0),
    createdAt: integer("created_at").notNull(),
    archivedAt: integer("archived_at"),
  },
  (table) => [index("timer_templates_family").on(table.familyId)],
);

/** Runs. What they took from a template they keep, whatever happens to either. */
export const timers = sqliteTable(
  "timers",
  {
    id: text("id").primaryKey(),
    familyId: text("family_id").notNull().references(() => families.id),
    templateId: text("template_id").references(() => timerTemplates.id),
    /** Whom it is for, and who gets its stars. */
    memberId: text("member_id").references(() => users.id),
    startedBy: text("started_by").notNull().references(() => users.id),
    /** Minted by the form that started it: the same press again is this one. */
    startKey: text("start_key"),
    name: text("name").notNull(),
    icon: text("icon"),
    hue: integer("hue").notNull(),
    stars: integer("stars").notNull(),
    state: text("state", { enum: ["running", "paused", "expired", "completed", "cancelled"] }).notNull(),
    /** Goes up by one with every change. */
    version: integer("version").notNull(),
    firstDurationMs: integer("first_duration_ms").notNull(),
    /** With all extensions. */
    durationMs: integer("duration_ms").notNull(),
    startedAt: integer("started_at").notNull(),
    /** While running, and of the end it came to. */
    endsAt: integer("ends_at"),
    /** While paused. */
    remainingMs: integer("remaining_ms"),
    confirmedBy: text("confirmed_by").references(() => users.id),
    finishedAt: integer("finished_at"),
  },
  (table) => [
    index("timers_due").on(table.endsAt).where(sql`state = 'running'`),
    index("timers_open").on(table.familyId).where(sql`state IN ('running', 'paused', 'expired')`),
    uniqueIndex("timers_start_key").on(table.startedBy, table.familyId, table.startKey).where(sql`start_key IS NOT NULL`),
  ],
);

/** Every star ever given or taken. Rows are never changed nor removed: a trigger of the migration refuses it. */
export const starLedger = sqliteTable(
  "star_ledger",
  {
    seq: integer("seq").primaryKey({ autoIncrement: true }),
    id: text("id").notNull(),
    familyId: text("family_id").notNull().references(() => families.id),
    memberId: text("member_id").notNull().references(() => users.id),
    amount: integer("amount").notNull(),
    /** The member's balance with this entry: the newest entry holds the balance. */
    balance: integer("balance").notNull(),
    kind: text("kind", { enum: ["manual", "timer", "chore", "reward", "reversal"] }).notNull(),
    reason: text("reason").notNull(),
    /** What caused it, once for all: nothing is awarded twice. */
    causeKey: text("cause_key").notNull(),
    /** The entry that this one undoes. */
    reversalOf: text("reversal_of"),
    actorId: text("actor_id").notNull().references(() => users.id),
    createdAt: integer("created_at").notNull(),
  },
  (table) => [
    uniqueIndex("star_ledger_id").on(table.id),
    uniqueIndex("star_ledger_cause").on(table.familyId, table.causeKey),
    uniqueIndex("star_ledger_reversal").on(table.reversalOf),
    index("star_ledger_member").on(table.familyId, table.memberId, table.seq),
    index("star_ledger_time").on(table.familyId, table.createdAt),
    check("star_ledger_balance", sql`balance >= 0`),
    check("star_ledger_amount", sql`amount <> 0`),
  ],
);

/** Days are calendar dates of the family, `2026-03-31`. */
export const chores = sqliteTable(
  "chores",
  {
    id: text("id").primaryKey(),
    familyId: text("family_id").notNull().references(() => families.id),
    name: text("name").notNull(),
    icon: text("icon"),
    stars: integer("stars").notNull().default(0),
    /** JSON of `Recurrence` (app/domain/chores/recurrence.ts). */
    recurrence: text("recurrence").notNull(),
    assignment: text("assignment", { enum: ["fixed", "rotating", "first-come"] }).notNull(),
    /** Goes up by one with every change. */
    version: integer("version").notNull().default(1),
    createdBy: text("created_by").notNull().references(() => users.id),
    createdAt: integer("created_at").notNull(),
    archivedAt: integer("archived_at"),
  },
  (table) => [index("chores_family").on(table.familyId).where(sql`archived_at IS NULL`)],
);

/** Whose turn it can be, in order; none: everybody's. */
export const choreAssignees = sqliteTable(
  "chore_assignees",
  {
    choreId: text("chore_id").notNull().references(() => chores.id, { onDelete: "cascade" }),
    userId: text("user_id").notNull().references(() => users.id),
    position: integer("position").notNull(),
  },
  (table) => [primaryKey({ columns: [table.choreId, table.userId] }), index("chore_assignees_user").on(table.userId)],
);

/** Each time a chore is due. The next one comes into being when this one is claimed. */
export const choreOccurrences = sqliteTable(
  "chore_occurrences",
  {
    choreId: text("chore_id").notNull().references(() => chores.id, { onDelete: "cascade" }),
    dueOn: text("due_on").notNull(),
    /** 0, 1, 2 … of this chore: by it the turn rotates, so that an undo shifts nobody's. */
    turn: integer("turn").notNull(),
    state: text("state", { enum: ["open", "claimed", "done"] }).notNull().default("open"),
    assignedTo: text("assigned_to").references(() => users.id),
    /** The claim that counts. */
    claimId: text("claim_id"),
  },
  (table) => [primaryKey({ columns: [table.choreId, table.dueOn] }), uniqueIndex("chore_occurrences_turn").on(table.choreId, table.turn), index("chore_occurrences_ahead").on(table.choreId).where(sql`state <> 'done'`)],
);

/** What was claimed and what became of it. A claim that was refused or undone stays, so that the next is another cause of stars. */
export const choreClaims = sqliteTable(
  "chore_claims",
  {
    id: text("id").primaryKey(),
    choreId: text("chore_id").notNull().references(() => chores.id, { onDelete: "cascade" }),
    dueOn: text("due_on").notNull(),
    memberId: text("member_id").notNull().references(() => users.id),
    state: text("state", { enum: ["claimed", "approved", "refused", "undone"] }).notNull(),
    /** What it was worth when it was claimed. */
    stars: integer("stars").notNull(),
    claimedAt: integer("claimed_at").notNull(),
    decidedBy: text("decided_by").references(() => users.id),
    decidedAt: integer("decided_at"),
  },
  (table) => [uniqueIndex("chore_claims_standing").on(table.choreId, table.dueOn).where(sql`state IN ('claimed', 'approved')`), index("chore_claims_chore").on(table.choreId)],
);
