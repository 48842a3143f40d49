/** When browsers had events, as they say themselves: kept once for each person and event, and counted once. */
import type { Database } from "#db/database.ts";
import { bucketOf } from "./histogram.ts";
import { ROLLUP_SPANS, type Measure } from "./rollups.ts";

export interface ReceivedSample {
  seq: number;
  /** Ms since 1970. */
  at: number;
  /** Commit to received, in ms. */
  receivedMs: number;
  /** Accepted by Channels to received, in ms. */
  travelledMs: number;
}

// Before the samples are kept: what is kept already was counted already. Index: received_samples' primary key.
export const COUNT_SAMPLES_SQL = `
  INSERT INTO outbox_rollups (measure, span, at, bucket, count)
  SELECT sample.value ->> 'measure', span.value, (sample.value ->> 'at') / span.value * span.value, sample.value ->> 'bucket', count(*)
  FROM json_each(?) AS sample CROSS JOIN json_each('${JSON.stringify(ROLLUP_SPANS)}') AS span
  WHERE NOT EXISTS (SELECT 1 FROM received_samples AS known WHERE known.seq = sample.value ->> 'seq' AND known.user_id = ?)
  GROUP BY 1, 2, 3, 4
  ON CONFLICT (measure, span, at, bucket) DO UPDATE SET count = count + excluded.count`;

export const KEEP_SAMPLES_SQL = `
  INSERT INTO received_samples (seq, user_id, latency_ms, at)
  SELECT event.seq, ?, sample.value ->> 'receivedMs', sample.value ->> 'at'
  FROM json_each(?) AS sample CROSS JOIN outbox_events AS event ON event.seq = sample.value ->> 'seq'
  WHERE true ON CONFLICT (seq, user_id) DO NOTHING
  RETURNING seq`;

/** @param samples each event once @returns how many were new */
export async function recordReceived(db: Database, userId: string, samples: readonly ReceivedSample[]): Promise<number> {
  const figures = samples.flatMap(({ seq, at, receivedMs, travelledMs }): { seq: number; at: number; measure: Measure; bucket: number }[] => [
    { seq, at, measure: "received", bucket: bucketOf(receivedMs) },
    { seq, at, measure: "travelled", bucket: bucketOf(travelledMs) },
  ]);
  const [, kept] = await db.batch([
    { sql: COUNT_SAMPLES_SQL, args: [JSON.stringify(figures), userId] },
    { sql: KEEP_SAMPLES_SQL, args: [userId, JSON.stringify(samples)] },
  ]);
  return kept?.length ?? 0;
}
