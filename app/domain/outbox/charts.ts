/** What the outbox's charts show. Shared with the browser. */
import type { Measure } from "#db/outbox/rollups.ts";

export const CHART_RANGES = ["hour", "day", "week"] as const;
export type ChartRange = (typeof CHART_RANGES)[number];

/** Latencies: on the way to Channels, from there to a browser, and the whole way. */
export const LATENCY_MEASURES = ["accepted", "travelled", "received"] as const satisfies readonly Measure[];
export type LatencyMeasure = (typeof LATENCY_MEASURES)[number];

export const SHARES = [0.5, 0.95, 0.99] as const;
export type Share = (typeof SHARES)[number];
/** In ms; null where there was nothing. */
export type Percentiles = Record<Share, number | null>;

export interface ThroughputPoint {
  /** Beginning of the slot, ms since 1970. */
  at: number;
  delivered: number;
  dead: number;
  retried: number;
}

export interface LatencyPoint {
  at: number;
  count: number;
  percentiles: Percentiles;
}

export interface OutboxCharts {
  range: ChartRange;
  measure: LatencyMeasure;
  /** Length of a slot, in ms. */
  slotMs: number;
  throughput: ThroughputPoint[];
  latency: LatencyPoint[];
  /** Of the whole range. */
  totals: Record<LatencyMeasure, { count: number; percentiles: Percentiles }>;
  /** Events delivered within the range. */
  delivered: number;
}
