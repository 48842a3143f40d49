/** What an admin does to events reaches the relay that holds them in memory; and what it tells the console (G5). */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { drop } from "#db/outbox/drop.ts";
import { beat, heartbeats, noteWatching, WATCHED_FOR_MS } from "#db/outbox/heartbeat.ts";
import { requeue } from "#db/outbox/requeue.ts";
import { retry } from "#db/outbox/retry.ts";
import { testDatabase, type TestDatabase } from "#tests/support/database.ts";
import { manualClock, type ManualClock } from "#tests/support/manual-clock.ts";
import { scriptedPublisher, type ScriptedPublisher } from "#tests/support/sink.ts";
import type { PublishOutcome } from "#worker/relay/publishers/publisher.ts";
import type { Relay } from "#worker/relay/relay.ts";
import { commit, countOf, orderFaults, pings, relayOn, rowsOf } from "./support.ts";

const down: PublishOutcome = { kind: "unavailable", reason: "network", detail: "down", retryAfterMs: null };
const failing: PublishOutcome = { kind: "unavailable", reason: "server-error", detail: "500", retryAfterMs: null };
const numberOf = ({ data }: { data: string }) => (JSON.parse(data) as { n: number }).n;

let test: TestDatabase;
let clock: ManualClock;
let publisher: ScriptedPublisher;
const relays: Relay[] = [];
beforeEach(async () => {
  test = await testDatabase();
  clock = manualClock();
  publisher = scriptedPublisher(clock.monotonic);
});
afterEach(async () => {
  for (const relay of relays.splice(0)) await relay.stop();
  await test.close();
});

async function start() {
  const relay = relayOn(await test.openAnother(), publisher, { clock, random: () => 0.999 });
  relays.push(relay);
  await clock.advance(0);
  return relay;
}
const add = (...args: Parameters<typeof pings>) => commit(test.db, pings(...args), clock.now);
const sent = () => publisher.taken.map(({ data }) => numberOf({ data }));

describe("an event that is dropped", () => {
  it("is not sent by a relay that holds it in memory; those around it are, in order", async () => {
    publisher.script = () => down;
    await add(300, ["private-chat-a", "private-chat-b"]);
    await start();
    await clock.advance(3_000);
    const dropped = Array.from({ length: 100 }, (_, index) => 101 + index);
    expect(await drop(test.db, [...dropped, 9_999], clock.now())).toEqual(dropped);
    await clock.advance(1_000);
    publisher.script = () => undefined;
    await clock.advance(3_000);
    expect(await countOf(test.db, "delivered")).toBe(200);
    expect(await countOf(test.db, "dropped")).toBe(100);
    expect(sent().toSorted((a, b) => a - b)).toEqual([...Array.from({ length: 100 }, (_, n) => n), ...Array.from({ length: 100 }, (_, n) => 200 + n)]);
    for (const channel of ["private-chat-a", "private-chat-b"]) {
      const offsets = publisher.taken.filter((event) => event.channel === channel).map(({ stamp }) => stamp.offset!);
      expect(offsets).toEqual(offsets.toSorted((a, b) => a - b));
    }
  });

  it("is not sent again when its own request is under way and fails; nothing of its channel overtakes what is left", async () => {
    let answer: (outcome: PublishOutcome) => void = () => undefined;
    await add(30, ["private-chat-a"]);
    publisher.script = () => new Promise<PublishOutcome>((resolve) => (answer = resolve));
    await start();
    expect(publisher.requests).toHaveLength(1);
    // Numbers 0 to 9 are under way; 3 is dropped meanwhile, and the relay has heard of it.
    await drop(test.db, [4], clock.now());
    await clock.advance(1_000);
    publisher.script = () => undefined;
    answer(down);
    await clock.advance(3_000);
    expect(sent()).toEqual(Array.from({ length: 30 }, (_, n) => n).filter((n) => n !== 3));
    expect((await rowsOf(test.db))[3]).toMatchObject({ state: "dropped", published_at: null });
  });

  it("comes back by being put back, and only then", async () => {
    await start();
    publisher.script = () => down;
    await add(3, ["private-chat-a"]);
    await drop(test.db, [2], clock.now());
    publisher.script = () => undefined;
    await clock.advance(3_000);
    expect(sent()).toEqual([0, 2]);
    expect(await retry(test.db, [2], clock.now())).toEqual([]);
    expect(await requeue(test.db, [1, 2, 3], clock.now())).toEqual([2]);
    await clock.advance(1_500);
    expect(sent()).toEqual([0, 2, 1]);
    expect((await rowsOf(test.db)).map(({ state }) => state)).toEqual(["delivered", "delivered", "delivered"]);
  });
});

it("a retry ends the pause of an event that fails by itself, and keeps its order", async () => {
  let isBroken = true;
  publisher.script = ({ events }) => (isBroken && events.some((event) => numberOf(event) === 0) ? failing : undefined);
  await add(3, ["private-chat-poison"]);
  await start();
  for (let second = 0; second < 90; second += 1) {
    await commit(test.db, [{ ...pings(1, ["private-chat-good"])[0]!, payload: { n: 100 + second } }], clock.now);
    await clock.advance(1_000);
  }
  const [poison] = await rowsOf(test.db);
  expect(poison!.attempts).toBeGreaterThan(3);
  isBroken = false;
  const before = publisher.taken.length;
  expect(await retry(test.db, [1, 2, 3], clock.now())).toEqual([1]);
  await clock.advance(1_000);
  expect(publisher.taken.slice(before).map(numberOf)).toEqual([0, 1, 2]);
  expect(orderFaults(publisher.taken)).toEqual([]);
  expect((await rowsOf(test.db))[0]).toMatchObject({ state: "delivered", attempts: poison!.attempts + 1, first_error: "server-error: 500" });
});

describe("a relay's heartbeat", () => {
  it("says who it is, whether it leads, what is under way and what stands in its way, and goes with it", async () => {
    const first = await start();
    const second = await start();
    await add(3, ["private-chat-a"]);
    await clock.advance(4_000);
    const [leader, other] = await heartbeats(test.db);
    expect(leader).toMatchObject({ version: "test", seenAt: clock.now(), token: 1, published: 3, inFlight: 0, outage: null });
    expect(other).toMatchObject({ token: null, published: 0 });
    publisher.script = () => down;
    await add(1, ["private-chat-a"]);
    await clock.advance(4_000);
    expect((await heartbeats(test.db))[0]).toMatchObject({ outage: "network", published: 3 });
    publisher.script = () => undefined;
    await first.stop();
    await clock.advance(4_000);
    expect(await heartbeats(test.db)).toMatchObject([{ id: other!.id, token: 2, outage: null }]);
    await second.stop();
    expect(await heartbeats(test.db)).toEqual([]);
  });

  it("of one that has crashed is forgotten after an hour", async () => {
    const crashed = { id: "gone", version: "0", startedAt: 1, seenAt: clock.now(), token: null, inFlight: 0, published: 0, outage: null };
    await beat(test.db, crashed);
    await beat(test.db, { ...crashed, id: "here", seenAt: clock.now() + 3_600_000 });
    expect(await heartbeats(test.db)).toHaveLength(2);
    await beat(test.db, { ...crashed, id: "here", seenAt: clock.now() + 3_600_001 });
    expect(await heartbeats(test.db)).toMatchObject([{ id: "here" }]);
  });
});

it("tells the console of changes only while somebody watches, and once a second at most", async () => {
  publisher.script = ({ events }) => (events[0]!.name === "outbox:changed" ? { kind: "accepted" } : undefined);
  const told = () => publisher.requests.filter(({ events }) => events[0]!.name === "outbox:changed");
  await start();
  await add(5, ["private-chat-a"]);
  await clock.advance(5_000);
  expect(told()).toEqual([]);

  await noteWatching(test.db, clock.now());
  await clock.advance(2_100);
  const from = clock.monotonic();
  for (let tick = 0; tick < 50; tick += 1) {
    await add(1, ["private-chat-a"]);
    await clock.advance(100);
  }
  expect(told().length).toBeGreaterThanOrEqual(4);
  expect(told().length).toBeLessThanOrEqual(7);
  expect(told().every(({ at, events }) => at >= from && events[0]!.channels.join() === "private-admin")).toBe(true);

  await clock.advance(WATCHED_FOR_MS + 2_100);
  const before = told().length;
  await add(1, ["private-chat-a"]);
  await clock.advance(3_000);
  expect(told()).toHaveLength(before);
});
