/** Reads what waits to be published, forward by seq. Nothing is claimed: the lease says who may publish. */
import type { Queries } from "#db/database.ts";

/** What Channels takes as an event's data, in bytes. Longer ones travel as a hint and are fetched by sync. */
export const WIRE_LIMIT_BYTES = 10_240;

export interface PendingRow {
  seq: number;
  id: string;
  channel: string | null;
  offset: number | null;
  /** JSON: an array of channels, or an object that stands for them. */
  audience: string | null;
  event: string;
  /** JSON; null when it is too long for the wire anyway. */
  payload: string | null;
  attempts: number;
  availableAt: number;
  createdAt: number;
}

// More characters than the limit has bytes can never fit, so a long text need not be read.
const COLUMNS = `seq, id, channel, "offset", audience, event,
  CASE WHEN length(payload) <= ${WIRE_LIMIT_BYTES} THEN payload END AS payload,
  attempts, available_at AS availableAt, created_at AS createdAt`;

export const PENDING_SQL = `
  SELECT ${COLUMNS} FROM outbox_events INDEXED BY outbox_events_pending
  WHERE state = 'pending' AND seq > ? ORDER BY seq LIMIT ?`;

/** Pending rows after a seq. Commit order is seq order, so nothing can appear behind a position except by requeue. */
export const pendingAfter = (db: Queries, seq: number, limit: number) => db.all<PendingRow>(PENDING_SQL, [seq, limit]);

export const PENDING_OF_CHANNEL_SQL = `
  SELECT ${COLUMNS} FROM outbox_events INDEXED BY outbox_events_channel_seq
  WHERE channel IS ? AND seq >= ? AND seq <= ? AND audience IS ? AND +state = 'pending' ORDER BY seq LIMIT ?`;

/** Pending rows of one channel (or one audience) between two seqs, both included. */
export const pendingOf = (db: Queries, of: { channel: string | null; audience: string | null }, from: number, to: number, limit: number) =>
  db.all<PendingRow>(PENDING_OF_CHANNEL_SQL, [of.channel, from, to, of.audience, limit]);

export const BLOCKERS_SQL = `
  SELECT channel, audience, min(seq) AS seq FROM outbox_events INDEXED BY outbox_events_dead
  WHERE state = 'dead' AND event IN (SELECT value FROM json_each(?)) GROUP BY channel, audience`;

/** Channels held up by a dead event of a type that blocks, with the lowest such seq. */
export async function blockedChannels(db: Queries, blockingEvents: readonly string[]): Promise<{ channel: string | null; audience: string | null; seq: number }[]> {
  if (blockingEvents.length === 0) return [];
  return db.all(BLOCKERS_SQL, [JSON.stringify(blockingEvents)]);
}
