/** The log as a whole: its epoch, what was pruned, and its newest seq. */
import type { Queries, Reads } from "#db/database.ts";

export interface LogHead {
  /** Changes when the log starts anew (a restored backup). */
  epoch: string;
  /** The highest seq that pruning has deleted: who has not read up to here may have missed something. */
  prunedSeq: number;
  /** The newest seq ever given that is still known: nothing committed later can be lower. */
  seq: number;
}

/** `max(seq)` without WHERE is one step to the end of the primary key. */
export const HEAD_SQL = "max(log.pruned_seq, coalesce((SELECT max(seq) FROM outbox_events), 0))";

const READ = `SELECT log.epoch AS epoch, log.pruned_seq AS prunedSeq, ${HEAD_SQL} AS seq FROM outbox_log AS log WHERE log.id = 1`;

/** @throws when the database was not migrated */
export async function logHead(db: Reads): Promise<LogHead> {
  const [head] = await db.all<LogHead>(READ);
  if (!head) throw new Error("outbox_log has no row: run the migrations");
  return head;
}

const START_ANEW = "UPDATE outbox_log SET epoch = lower(hex(randomblob(16))) WHERE id = 1 RETURNING epoch";

/** By primary key; nothing where no relay ever led. */
const GIVE_WAY = "UPDATE leases SET holder = NULL, token = token + 1, beat = beat + 1 WHERE name = 'relay'";

/**
 * Gives the log a new epoch, so that every reader starts from fresh data: for a restored backup, or where rows came in
 * without events. A relay that leads has stamped events with the old one: it finds itself fenced, and leads anew.
 */
export async function startNewEpoch(tx: Queries): Promise<string> {
  const [row] = await tx.all<{ epoch: string }>(START_ANEW);
  if (!row) throw new Error("outbox_log has no row: run the migrations");
  await tx.all(GIVE_WAY);
  return row.epoch;
}
