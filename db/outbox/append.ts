/**
 * Appending an event to the outbox, in the transaction (or batch) of the change it tells of. `seq` and the
 * channel's offset are given under the one write lock: in the order of commits, and taken back by a rollback.
 */
import type { Queries, SqlValue, Statement } from "#db/database.ts";
import type { EventType } from "./event.ts";
import { assertChannel, assertEventType, audienceJson, payloadJson } from "./refusal.ts";

export { OutboxRefusedError } from "./refusal.ts";

/** Stands for channels that the relay looks up when it publishes, so that whoever appends need not know them. What it says is the domain's. */
export type AudienceReference = Readonly<Record<string, string>>;

/** To one channel, where it gets an offset; or a hint to the many of an audience, which has none. */
export type OutboxEvent<Payload> = { type: EventType<Payload>; payload: Payload } & ({ channel: string } | { audience: readonly string[] | AudienceReference });

export interface AppendContext {
  /** Milliseconds since 1970. */
  now: () => number;
  newId: () => string;
}

/** A piece of SQL with its positional parameters. Keep the text constant. */
export interface SqlPiece {
  sql: string;
  args: readonly SqlValue[];
}

export type BatchedEvent<Payload> = OutboxEvent<Payload> & {
  /** Computes the stored payload where only SQL knows all of it: `json_set(?, '$.seq', (SELECT …))`. `payload` is still what is checked. */
  payloadSql?: SqlPiece;
  /** A condition; the event is appended only where it holds. It may be `changes() > 0`: that the statement before has written. */
  when?: SqlPiece;
};

/** Index: outbox_channels' primary key. `changes()` after it is 1 where the offset was taken, so that a guard by `changes()` holds for both statements. */
const takeOffset = (when: string) => `INSERT INTO outbox_channels (channel, last_offset) SELECT ?, 1 WHERE ${when} ON CONFLICT (channel) DO UPDATE SET last_offset = last_offset + 1`;

const insertToChannel = (payload: string, when: string) =>
  `INSERT INTO outbox_events (id, channel, offset, event, payload, available_at, created_at) SELECT ?, ?, (SELECT last_offset FROM outbox_channels WHERE channel = ?), ?, ${payload}, ?, ? WHERE ${when}`;

const insertToAudience = (payload: string, when: string) => `INSERT INTO outbox_events (id, audience, event, payload, available_at, created_at) SELECT ?, ?, ?, ${payload}, ?, ? WHERE ${when}`;

// By the same index, and those of outbox_events. What stands in a parameter costs no statement of its own, however many events it is.
const TAKE_OFFSETS = `
  INSERT INTO outbox_channels (channel, last_offset)
  SELECT value ->> 'channel', count(*) FROM json_each(?) WHERE value ->> 'channel' IS NOT NULL GROUP BY 1
  ON CONFLICT (channel) DO UPDATE SET last_offset = last_offset + excluded.last_offset`;
const INSERT_ALL = `
  INSERT INTO outbox_events (id, channel, offset, audience, event, payload, available_at, created_at)
  SELECT event.value ->> 'id', event.value ->> 'channel',
    taken.last_offset - count(*) OVER (PARTITION BY event.value ->> 'channel') + row_number() OVER (PARTITION BY event.value ->> 'channel' ORDER BY event.key),
    event.value ->> 'audience', event.value ->> 'event', event.value ->> 'payload', event.value ->> 'at', event.value ->> 'at'
  FROM json_each(?) AS event LEFT JOIN outbox_channels AS taken ON taken.channel = event.value ->> 'channel'
  ORDER BY event.key`;

const ALWAYS: SqlPiece = { sql: "true", args: [] };

/**
 * Appends an event within `tx`. Its statements are asked for at once, here and below: they run in their order, and on a libSQL
 * server in one round trip.
 * @throws OutboxRefusedError for what Channels would refuse by name, for ephemeral events, and above 256 KB
 */
export async function append<Payload>(tx: Queries, event: OutboxEvent<Payload>, ctx: AppendContext): Promise<void> {
  await Promise.all(appendStatements(event, ctx).map(({ sql, args }) => tx.all(sql, args)));
}

/**
 * Appends events within `tx`, in their order, by two statements in all: on a libSQL server each statement is a round trip
 * during which the write lock is held.
 * @throws OutboxRefusedError as `append` does; then none is appended
 */
export async function appendAll<Payload>(tx: Queries, events: readonly OutboxEvent<Payload>[], ctx: AppendContext): Promise<void> {
  if (events.length === 0) return;
  const rows = JSON.stringify(events.map((event) => rowOf(event, ctx)));
  await Promise.all([TAKE_OFFSETS, INSERT_ALL].map((sql) => tx.all(sql, [rows])));
}

function rowOf<Payload>(event: OutboxEvent<Payload>, ctx: AppendContext) {
  assertEventType(event.type);
  const row = { id: ctx.newId(), event: event.type.name, payload: payloadJson(event.payload), at: ctx.now() };
  if ("audience" in event) return { ...row, audience: audienceJson(event.audience) };
  assertChannel(event.channel);
  return { ...row, channel: event.channel };
}

/**
 * The same as statements for `db.batch`, to stand directly behind the statement that `when` speaks of.
 * @throws OutboxRefusedError as `append` does
 */
export function appendStatements<Payload>(event: BatchedEvent<Payload>, ctx: AppendContext): Statement[] {
  const { type, when = ALWAYS } = event;
  assertEventType(type);
  const json = payloadJson(event.payload);
  const payload = event.payloadSql ?? { sql: "?", args: [json] };
  const at = ctx.now();
  const id = ctx.newId();
  if ("audience" in event) {
    const audience = audienceJson(event.audience);
    return [{ sql: insertToAudience(payload.sql, when.sql), args: [id, audience, type.name, ...payload.args, at, at, ...when.args] }];
  }
  const { channel } = event;
  assertChannel(channel);
  return [
    { sql: takeOffset(when.sql), args: [channel, ...when.args] },
    { sql: insertToChannel(payload.sql, when.sql), args: [id, channel, channel, type.name, ...payload.args, at, at, ...when.args] },
  ];
}
