/** Puts events back that were given up: same id, seq and offset, so that clients know them and order is kept. */
import type { Database } from "#db/database.ts";
import { markRedrive } from "./redrive.ts";

// By primary key. `+state` keeps the planner from walking the index of dead rows for each id.
export const REQUEUE_SQL = `
  UPDATE outbox_events SET state = 'pending', attempts = 0, available_at = ?, published_at = NULL, latency_ms = NULL
  WHERE seq IN (SELECT value FROM json_each(?)) AND +state IN ('dead', 'dropped')
  RETURNING seq`;

/**
 * Makes dead and dropped events pending again; those in another state stay as they are. Errors are kept for the record.
 * @param now ms since 1970
 * @returns the seqs put back
 */
export async function requeue(db: Database, seqs: readonly number[], now: number): Promise<number[]> {
  const [rows] = await db.batch([{ sql: REQUEUE_SQL, args: [now, JSON.stringify(seqs)] }, markRedrive(now)]);
  return (rows ?? []).map((row) => row["seq"] as number).sort((a, b) => a - b);
}
