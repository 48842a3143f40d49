/** What the console draws is what happened: histograms, signatures, attempts and roll-ups (issue 6, bars 4 and 8). */
import { afterEach, beforeEach, describe, expect, it, test as property } from "vitest";
import fc from "fast-check";
import { newId } from "#app/domain/ids.ts";
import { append } from "#db/outbox/append.ts";
import { durable } from "#db/outbox/event.ts";
import { bucketOf, percentiles, valueOf, type Bucket } from "#db/outbox/histogram.ts";
import { acquireLease, RELAY_LEASE } from "#db/outbox/lease.ts";
import { HOUR_MS, MINUTE_MS, pruneRollups, rolledUp, type Measure } from "#db/outbox/rollups.ts";
import { settle, type Settlement } from "#db/outbox/settle.ts";
import { signatureOf } from "#db/outbox/signature.ts";
import { DATABASE_KINDS, MEMORY_FOLDER, testDatabase, type TestDatabase } from "#tests/support/database.ts";

const ping = durable<{ n: number }>()("rolled-ping");
const SHARES = [0.5, 0.95, 0.99] as const;

/** Nearest rank, from every single value. */
const exact = (values: readonly number[], share: number) => values.toSorted((a, b) => a - b)[Math.max(1, Math.ceil(values.length * share)) - 1]!;
const bucketed = (values: readonly number[]): Bucket[] => {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(bucketOf(value), (counts.get(bucketOf(value)) ?? 0) + 1);
  return [...counts].map(([bucket, count]) => ({ bucket, count })).sort((a, b) => a.bucket - b.bucket);
};

describe("latency buckets", () => {
  property("percentiles of any values are within 1 % of those of the values themselves", () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.nat(50), fc.nat(5_000), fc.nat(2 ** 29)), { minLength: 1, maxLength: 300 }), (values) => {
        const found = percentiles(bucketed(values), SHARES);
        for (const share of SHARES) expect(Math.abs(found[share]! - exact(values, share))).toBeLessThanOrEqual(0.01 * exact(values, share));
      }),
      { numRuns: 300 },
    );
  });

  it("rise with the values, one after the other, and keep what cannot be", () => {
    let last = 0;
    for (let ms = 0; ms < 20_000; ms += 1) {
      expect(bucketOf(ms) - last).toBeLessThanOrEqual(1);
      last = bucketOf(ms);
    }
    expect([bucketOf(-3), bucketOf(63), bucketOf(64), bucketOf(127), bucketOf(128), bucketOf(129)]).toEqual([0, 63, 64, 127, 128, 128]);
    expect(valueOf(bucketOf(Number.MAX_SAFE_INTEGER))).toBeGreaterThan(10 ** 9);
    expect(percentiles([], SHARES)).toEqual({ 0.5: null, 0.95: null, 0.99: null });
  });
});

describe("a failure's signature", () => {
  it.each([
    ["ids and sizes", "bad-request: 400 The data content of event 0197aa00bb11cc22dd33ee44ff556677 exceeds 10240 bytes", "bad-request: 400 The data content of event 0297aa00bb11cc22dd33ee44ff550000 exceeds 10241 bytes"],
    ["channels", 'bad-request: 400 Invalid channel "a b"', 'bad-request: 400 Invalid channel "c d e"'],
    ["names without quotes", "bad-request: 400 no room on private-chat-room-1f", "bad-request: 400 no room on private-family-2e"],
  ])("is the same for all of a cause: %s", (_what, one, other) => expect(signatureOf(one)).toBe(signatureOf(other)));

  it("tells codes and statuses apart, and fits the page", () => {
    expect(signatureOf("bad-request: 400 no")).not.toBe(signatureOf("bad-request: 422 no"));
    expect(signatureOf("server-error: 500 x")).not.toBe(signatureOf("timeout: 500 x"));
    expect(signatureOf(`server-error: ${"x".repeat(900)}`)).toHaveLength(160);
    expect(signatureOf("")).toBe("");
  });
});

describe.each(DATABASE_KINDS)("what became of events, on %s", (kind) => {
  let test: TestDatabase;
  beforeEach(async () => {
    test = await testDatabase(kind, MEMORY_FOLDER);
    await acquireLease(test.db, RELAY_LEASE, "a", 1);
  });
  afterEach(() => test.close());

  const commit = (count: number) =>
    test.db.transact(async (tx) => {
      for (let n = 0; n < count; n += 1) await append(tx, { type: ping, payload: { n }, channel: "private-chat-a" }, { now: () => 0, newId });
    });
  const figures = (measures: Measure[], span: typeof MINUTE_MS | typeof HOUR_MS = MINUTE_MS) => rolledUp(test.db, measures, { span, slot: span, from: 0, to: 10 * HOUR_MS });
  const delivered = (seq: number, publishedAt: number, latencyMs: number): Settlement => ({ seq, state: "delivered", attempts: 1, publishedAt, latencyMs });
  const attempts = () => test.db.all("SELECT seq, number, at, outcome, error FROM outbox_attempts ORDER BY seq, number");

  it("is summed up by minute and by hour, and the sums are those of the rows", async () => {
    // Over http each statement is a request.
    const events = kind === "libsql-http" ? 100 : 600;
    await commit(events);
    const random = seeded(7);
    const chunk = Array.from({ length: events }, (_, index) => delivered(index + 1, Math.floor(random() * 3 * HOUR_MS), Math.floor(Math.exp(random() * 11))));
    for (let from = 0; from < chunk.length; from += 100) await settle(test.db, 1, chunk.slice(from, from + 100));
    for (const span of [MINUTE_MS, HOUR_MS] as const) {
      const rolled = await figures(["accepted"], span);
      const raw = await test.db.all<{ at: number; ms: number }>("SELECT published_at / ? * ? AS at, latency_ms AS ms FROM outbox_events WHERE state = 'delivered'", [span, span]);
      for (const at of new Set(raw.map((row) => row.at))) {
        const own = rolled.filter((row) => row.at === at);
        const values = raw.filter((row) => row.at === at).map(({ ms }) => ms);
        expect(own.reduce((sum, { count }) => sum + count, 0)).toBe(values.length);
        const found = percentiles(own, SHARES);
        for (const share of SHARES) expect(Math.abs(found[share]! - exact(values, share))).toBeLessThanOrEqual(0.01 * exact(values, share));
      }
    }
  });

  it("counts once: neither what is settled already nor what a former leader says is counted", async () => {
    await commit(2);
    await settle(test.db, 1, [delivered(1, 5, 5)]);
    await settle(test.db, 1, [delivered(1, 5, 5), delivered(2, 6, 6)]);
    expect(await settle(test.db, 77, [{ seq: 2, state: "dead", attempts: 1, error: "bad-request: no", at: 9 }])).toEqual({ changed: 0, fenced: true });
    expect(await figures(["accepted", "dead"])).toEqual([
      { measure: "accepted", at: 0, bucket: 5, count: 1 },
      { measure: "accepted", at: 0, bucket: 6, count: 1 },
    ]);
    expect(await attempts()).toEqual([]);
  });

  it("keeps every failure with its time, the first and the last error, and the signature, also where two come at once", async () => {
    await commit(3);
    const failed = (attempt: number, error: string): Settlement => ({ seq: 1, state: "pending", attempts: attempt, availableAt: 50, error, at: 10 * attempt });
    await settle(test.db, 1, [failed(1, "server-error: 500 a"), { seq: 2, state: "dead", attempts: 1, error: "bad-request: 400 no 7", at: 11 }, failed(2, "timeout: b")]);
    await settle(test.db, 1, [failed(3, "server-error: 502 c"), delivered(1, 60, 60), delivered(3, 61, 61)]);
    expect(await attempts()).toEqual([
      { seq: 1, number: 1, at: 10, outcome: "retried", error: "server-error: 500 a" },
      { seq: 1, number: 2, at: 20, outcome: "retried", error: "timeout: b" },
      { seq: 1, number: 3, at: 30, outcome: "retried", error: "server-error: 502 c" },
      { seq: 2, number: 1, at: 11, outcome: "dead", error: "bad-request: 400 no 7" },
    ]);
    expect(await test.db.all("SELECT state, first_error, last_error, signature FROM outbox_events ORDER BY seq")).toEqual([
      { state: "delivered", first_error: "server-error: 500 a", last_error: "server-error: 502 c", signature: "server-error: 502 c" },
      { state: "dead", first_error: "bad-request: 400 no 7", last_error: "bad-request: 400 no 7", signature: "bad-request: 400 no ‹n›" },
      { state: "delivered", first_error: null, last_error: null, signature: null },
    ]);
    expect((await figures(["dead", "retried"])).map(({ measure, count }) => [measure, count])).toEqual([
      ["dead", 1],
      ["retried", 3],
    ]);
  });

  it("a chunk that is written once more because its answer was lost counts once, also what failed and is to be tried again", async () => {
    await commit(3);
    const failed = (seq: number, attempt: number): Settlement => ({ seq, state: "pending", attempts: attempt, availableAt: 50, error: "server-error: 500 a", at: 10 * attempt });
    const lost: Settlement[] = [failed(1, 1), delivered(2, 5, 5), failed(3, 1), failed(3, 2)];
    await settle(test.db, 1, lost);
    await settle(test.db, 1, lost);
    // By then more has come of the first one.
    await settle(test.db, 1, [...lost, failed(1, 2)]);
    expect((await attempts()).map((row) => [row["seq"], row["number"], row["at"]])).toEqual([
      [1, 1, 10],
      [1, 2, 20],
      [3, 1, 10],
      [3, 2, 20],
    ]);
    expect((await figures(["accepted", "retried"])).map(({ measure, count }) => [measure, count])).toEqual([
      ["accepted", 1],
      ["retried", 4],
    ]);
    expect(await test.db.all("SELECT state, attempts FROM outbox_events ORDER BY seq")).toEqual([
      { state: "pending", attempts: 2 },
      { state: "delivered", attempts: 1 },
      { state: "pending", attempts: 2 },
    ]);
  });

  it("figures go when no chart reaches back to them: minutes and quarters after two days, hours after five weeks", async () => {
    await commit(1);
    await settle(test.db, 1, [delivered(1, 5, 5)]);
    expect(await pruneRollups(test.db, 2 * 24 * HOUR_MS)).toBe(0);
    expect(await pruneRollups(test.db, 3 * 24 * HOUR_MS)).toBe(2);
    expect(await figures(["accepted"], HOUR_MS)).toHaveLength(1);
    expect(await pruneRollups(test.db, 36 * 24 * HOUR_MS)).toBe(1);
  });
});

/** mulberry32 */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
