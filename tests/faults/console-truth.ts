/**
 * Whether the console says what is so: what the functions behind /admin/outbox answer, compared with a recount of the
 * rows one by one, both over one state of the database. The recount uses no index, no roll-up and no limit.
 */
import type { Context } from "#app/domain/context.ts";
import { newId } from "#app/domain/ids.ts";
import { outboxCharts } from "#app/domain/outbox/charts.server.ts";
import { CHART_RANGES, LATENCY_MEASURES, SHARES, type ChartRange, type LatencyMeasure, type OutboxCharts, type Percentiles } from "#app/domain/outbox/charts.ts";
import type { EventFilter } from "#app/domain/outbox/filter.ts";
import { outboxEvents, outboxOverview } from "#app/domain/outbox/queries.server.ts";
import type { Viewer } from "#app/domain/viewer.ts";
import type { Database, Queries } from "#db/database.ts";
import { outboxFigures } from "#db/outbox/figures.ts";
import { signatureOf } from "#db/outbox/signature.ts";

const ADMIN: Viewer = { userId: newId(), sessionId: newId(), name: "Admin", email: null, role: "admin", hue: 0 };
/** What the roll-ups promise (db/outbox/histogram.ts). */
const TOLERANCE = 0.01;
/** Up to here latencies are kept to the millisecond. */
const EXACT_MS = 64;

interface Latency {
  /** When it counts, ms since 1970. */
  at: number;
  ms: number;
}

/** What the console shows and the rows do not bear out, in words. `read`: over a state that does not change meanwhile. */
export async function consoleFaults(db: Database, read: Queries): Promise<string[]> {
  const faults: string[] = [];
  const now = Date.now();
  const ctx: Context = { db: { ...db, all: read.all }, now: () => now, newId };
  const same = (what: string, shown: unknown, counted: unknown) => {
    if (JSON.stringify(shown) !== JSON.stringify(counted)) faults.push(`${what}: shown ${JSON.stringify(shown)}, counted ${JSON.stringify(counted)}`);
  };

  const overview = await outboxOverview(ctx, ADMIN);
  const events = await read.all<{ seq: number; state: string; attempts: number; createdAt: number; publishedAt: number | null; latencyMs: number | null; lastError: string | null }>(
    "SELECT seq, state, attempts, created_at AS createdAt, published_at AS publishedAt, latency_ms AS latencyMs, last_error AS lastError FROM outbox_events NOT INDEXED ORDER BY seq",
  );
  const of = (state: string) => events.filter((event) => event.state === state);
  const counted = { pending: of("pending").length, retrying: of("pending").filter(({ attempts }) => attempts > 0).length, dead: of("dead").length, dropped: of("dropped").length, oldestPendingAt: of("pending")[0]?.createdAt ?? null };
  same("how many are in which state, and since when the oldest waits", { pending: overview.pending, retrying: overview.retrying, dead: overview.dead, dropped: overview.dropped, oldestPendingAt: overview.oldestPendingAt }, counted);
  same("the figures of /metrics", await outboxFigures(read), { pending: counted.pending, dead: counted.dead, lastSeq: events.at(-1)?.seq ?? 0, oldestPendingAt: counted.oldestPendingAt });
  same("delivered", overview.deliveredInDay, of("delivered").length);

  const groups = new Map<string, { signature: string; state: string; count: number; oldestAt: number; newestAt: number; example: string }>();
  const failed = new Map<string, number[]>();
  for (const { seq, state, createdAt, lastError } of events) {
    if (lastError === null || (state !== "dead" && state !== "pending")) continue;
    const signature = signatureOf(lastError);
    const group = groups.get(`${state} ${signature}`);
    groups.set(`${state} ${signature}`, { signature, state, count: (group?.count ?? 0) + 1, oldestAt: group?.oldestAt ?? createdAt, newestAt: createdAt, example: lastError });
    failed.set(`${state} ${signature}`, [seq, ...(failed.get(`${state} ${signature}`) ?? [])]);
  }
  const sorted = <T extends { state: string; signature: string }>(all: Iterable<T>) => [...all].sort((a, b) => (`${a.state} ${a.signature}` < `${b.state} ${b.signature}` ? -1 : 1));
  same("failures by cause", sorted(overview.failures), sorted(groups.values()));
  same("the most frequent cause first", overview.failures.map(({ count }) => count), overview.failures.map(({ count }) => count).toSorted((a, b) => b - a));

  const listed = async (filter: EventFilter) => {
    const seqs: number[] = [];
    for (let before: number | null = null; ; ) {
      const page = await outboxEvents(ctx, ADMIN, filter, before);
      seqs.push(...page.events.map(({ seq }) => seq));
      if (page.next === null) return seqs;
      before = page.next;
    }
  };
  const newestFirst = (some: typeof events) => some.map(({ seq }) => seq).reverse();
  for (const state of ["pending", "dead", "dropped"] as const) same(`the list of ${state} events`, await listed({ state }), newestFirst(of(state)));
  same("the list of retrying events", await listed({ state: "retrying" }), newestFirst(of("pending").filter(({ attempts }) => attempts > 0)));
  for (const [key, { signature, state }] of groups) same(`the list of ${key}`, await listed({ state: state as "dead" | "pending", signature }), failed.get(key));

  const accepted = of("delivered").map(({ publishedAt, latencyMs }): Latency => ({ at: publishedAt!, ms: latencyMs! }));
  const received = await read.all<{ at: number; ms: number; createdAt: number; publishedAt: number }>(
    "SELECT s.at, s.latency_ms AS ms, e.created_at AS createdAt, e.published_at AS publishedAt FROM received_samples s JOIN outbox_events e ON e.seq = s.seq",
  );
  const travelled = received.map(({ at, ms, createdAt, publishedAt }): Latency => ({ at, ms: Math.max(0, createdAt + ms - publishedAt) }));
  const latencies: Record<LatencyMeasure, Latency[]> = { accepted, received, travelled };
  const attempts = await read.all<{ at: number; outcome: string }>("SELECT at, outcome FROM outbox_attempts NOT INDEXED");
  for (const range of CHART_RANGES)
    for (const measure of LATENCY_MEASURES) {
      // A recount takes seconds: whoever shares this process, a service that relays wait for, gets a turn.
      await new Promise(setImmediate);
      faults.push(...chartFaults(range, await outboxCharts(ctx, ADMIN, range, measure), latencies, attempts));
    }
  return faults;
}

function chartFaults(range: ChartRange, charts: OutboxCharts, latencies: Record<LatencyMeasure, readonly Latency[]>, attempts: readonly { at: number; outcome: string }[]): string[] {
  const faults: string[] = [];
  const { slotMs, measure } = charts;
  const bySlot = <T extends { at: number }>(all: readonly T[]) => {
    const slots = new Map<number, T[]>();
    for (const each of all) {
      const slot = Math.floor(each.at / slotMs) * slotMs;
      const own = slots.get(slot);
      if (own) own.push(each);
      else slots.set(slot, [each]);
    }
    return slots;
  };
  const delivered = bySlot(latencies.accepted);
  const [dead, retried] = ["dead", "retried"].map((outcome) => bySlot(attempts.filter((attempt) => attempt.outcome === outcome)));
  for (const { at, ...shown } of charts.throughput) {
    const counted = { delivered: delivered.get(at)?.length ?? 0, dead: dead!.get(at)?.length ?? 0, retried: retried!.get(at)?.length ?? 0 };
    if (JSON.stringify(shown) !== JSON.stringify(counted)) faults.push(`${range}, throughput at ${at}: shown ${JSON.stringify(shown)}, counted ${JSON.stringify(counted)}`);
  }
  const measured = bySlot(latencies[measure]);
  for (const { at, count, percentiles } of charts.latency) faults.push(...percentileFaults(`${range}, ${measure} at ${at}`, { count, percentiles }, measured.get(at) ?? []));
  const from = charts.latency[0]!.at;
  for (const name of LATENCY_MEASURES) faults.push(...percentileFaults(`${range}, ${name} in all`, charts.totals[name], latencies[name].filter(({ at }) => at >= from)));
  return faults;
}

/** Nearest rank, of the values themselves. */
function percentileFaults(what: string, shown: { count: number; percentiles: Percentiles }, latencies: readonly Latency[]): string[] {
  const sorted = latencies.map(({ ms }) => ms).sort((a, b) => a - b);
  if (shown.count !== sorted.length) return [`${what}: shown ${shown.count} values, counted ${sorted.length}`];
  return SHARES.flatMap((share) => {
    const exact = sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? null;
    const told = shown.percentiles[share];
    const isRight = exact === null || told === null ? exact === told : Math.abs(told - exact) <= (exact < EXACT_MS ? 0 : exact * TOLERANCE);
    return isRight ? [] : [`${what}, p${share * 100}: shown ${told}, counted ${exact}`];
  });
}
