/** Gives events up for good: they are not pushed any more. Browsers still catch up on them for as long as they are kept. */
import type { Database } from "#db/database.ts";
import { markRedrive } from "./redrive.ts";

// By primary key. What a relay has under way right now may still be delivered; that it was is then not written down.
export const DROP_SQL = `
  UPDATE outbox_events SET state = 'dropped'
  WHERE seq IN (SELECT value FROM json_each(?)) AND +state IN ('pending', 'dead')
  RETURNING seq`;

/**
 * @param now ms since 1970
 * @returns the seqs dropped; delivered ones stay as they are
 */
export async function drop(db: Database, seqs: readonly number[], now: number): Promise<number[]> {
  const [rows] = await db.batch([{ sql: DROP_SQL, args: [JSON.stringify(seqs)] }, markRedrive(now)]);
  return (rows ?? []).map((row) => row["seq"] as number).sort((a, b) => a - b);
}
