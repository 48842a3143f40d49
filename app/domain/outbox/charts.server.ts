/** Throughput and latency over time, from the roll-ups alone. */
import { percentiles, type Bucket } from "#db/outbox/histogram.ts";
import { HOUR_MS, MINUTE_MS, QUARTER_MS, rolledUp, type Measure, type RolledUp, type RollupSpan } from "#db/outbox/rollups.ts";
import type { Context } from "#app/domain/context.ts";
import type { Viewer } from "#app/domain/viewer.ts";
import { LATENCY_MEASURES, SHARES, type ChartRange, type LatencyMeasure, type OutboxCharts } from "./charts.ts";
import { assertAdmin } from "./queries.server.ts";

/** About as many slots as a chart has room for. */
const RANGES: Record<ChartRange, { span: RollupSpan; slot: number; slots: number }> = {
  hour: { span: MINUTE_MS, slot: MINUTE_MS, slots: 60 },
  day: { span: QUARTER_MS, slot: QUARTER_MS, slots: 96 },
  week: { span: HOUR_MS, slot: 3 * HOUR_MS, slots: 56 },
};

export async function outboxCharts(ctx: Context, viewer: Viewer, range: ChartRange, measure: LatencyMeasure): Promise<OutboxCharts> {
  assertAdmin(viewer);
  const { span, slot, slots } = RANGES[range];
  const to = (Math.floor(ctx.now() / slot) + 1) * slot;
  const from = to - slots * slot;
  const rows = await rolledUp(ctx.db, [...LATENCY_MEASURES, "dead", "retried"], { span, slot, from, to });
  const bySlot = new Map<string, RolledUp[]>();
  for (const row of rows) {
    const key = `${row.measure} ${row.at}`;
    const own = bySlot.get(key);
    if (own) own.push(row);
    else bySlot.set(key, [row]);
  }
  const at = (name: Measure, time: number) => bySlot.get(`${name} ${time}`) ?? [];
  const times = Array.from({ length: slots }, (_, index) => from + index * slot);
  const totals = Object.fromEntries(LATENCY_MEASURES.map((name) => [name, summed(rows.filter((row) => row.measure === name))])) as OutboxCharts["totals"];
  return {
    range,
    measure,
    slotMs: slot,
    throughput: times.map((time) => ({ at: time, delivered: counted(at("accepted", time)), dead: counted(at("dead", time)), retried: counted(at("retried", time)) })),
    latency: times.map((time) => ({ at: time, count: counted(at(measure, time)), percentiles: percentiles(at(measure, time), SHARES) })),
    totals,
    delivered: totals.accepted.count,
  };
}

const counted = (buckets: readonly Bucket[]) => buckets.reduce((sum, { count }) => sum + count, 0);

function summed(rows: readonly RolledUp[]): OutboxCharts["totals"][LatencyMeasure] {
  const counts = new Map<number, number>();
  for (const { bucket, count } of rows) counts.set(bucket, (counts.get(bucket) ?? 0) + count);
  const buckets = [...counts].map(([bucket, count]): Bucket => ({ bucket, count })).sort((a, b) => a.bucket - b.bucket);
  return { count: counted(buckets), percentiles: percentiles(buckets, SHARES) };
}
