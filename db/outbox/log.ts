/** The log as a whole: its epoch, what was pruned, and its newest seq. */
import type { Queries } from "#db/database.ts";

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
export async function logHead(db: Queries): Promise<LogHead> {
  const [head] = await db.all<LogHead>(READ);
  if (!head) throw new Error("outbox_log has no row: run the migrations");
  return head;
}

const START_ANEW = "UPDATE outbox_log SET epoch = lower(hex(randomblob(16))) WHERE id = 1 RETURNING epoch";

/** Gives the log a new epoch, so that every reader starts from fresh data. For a restored backup. */
export async function startNewEpoch(tx: Queries): Promise<string> {
  const [row] = await tx.all<{ epoch: string }>(START_ANEW);
  if (!row) throw new Error("outbox_log has no row: run the migrations");
  return row.epoch;
}
