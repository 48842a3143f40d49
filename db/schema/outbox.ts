import { sql } from "drizzle-orm";
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import { users } from "./accounts.ts";

/**
 * The outbox and, for as long as rows are kept, the sync log. `seq` is handed out under the single write lock,
 * so its order is the commit order: nobody who has read up to a seq can miss a lower one.
 */
export const outboxEvents = sqliteTable(
  "outbox_events",
  {
    seq: integer("seq").primaryKey({ autoIncrement: true }),
    id: text("id").notNull(),
    /** Null when the event has an audience instead. */
    channel: text("channel"),
    /** 1, 2, 3 … on this channel, so that a gap shows; null for events with an audience. */
    offset: integer("offset"),
    /** JSON array of channels, for hints to many users; the relay expands it. */
    audience: text("audience"),
    event: text("event").notNull(),
    /** JSON, without `_event`: the relay and sync add that. */
    payload: text("payload").notNull(),
    state: text("state", { enum: ["pending", "delivered", "dead", "dropped"] }).notNull().default("pending"),
    attempts: integer("attempts").notNull().default(0),
    availableAt: integer("available_at").notNull(),
    createdAt: integer("created_at").notNull(),
    publishedAt: integer("published_at"),
    /** Commit to accepted by Channels, in ms. */
    latencyMs: integer("latency_ms"),
    firstError: text("first_error"),
    lastError: text("last_error"),
    /** What the last error has in common with others of its cause (db/outbox/signature.ts); null while nothing went wrong. */
    signature: text("signature"),
  },
  (table) => [
    uniqueIndex("outbox_events_id").on(table.id),
    index("outbox_events_pending").on(table.seq).where(sql`state = 'pending'`),
    index("outbox_events_channel_seq").on(table.channel, table.seq),
    index("outbox_events_dead").on(table.seq).where(sql`state = 'dead'`),
    index("outbox_events_event_seq").on(table.event, table.seq),
    // For the console. Hardly any event is ever in one of these: they cost the way of a usual one nothing.
    index("outbox_events_retrying").on(table.seq).where(sql`state = 'pending' AND attempts > 0`),
    index("outbox_events_dropped").on(table.seq).where(sql`state = 'dropped'`),
    index("outbox_events_signature").on(table.signature, table.seq).where(sql`signature IS NOT NULL`),
    index("outbox_events_failures").on(table.state, table.signature, table.seq).where(sql`signature IS NOT NULL`),
    index("outbox_events_dead_event").on(table.event, table.seq).where(sql`state = 'dead'`),
    index("outbox_events_dead_channel").on(table.channel, table.seq).where(sql`state = 'dead'`),
  ],
);

/** The last offset given on each channel: it outlives pruning, so that offsets are never given twice. */
export const outboxChannels = sqliteTable("outbox_channels", {
  channel: text("channel").primaryKey(),
  lastOffset: integer("last_offset").notNull(),
});

/** One row: the epoch (changes when the log starts anew) and the highest seq that was pruned away. */
export const outboxLog = sqliteTable("outbox_log", {
  id: integer("id").primaryKey(),
  epoch: text("epoch").notNull(),
  prunedSeq: integer("pruned_seq").notNull().default(0),
});

/**
 * Who leads. `token` is the fencing token: it goes up at every takeover, and every settle carries it.
 * `beat` goes up at every renewal: whoever waits judges the holder by whether it moves on their own
 * monotonic clock, so a wall clock that jumps changes nothing.
 */
export const leases = sqliteTable("leases", {
  name: text("name").primaryKey(),
  holder: text("holder"),
  token: integer("token").notNull().default(0),
  beat: integer("beat").notNull().default(0),
  /** For people to read only. */
  renewedAt: integer("renewed_at"),
});

/** What went wrong with an event, each time. That it went well is told by the event itself. */
export const outboxAttempts = sqliteTable(
  "outbox_attempts",
  {
    seq: integer("seq").notNull().references(() => outboxEvents.seq, { onDelete: "cascade" }),
    /** 1, 2, 3 … of this event, also over its being put back. */
    number: integer("number").notNull(),
    at: integer("at").notNull(),
    /** What became of the event by it. */
    outcome: text("outcome", { enum: ["retried", "dead"] }).notNull(),
    error: text("error").notNull(),
  },
  (table) => [primaryKey({ columns: [table.seq, table.number] })],
);

/**
 * Deliveries in figures: how many fell into which latency bucket (db/outbox/histogram.ts) within a minute, and within
 * an hour. Written together with what became of the events, so that they say the same.
 */
export const outboxRollups = sqliteTable(
  "outbox_rollups",
  {
    /** accepted: commit to accepted by Channels; travelled: from there to a browser; received: the whole way. dead and retried have one bucket. */
    measure: text("measure", { enum: ["accepted", "travelled", "received", "retried", "dead"] }).notNull(),
    /** Length of the time summed up, in ms. */
    span: integer("span").notNull(),
    /** Its beginning, ms since 1970. */
    at: integer("at").notNull(),
    bucket: integer("bucket").notNull(),
    count: integer("count").notNull(),
  },
  (table) => [primaryKey({ columns: [table.measure, table.span, table.at, table.bucket] })],
);

/** When an event was in a browser, as that browser says: one word a person and event. */
export const receivedSamples = sqliteTable(
  "received_samples",
  {
    seq: integer("seq").notNull().references(() => outboxEvents.seq, { onDelete: "cascade" }),
    userId: text("user_id").notNull().references(() => users.id, { onDelete: "cascade" }),
    /** Commit to received, in ms. */
    latencyMs: integer("latency_ms").notNull(),
    at: integer("at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.seq, table.userId] }), index("received_samples_user").on(table.userId)],
);

/** The relays that run, each with its own row, renewed every few seconds; one that stops takes it away. */
export const relayHeartbeats = sqliteTable("relay_heartbeats", {
  /** As holder of the lease. */
  id: text("id").primaryKey(),
  version: text("version").notNull(),
  startedAt: integer("started_at").notNull(),
  seenAt: integer("seen_at").notNull(),
  /** Its fencing token while it leads. */
  token: integer("token"),
  /** Events in requests that are under way. */
  inFlight: integer("in_flight").notNull().default(0),
  published: integer("published").notNull().default(0),
  /** Why nothing goes out at present. */
  outage: text("outage"),
});
