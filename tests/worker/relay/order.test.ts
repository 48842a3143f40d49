import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { testDatabase, type DatabaseKind, type TestDatabase } from "#tests/support/database.ts";
import { startSink, type HttpSink } from "#tests/support/sink.ts";
import { until } from "#tests/support/wait.ts";
import { pusherPublisher } from "#worker/relay/publishers/pusher.ts";
import type { Publisher } from "#worker/relay/publishers/publisher.ts";
import type { Relay } from "#worker/relay/relay.ts";
import { commit, countOf, orderFaults, ping, pings, relayOn, rowsOf } from "./support.ts";

const CHANNELS = Array.from({ length: 20 }, (_, n) => `private-chat-${n}`);

describe.each<DatabaseKind>(["better-sqlite3", "libsql-file", "libsql-ws"])("delivery and its order, over real sockets (H2, D3) on %s", (kind) => {
  let test: TestDatabase;
  let sink: HttpSink;
  let publisher: Publisher;
  let relay: Relay | undefined;
  beforeEach(async () => {
    test = await testDatabase(kind);
    sink = await startSink();
    publisher = pusherPublisher(sink.app, { deadlineMs: 2_000 });
  });
  afterEach(async () => {
    await relay?.stop();
    relay = undefined;
    publisher.close();
    await sink.close();
    await test.close();
  });

  it("delivers each event once, in order on its channel, and writes down when", async () => {
    await commit(test.db, pings(400, CHANNELS));
    relay = relayOn(await test.openAnother(), publisher);
    await until(async () => (await countOf(test.db, "delivered")) === 400, { what: "all delivered" });
    expect(orderFaults(sink.taken)).toEqual([]);
    expect(new Set(sink.taken.map(({ stamp }) => stamp.id)).size).toBe(400);
    expect(sink.taken).toHaveLength(400);
    for (const row of await rowsOf(test.db)) expect(row).toMatchObject({ attempts: 1, first_error: null, published_at: expect.any(Number), latency_ms: expect.any(Number) });
  });

  it("finds what is committed while it runs, also without a nudge", async () => {
    relay = relayOn(await test.openAnother(), publisher);
    await relay.ready;
    await commit(test.db, pings(3, ["private-chat-0"]));
    await until(() => sink.taken.length === 3, { timeout: 2_500, what: "the poll to find them" });
  });

  it("keeps the order of a channel across answers that fail at random", async () => {
    let requests = 0;
    sink.script = () => (++requests % 4 === 0 ? { status: 503 } : requests % 7 === 0 ? "reset" : undefined);
    await commit(test.db, pings(60, CHANNELS.slice(0, 3)));
    relay = relayOn(await test.openAnother(), publisher);
    // Each failure opens the circuit for up to a second.
    await until(async () => (await countOf(test.db, "delivered")) === 60, { timeout: 25_000, what: "all delivered in the end" });
    expect(orderFaults(sink.taken)).toEqual([]);
    expect(await countOf(test.db, "dead")).toBe(0);
  });

  it("has one request under way on a channel, however slow the answer", async () => {
    const underWay = new Map<string, number>();
    let most = 0;
    sink.delayMs = 15;
    sink.script = ({ events }) => {
      for (const channel of new Set(events.flatMap(({ channels }) => channels))) {
        underWay.set(channel, (underWay.get(channel) ?? 0) + 1);
        most = Math.max(most, underWay.get(channel)!);
        setTimeout(() => underWay.set(channel, underWay.get(channel)! - 1), 10);
      }
      return undefined;
    };
    await commit(test.db, pings(120, CHANNELS.slice(0, 4)));
    relay = relayOn(await test.openAnother(), publisher);
    await until(async () => (await countOf(test.db, "delivered")) === 120);
    expect(most).toBe(1);
    expect(orderFaults(sink.taken)).toEqual([]);
  });

  it("stamps the data, and sends what is too long as a hint only", async () => {
    await commit(test.db, [
      { type: ping, payload: { n: 1 }, channel: "private-chat-0" },
      { type: ping, payload: { n: 2, text: "ع".repeat(6_000) }, channel: "private-chat-0" },
      { type: ping, payload: { n: 3, text: "x".repeat(50_000) }, channel: "private-chat-0" },
    ]);
    relay = relayOn(await test.openAnother(), publisher);
    await until(() => sink.taken.length === 3);
    const [first, ...long] = sink.taken.map(({ data }) => JSON.parse(data) as Record<string, unknown>);
    expect(first).toEqual({ n: 1, _event: { id: expect.stringMatching(/^[0-9a-f]{32}$/), seq: 1, offset: 1, epoch: expect.stringMatching(/./), at: expect.any(Number) } });
    for (const hint of long) expect(Object.keys(hint)).toEqual(["_event", "truncated"]);
  });

  it("expands an audience of 250 into three requests of at most 100 channels, with one id", async () => {
    const audience = Array.from({ length: 250 }, (_, n) => `private-user-${n}`);
    await commit(test.db, [{ type: ping, payload: { n: 1 }, audience }]);
    relay = relayOn(await test.openAnother(), publisher);
    await until(async () => (await countOf(test.db, "delivered")) === 1);
    expect(sink.requests.map(({ events }) => events[0]?.channels.length)).toEqual([100, 100, 50]);
    expect(sink.taken.map(({ channel }) => channel)).toEqual(audience);
    expect(new Set(sink.taken.map(({ stamp }) => `${stamp.id} ${stamp.offset}`)).size).toBe(1);
  });
});
