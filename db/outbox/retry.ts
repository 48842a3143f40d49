/** Has events tried now that failed before: those that pause until their next try, and those that are dead. */
import type { Database } from "#db/database.ts";
import { markRedrive } from "./redrive.ts";

// By primary key. One that is still in delivery keeps its count of attempts: only its pause ends.
export const RETRY_SQL = `
  UPDATE outbox_events SET state = 'pending', available_at = ?, attempts = iif(state = 'dead', 0, attempts), published_at = NULL, latency_ms = NULL
  WHERE seq IN (SELECT value FROM json_each(?)) AND (+state = 'dead' OR (+state = 'pending' AND +attempts > 0))
  RETURNING seq`;

/**
 * @param now ms since 1970
 * @returns the seqs that are due now; those that never failed, or are delivered or dropped, stay as they are
 */
export async function retry(db: Database, seqs: readonly number[], now: number): Promise<number[]> {
  const [rows] = await db.batch([{ sql: RETRY_SQL, args: [now, JSON.stringify(seqs)] }, markRedrive(now)]);
  return (rows ?? []).map((row) => row["seq"] as number).sort((a, b) => a - b);
}
