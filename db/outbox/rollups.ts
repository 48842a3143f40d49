/** Deliveries in figures, minute by minute and hour by hour: what the console draws, without reading a single event. */
import type { Database, Queries } from "#db/database.ts";
import type { Bucket } from "./histogram.ts";

/** accepted: commit to accepted by Channels; travelled: from there to a browser; received: the whole way. dead and retried are counted only. */
export type Measure = "accepted" | "travelled" | "received" | "retried" | "dead";

export const MINUTE_MS = 60_000;
export const QUARTER_MS = 15 * MINUTE_MS;
export const HOUR_MS = 60 * MINUTE_MS;
/** Every figure is kept for each of these spans, in ms. */
export const ROLLUP_SPANS = [MINUTE_MS, QUARTER_MS, HOUR_MS] as const;
export type RollupSpan = (typeof ROLLUP_SPANS)[number];

/** Minutes serve the chart of an hour, quarters that of a day, hours that of a week: none reads more than some hundred slots. */
const KEPT: readonly { span: RollupSpan; forMs: number }[] = [
  { span: MINUTE_MS, forMs: 2 * 24 * HOUR_MS },
  { span: QUARTER_MS, forMs: 2 * 24 * HOUR_MS },
  { span: HOUR_MS, forMs: 35 * 24 * HOUR_MS },
];
/** Deleted in one write, so that a send never waits long; what is left over goes next time. */
const PRUNE_AT_ONCE = 5_000;

export interface RolledUp extends Bucket {
  measure: Measure;
  /** Beginning of the slot, ms since 1970. */
  at: number;
}

/** By the primary key: one range of it for each measure. Several spans make a slot. */
export const ROLLED_UP_SQL = `
  SELECT rolled.measure AS measure, rolled.at / ? * ? AS at, rolled.bucket AS bucket, sum(rolled.count) AS count
  FROM json_each(?) AS wanted CROSS JOIN outbox_rollups AS rolled
  WHERE rolled.measure = wanted.value AND rolled.span = ? AND rolled.at >= ? AND rolled.at < ?
  GROUP BY 1, 2, 3 ORDER BY 1, 2, 3`;

/**
 * @param slot in ms, a multiple of `span`
 * @param from ms since 1970, included; `to` is not
 * @returns in the order of measure, slot and bucket
 */
export const rolledUp = (db: Queries, measures: readonly Measure[], { span, slot, from, to }: { span: RollupSpan; slot: number; from: number; to: number }) =>
  db.all<RolledUp>(ROLLED_UP_SQL, [slot, slot, JSON.stringify(measures), span, from, to]);

/** By the primary key. */
export const DELIVERED_SQL = "SELECT coalesce(sum(count), 0) AS delivered FROM outbox_rollups WHERE measure = 'accepted' AND span = ? AND at >= ?";

/** How many events were delivered since then, to the quarter of an hour. @param from ms since 1970 */
export const deliveredSince = async (db: Queries, from: number) => (await db.all<{ delivered: number }>(DELIVERED_SQL, [QUARTER_MS, from - QUARTER_MS]))[0]!.delivered;

const MEASURES: readonly Measure[] = ["accepted", "travelled", "received", "retried", "dead"];

export const PRUNE_ROLLUPS_SQL = `
  DELETE FROM outbox_rollups WHERE (measure, span, at, bucket) IN (
    SELECT old.measure, old.span, old.at, old.bucket FROM json_each(?) AS kept CROSS JOIN outbox_rollups AS old
    WHERE old.measure = kept.value ->> 'measure' AND old.span = kept.value ->> 'span' AND old.at < kept.value ->> 'from' LIMIT ${PRUNE_AT_ONCE})
  RETURNING 1 AS gone`;

/** Deletes figures that no chart reaches back to. @param now ms since 1970 */
export async function pruneRollups(db: Database, now: number): Promise<number> {
  const kept = MEASURES.flatMap((measure) => KEPT.map(({ span, forMs }) => ({ measure, span, from: now - forMs })));
  const [rows] = await db.batch([{ sql: PRUNE_ROLLUPS_SQL, args: [JSON.stringify(kept)] }]);
  return rows?.length ?? 0;
}
