import type { Database } from "#db/database.ts";
import { logHead } from "./log.ts";

export const KEEP_MS = 7 * 24 * 60 * 60 * 1000;
export const KEEP_ROWS = 1_000_000;
/** Deleted in one transaction: about 50 µs a row, so that a send waits 10 ms at most (tests/db/query-plans.test.ts prints it). */
export const PRUNE_CHUNK = 200;

export interface PruneLimits {
  /** How long an event is kept, in ms. */
  keepMs?: number;
  /** How many of the newest events are kept. */
  keepRows?: number;
  /** Milliseconds since 1970. */
  now: () => number;
  /** Asked before each transaction; false ends it for now, and the rest is left to the next time. */
  mayGoOn?: () => Promise<boolean>;
}

/** Index: the primary key. */
export const CHUNK_SQL = "SELECT seq, state, created_at AS createdAt FROM outbox_events WHERE seq > ? ORDER BY seq LIMIT ?";

/** Index: the primary key. The state is looked at again: an admin may have requeued a row since it was read. */
export const REMEMBER_SQL = `
  UPDATE outbox_log SET pruned_seq = max(pruned_seq, coalesce((SELECT max(seq) FROM outbox_events WHERE seq IN (SELECT value FROM json_each(?)) AND state <> 'pending'), 0))
  WHERE id = 1`;
export const DELETE_SQL = "DELETE FROM outbox_events WHERE seq IN (SELECT value FROM json_each(?)) AND state <> 'pending' RETURNING seq";

/**
 * Deletes delivered, dropped and dead events that are older than `keepMs` or beyond the newest `keepRows`, oldest
 * first, in short transactions, and remembers the highest seq: readers who stand before it start afresh. Pending
 * events stay, however old. Offsets go on rising: they are kept by channel, apart from the events.
 */
export async function prune(db: Database, { keepMs = KEEP_MS, keepRows = KEEP_ROWS, now, mayGoOn = () => Promise.resolve(true) }: PruneLimits): Promise<{ pruned: number }> {
  const lastBeyondRows = (await logHead(db)).seq - keepRows;
  const oldestKept = now() - keepMs;
  let pruned = 0;
  for (let from = 0; ; ) {
    const chunk = await db.all<{ seq: number; state: string; createdAt: number }>(CHUNK_SQL, [from, PRUNE_CHUNK]);
    const settled = chunk.filter(({ state }) => state !== "pending");
    const old = settled.filter(({ seq, createdAt }) => seq <= lastBeyondRows || createdAt < oldestKept);
    if (old.length > 0) {
      if (!(await mayGoOn())) return { pruned };
      const seqs = JSON.stringify(old.map(({ seq }) => seq));
      const [, deleted] = await db.batch([
        { sql: REMEMBER_SQL, args: [seqs] },
        { sql: DELETE_SQL, args: [seqs] },
      ]);
      pruned += deleted?.length ?? 0;
    }
    const last = chunk.at(-1);
    // The first that is young enough ends it: those after it are younger.
    if (!last || chunk.length < PRUNE_CHUNK || old.length < settled.length) return { pruned };
    from = last.seq;
  }
}
