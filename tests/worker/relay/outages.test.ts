/** Refusals, outages and pauses, on a clock that the test moves (H2, H3, H6). */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { requeue } from "#db/outbox/requeue.ts";
import { testDatabase, type TestDatabase } from "#tests/support/database.ts";
import { manualClock, type ManualClock } from "#tests/support/manual-clock.ts";
import { scriptedPublisher, type ScriptedPublisher } from "#tests/support/sink.ts";
import { ASK_AGAIN_EVERY_MS } from "#worker/relay/insistent.ts";
import type { PublishOutcome } from "#worker/relay/publishers/publisher.ts";
import { DEADLINE_MS } from "#worker/relay/publishers/pusher.ts";
import type { Relay } from "#worker/relay/relay.ts";
import { commit, countOf, orderFaults, ping, pings, relayOn, rowsOf, strict, type Row } from "./support.ts";

const ROUND_TRIP_MS = 50;
const refused: PublishOutcome = { kind: "refused", reason: "bad-request", detail: "400 bad" };
const unavailable = (reason: "network" | "server-error" | "forbidden" | "timeout" | "tls" | "rate-limited", retryAfterMs: number | null = null): PublishOutcome => ({ kind: "unavailable", reason, detail: reason, retryAfterMs });
/** A request that nobody answers: as the publisher ends it, after its deadline or when it is called off. */
const lostUntil = (signal?: AbortSignal) =>
  new Promise<PublishOutcome>((resolve) => {
    const cancel = clock.after(DEADLINE_MS, () => resolve(unavailable("timeout")));
    signal?.addEventListener("abort", () => {
      cancel();
      resolve({ kind: "unavailable", reason: "aborted", detail: "called off", retryAfterMs: null });
    });
  });
const numberOf = ({ data }: { data: string }) => (JSON.parse(data) as { n: number }).n;

let test: TestDatabase;
let clock: ManualClock;
let publisher: ScriptedPublisher;
let relay: Relay | undefined;
beforeEach(async () => {
  test = await testDatabase();
  clock = manualClock();
  publisher = scriptedPublisher(clock.monotonic);
});
afterEach(async () => {
  await relay?.stop();
  relay = undefined;
  await test.close();
});

const start = async () => {
  relay = relayOn(await test.openAnother(), publisher, { clock, random: () => 0.5 });
  await clock.advance(0);
};
const add = (...args: Parameters<typeof pings>) => commit(test.db, pings(...args), clock.now);
const refuse = (...bad: number[]) => (publisher.script = ({ events }) => (events.some((event) => bad.includes(numberOf(event))) ? refused : undefined));
const states = async () => (await rowsOf(test.db)).map(({ state }) => state);

describe("an event that Channels refuses", () => {
  it.each(Array.from({ length: 10 }, (_, n) => [3, 10].map((channels) => [n, channels] as const)).flat())("is found among ten in at most eight requests (number %i, %i channels)", async (bad, channels) => {
    refuse(bad);
    await add(10, Array.from({ length: channels }, (_, n) => `private-chat-${n}`));
    await start();
    await clock.advance(300);
    expect(await countOf(test.db, "dead")).toBe(1);
    expect(await countOf(test.db, "delivered")).toBe(9);
    const dead = (await rowsOf(test.db)).find(({ state }) => state === "dead");
    expect(dead).toMatchObject({ seq: bad + 1, attempts: 1, first_error: "bad-request: 400 bad", last_error: "bad-request: 400 bad" });
    expect(publisher.requests.length).toBeLessThanOrEqual(8);
    expect(publisher.taken).toHaveLength(9);
    const seqs = new Map<string, number>();
    for (const { channel, stamp } of publisher.taken) {
      expect(stamp.seq).toBeGreaterThan(seqs.get(channel) ?? 0);
      seqs.set(channel, stamp.seq);
    }
  });

  it("is not waited for by the others, also where four of ten are refused", async () => {
    const bad = [0, 3, 6, 9];
    publisher.script = async ({ events }) => {
      await new Promise<void>((resolve) => void clock.after(ROUND_TRIP_MS, resolve));
      return events.some((event) => bad.includes(numberOf(event))) ? refused : undefined;
    };
    await add(10, Array.from({ length: 10 }, (_, n) => `private-chat-${n}`));
    await start();
    // Halved one after the other it would take twelve round trips.
    await clock.advance(ROUND_TRIP_MS * 10);
    expect(await states()).toEqual(Array.from({ length: 10 }, (_, n) => (bad.includes(n) ? "dead" : "delivered")));
  });

  it("loses nothing when a batch is refused although each of its events is taken alone", async () => {
    publisher.script = ({ events }) => (events.length > 1 ? { kind: "refused", reason: "payload-too-large", detail: "413" } : undefined);
    await add(10, ["private-chat-a"]);
    await start();
    await clock.advance(300);
    expect(await countOf(test.db, "delivered")).toBe(10);
    expect(orderFaults(publisher.taken)).toEqual([]);
  });

  it("blocks its channel only where its type says so, until it is requeued; others go on", async () => {
    refuse(0);
    await commit(test.db, [...pings(3, ["private-chat-strict"], strict), ...pings(3, ["private-chat-lax"])], clock.now);
    await start();
    await clock.advance(300);
    expect(await states()).toEqual(["dead", "pending", "pending", "dead", "delivered", "delivered"]);

    // A new leader knows it, too.
    await relay?.stop();
    await start();
    await clock.advance(1_000);
    expect(await countOf(test.db, "pending")).toBe(2);

    publisher.script = () => undefined;
    expect(await requeue(test.db, [1, 5], clock.now())).toEqual([1]);
    await clock.advance(1_500);
    expect(await countOf(test.db, "pending")).toBe(0);
    expect(publisher.taken.filter(({ channel }) => channel === "private-chat-strict").map(({ stamp }) => stamp.offset)).toEqual([1, 2, 3]);
  });

  it("is sent again with the same id, seq and offset when requeued, though the relay has read past it", async () => {
    refuse(1);
    await add(4, ["private-chat-a"]);
    await start();
    await clock.advance(300);
    const before = (await rowsOf(test.db)).find(({ state }) => state === "dead") as Row;
    publisher.script = () => undefined;
    await requeue(test.db, [before.seq], clock.now());
    await clock.advance(1_500);
    const again = publisher.taken.filter(({ stamp }) => stamp.seq === before.seq);
    expect(again.map(({ stamp }) => [stamp.id, stamp.offset])).toEqual([[before.id, before.offset]]);
    expect((await rowsOf(test.db))[1]).toMatchObject({ state: "delivered", first_error: "bad-request: 400 bad" });
  });

  it("is not believed when everything is refused: the circuit opens", async () => {
    publisher.script = () => refused;
    await add(60, Array.from({ length: 60 }, (_, n) => `private-chat-${n}`));
    await start();
    await clock.advance(3_000);
    expect(await countOf(test.db, "dead")).toBeLessThan(40);
    expect(await countOf(test.db, "pending")).toBeGreaterThan(20);
  });
});

describe("an outage", () => {
  it.each([unavailable("network"), unavailable("server-error"), unavailable("forbidden"), unavailable("timeout"), unavailable("tls"), unavailable("rate-limited")])("counts no attempt, is probed once a second, and ends at full speed: $reason", async (outcome) => {
    let isDown = true;
    publisher.script = () => (isDown ? outcome : undefined);
    await add(300, Array.from({ length: 30 }, (_, n) => `private-chat-${n}`));
    await start();
    const first = publisher.requests.length;
    await clock.advance(600_000);
    const probes = publisher.requests.slice(first);
    expect(probes.length).toBeGreaterThan(550);
    expect(probes.length).toBeLessThanOrEqual(601);
    expect(probes.every(({ events }) => events.length === 1)).toBe(true);
    for (const [index, probe] of probes.entries()) expect(probe.at - (probes[index - 1]?.at ?? -Infinity)).toBeGreaterThanOrEqual(999);
    expect((await rowsOf(test.db)).every(({ state, attempts, last_error }) => state === "pending" && attempts === 0 && last_error === null)).toBe(true);

    isDown = false;
    await clock.advance(1_000);
    await clock.advance(100);
    expect(await countOf(test.db, "delivered")).toBe(300);
    expect((await rowsOf(test.db)).every(({ attempts }) => attempts === 1)).toBe(true);
    expect(orderFaults(publisher.taken)).toEqual([]);
  });

  it("is not probed before Retry-After", async () => {
    publisher.script = () => unavailable("rate-limited", 30_000);
    await add(1, ["private-chat-a"]);
    await start();
    await clock.advance(29_000);
    expect(publisher.requests).toHaveLength(1);
    await clock.advance(2_000);
    expect(publisher.requests).toHaveLength(2);
  });

  it("that is a black hole is found over within 1.25 s of its end, also with a single channel, at no more than a request a second", async () => {
    let isHole = false;
    publisher.script = (_request, signal) => (isHole ? lostUntil(signal) : undefined);
    await start();
    const lasted: number[] = [];
    for (let round = 0; round < 40; round += 1) {
      isHole = true;
      await add(3, ["private-chat-a"]);
      // At every moment of a probe, the worst ones included.
      await clock.advance(10_000 + round * 130);
      const before = publisher.taken.length;
      isHole = false;
      const endedAt = clock.monotonic();
      while (publisher.taken.length === before) await clock.advance(10);
      lasted.push(clock.monotonic() - endedAt);
      await clock.advance(100);
      expect(await countOf(test.db, "pending")).toBe(0);
    }
    expect(Math.max(...lasted)).toBeLessThanOrEqual(ASK_AGAIN_EVERY_MS + 10);
    expect(orderFaults(publisher.taken)).toEqual([]);
    expect(publisher.taken).toHaveLength(120);
    expect((await rowsOf(test.db)).every(({ attempts, last_error }) => attempts === 1 && last_error === null)).toBe(true);
  });

  it("that is a black hole is asked no more than once a second", async () => {
    publisher.script = (_request, signal) => lostUntil(signal);
    await add(3, ["private-chat-a"]);
    await start();
    await clock.advance(60_000);
    const gaps = publisher.requests.slice(1).map(({ at }, index) => at - publisher.requests[index]!.at);
    expect(gaps.length).toBeGreaterThan(40);
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(1_000);
    // Told to stop, the relay lets its request end, and sends no other.
    const asked = publisher.requests.length;
    const stopped = relay?.stop();
    relay = undefined;
    await clock.advance(10_000);
    await stopped;
    expect(publisher.requests).toHaveLength(asked);
  });

  it("ends with the answer of a service that is only slow", async () => {
    let isHole = true;
    publisher.script = (_request, signal) => (isHole ? lostUntil(signal) : new Promise((resolve) => clock.after(4_000, () => resolve(undefined))));
    await add(1, ["private-chat-a"]);
    await start();
    await clock.advance(DEADLINE_MS);
    isHole = false;
    await clock.advance(1_000 + DEADLINE_MS);
    expect(await countOf(test.db, "delivered")).toBe(1);
    expect(new Set(publisher.taken.map(({ stamp }) => stamp.id)).size).toBe(1);
  });

  it("is not what one event is that fails while the others get through: that one pauses by itself, and dies in the end", async () => {
    publisher.script = ({ events }) => (events.some((event) => numberOf(event) === 0) ? unavailable("server-error") : undefined);
    await add(2, ["private-chat-poison"]);
    await start();
    for (let second = 0; second < 1_500; second += 1) {
      if (second < 20) await add(1, [`private-chat-${second}`]).then(() => commit(test.db, [{ type: ping, payload: { n: 100 + second }, channel: "private-chat-good" }], clock.now));
      await clock.advance(1_000);
    }
    const poison = (await rowsOf(test.db))[0];
    expect(poison).toMatchObject({ state: "dead", attempts: 20, last_error: "server-error: server-error" });
    expect((await rowsOf(test.db)).filter(({ channel }) => channel === "private-chat-good").every(({ state }) => state === "delivered")).toBe(true);
    // Its channel goes on without it.
    expect((await rowsOf(test.db))[1]).toMatchObject({ state: "delivered" });
  }, 300_000);
});

describe("what waits", () => {
  it("does not keep others out, however much of it there is: 6,000 rows behind a block", async () => {
    publisher.script = ({ events }) => (events.some(({ name }) => name === strict.name) ? refused : undefined);
    await commit(test.db, pings(6_000, ["private-chat-strict"], strict), clock.now);
    await add(10, ["private-chat-a", "private-chat-b"]);
    await start();
    await clock.advance(1_000);
    expect(await countOf(test.db, "delivered")).toBe(10);
    expect(await countOf(test.db, "dead")).toBe(1);
    expect(await countOf(test.db, "pending")).toBe(5_999);
  });

  it("is read on when a channel has more than fits in memory", async () => {
    await add(2_500, ["private-chat-a"]);
    await add(20, ["private-chat-b", "private-chat-c"]);
    await start();
    await clock.advance(2_000);
    expect(await countOf(test.db, "delivered")).toBe(2_520);
    expect(orderFaults(publisher.taken)).toEqual([]);
    // The others did not have to wait for the long one.
    expect(publisher.taken.findIndex(({ channel }) => channel === "private-chat-c")).toBeLessThan(1_000);
  });

  it("is undisturbed by a wall clock that jumps", async () => {
    await start();
    for (const jump of [3_600_000, -7_200_000, 3 * 86_400_000, -10 * 86_400_000]) {
      clock.jump(jump);
      await add(3, ["private-chat-a"]);
      await clock.advance(1_000);
    }
    expect(await countOf(test.db, "delivered")).toBe(12);
    expect((await rowsOf(test.db)).every(({ latency_ms }) => latency_ms !== null && latency_ms >= 0)).toBe(true);
    expect(orderFaults(publisher.taken)).toEqual([]);
  });
});
