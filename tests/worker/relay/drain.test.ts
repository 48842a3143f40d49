/** Draining without a relay process (H3): inline after a commit, by the cron route, by --once. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { newId } from "#app/domain/ids.ts";
import type { Database } from "#db/database.ts";
import { acquireLease, LEASE_MS, readLease, RELAY_LEASE, renewLease } from "#db/outbox/lease.ts";
import { testDatabase, type DatabaseKind, type TestDatabase } from "#tests/support/database.ts";
import { patient } from "#tests/support/patience.ts";
import { scriptedPublisher, startSink, type HttpSink, type ScriptedPublisher } from "#tests/support/sink.ts";
import { until } from "#tests/support/wait.ts";
import { drainOnce, inlineDrainer } from "#worker/relay/drain.ts";
import { pusherPublisher } from "#worker/relay/publishers/pusher.ts";
import type { Publisher } from "#worker/relay/publishers/publisher.ts";
import { commit, countOf, orderFaults, ping, pings, rowsOf, silent, strict, TEST_EVENT_TYPES } from "./support.ts";

const CHANNELS = ["private-chat-a", "private-chat-b", "private-chat-c"];
const drain = (db: Database, publisher: Publisher | null, withinMs?: number) => drainOnce({ db, publisher, newId, log: silent, eventTypes: TEST_EVENT_TYPES, ...(withinMs === undefined ? {} : { withinMs }) });

describe.each<DatabaseKind>(["better-sqlite3", "libsql-ws"])("one drain on %s", (kind) => {
  let test: TestDatabase;
  let publisher: ScriptedPublisher;
  beforeEach(async () => {
    test = await testDatabase(kind);
    publisher = scriptedPublisher();
  });
  afterEach(() => test.close());

  it("sends what is pending, says so, and gives the lease back", async () => {
    await commit(test.db, pings(60, CHANNELS));
    expect(await drain(test.db, publisher)).toEqual({ published: 60, retried: 0, dead: 0, pending: 0, tookMs: expect.any(Number) });
    expect((await readLease(test.db, RELAY_LEASE))?.holder).toBeNull();
    expect(orderFaults(publisher.taken)).toEqual([]);
    expect(await drain(test.db, publisher)).toMatchObject({ published: 0, pending: 0 });
  });

  it("in parallel with others sends each event once, in order", async () => {
    const databases = await Promise.all(Array.from({ length: 6 }, () => test.openAnother()));
    await commit(test.db, pings(90, CHANNELS));
    publisher.script = () => new Promise((resolve) => setTimeout(() => resolve(undefined), 3));
    const results = await Promise.all(databases.map((db) => drain(db, publisher)));
    expect(results.reduce((sum, { published }) => sum + published, 0)).toBe(90);
    expect(publisher.taken).toHaveLength(90);
    expect(orderFaults(publisher.taken)).toEqual([]);
  });

  it("sends what others commit while it holds the lease, so that they need not wait", async () => {
    await commit(test.db, pings(1, CHANNELS));
    let other: Promise<unknown> | undefined;
    const another = await test.openAnother();
    publisher.script = async () => {
      other ??= commit(another, pings(1, ["private-chat-late"])).then(() => drain(another, publisher));
      await new Promise((resolve) => setTimeout(resolve, 20));
      return undefined;
    };
    await drain(test.db, publisher);
    await other;
    await until(async () => (await countOf(test.db, "delivered")) === 2, { timeout: 2_000 });
    expect(publisher.taken.map(({ channel }) => channel)).toEqual(["private-chat-a", "private-chat-late"]);
  });

  it("leaves the work to a relay that is alive", async () => {
    await commit(test.db, pings(1, CHANNELS));
    const token = (await acquireLease(test.db, RELAY_LEASE, "relay", 1))!;
    const alive = setInterval(() => void renewLease(test.db, RELAY_LEASE, "relay", token, 1), 100);
    expect(await drain(await test.openAnother(), publisher)).toMatchObject({ published: 0, pending: 1 });
    clearInterval(alive);
    expect(publisher.requests).toEqual([]);
  });

  it("takes over from one that is frozen, after its lease has run out", async () => {
    await commit(test.db, pings(1, CHANNELS));
    await acquireLease(test.db, RELAY_LEASE, "frozen", 1);
    const result = await drain(test.db, publisher);
    expect(result).toMatchObject({ published: 1, pending: 0 });
    expect(result.tookMs).toBeGreaterThanOrEqual(LEASE_MS - 50);
    expect(result.tookMs).toBeLessThan(patient(3_000));
  });
});

describe("a drain", () => {
  let test: TestDatabase;
  let publisher: ScriptedPublisher;
  beforeEach(async () => {
    test = await testDatabase();
    publisher = scriptedPublisher();
  });
  afterEach(() => test.close());

  it("ends at once in an outage, with everything still pending and no attempt counted", async () => {
    publisher.script = () => ({ kind: "unavailable", reason: "network", detail: "ECONNREFUSED", retryAfterMs: null });
    await commit(test.db, pings(100, CHANNELS));
    const result = await drain(test.db, publisher);
    expect(result).toMatchObject({ published: 0, dead: 0, pending: 100 });
    expect(result.tookMs).toBeLessThan(patient(1_000));
    expect((await rowsOf(test.db)).every(({ attempts }) => attempts === 0)).toBe(true);
  });

  it("ends with its time, however slow the service", async () => {
    publisher.script = () => new Promise((resolve) => setTimeout(() => resolve(undefined), 100));
    await commit(test.db, pings(200, ["private-chat-a"]));
    const result = await drain(test.db, publisher, 500);
    expect(result.tookMs).toBeLessThan(patient(900));
    expect(result.published).toBeGreaterThan(0);
    expect(result.published + result.pending).toBe(200);
    expect((await readLease(test.db, RELAY_LEASE))?.holder).toBeNull();
  });

  it("without Channels sends nothing and takes no lease", async () => {
    await commit(test.db, pings(2, CHANNELS));
    expect(await drain(test.db, null)).toMatchObject({ published: 0, pending: 2 });
    expect(await readLease(test.db, RELAY_LEASE)).toBeNull();
  });

  it("does not turn in circles about what is blocked", async () => {
    publisher.script = () => ({ kind: "refused", reason: "bad-request", detail: "400" });
    await commit(test.db, pings(3, ["private-chat-a"], strict));
    expect(await drain(test.db, publisher)).toMatchObject({ dead: 1, pending: 2 });
    expect(await drain(test.db, publisher)).toMatchObject({ dead: 0, pending: 2 });
    expect(publisher.requests.length).toBeLessThan(6);
  });
});

describe("draining inline", () => {
  let test: TestDatabase;
  let sink: HttpSink;
  let publisher: Publisher;
  beforeEach(async () => {
    test = await testDatabase();
    sink = await startSink();
    publisher = pusherPublisher(sink.app);
  });
  afterEach(async () => {
    publisher.close();
    await sink.close();
    await test.close();
  });

  it("after each commit delivers everything once, in order, though its own commits tell it, too", async () => {
    const drainSoon = inlineDrainer({ db: test.db, publisher, newId, log: silent, eventTypes: TEST_EVENT_TYPES });
    const stop = test.db.onCommit(() => void drainSoon());
    for (let n = 0; n < 50; n += 1) await commit(test.db, [{ type: ping, payload: { n }, channel: CHANNELS[n % 3]! }]);
    await until(async () => (await countOf(test.db, "delivered")) === 50);
    stop();
    await drainSoon();
    expect(sink.taken).toHaveLength(50);
    expect(orderFaults(sink.taken)).toEqual([]);
  });

  it("asks a service that is away once a second at most, however much is committed", async () => {
    sink.script = () => ({ status: 503 });
    const drainSoon = inlineDrainer({ db: test.db, publisher, newId, log: silent, eventTypes: TEST_EVENT_TYPES });
    const stop = test.db.onCommit(() => void drainSoon());
    const startedAt = performance.now();
    for (let n = 0; performance.now() - startedAt < 1_500; n += 1) {
      await commit(test.db, [{ type: ping, payload: { n }, channel: CHANNELS[n % 3]! }]);
      await new Promise((resolve) => setImmediate(resolve));
    }
    stop();
    await drainSoon();
    expect(sink.requests.length).toBeGreaterThan(0);
    expect(sink.requests.length).toBeLessThanOrEqual(3);
    sink.script = () => undefined;
    await until(async () => {
      await drainSoon();
      return (await countOf(test.db, "pending")) === 0;
    }, { interval: 200 });
    expect(orderFaults(sink.taken)).toEqual([]);
  });
});
