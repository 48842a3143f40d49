/** Events that the service refuses, services that go and come, clocks that jump: in any order, on a clock that the test moves. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { seeded } from "#tests/realtime/seeded.ts";
import { testDatabase, type TestDatabase } from "#tests/support/database.ts";
import { manualClock, type ManualClock } from "#tests/support/manual-clock.ts";
import { patient } from "#tests/support/patience.ts";
import { scriptedPublisher, type ScriptedPublisher, type SinkRequest } from "#tests/support/sink.ts";
import { until } from "#tests/support/wait.ts";
import type { PublishOutcome } from "#worker/relay/publishers/publisher.ts";
import type { Relay } from "#worker/relay/relay.ts";
import { commit, countOf, orderFaults, pings, relayOn, rowsOf, strict } from "#tests/worker/relay/support.ts";
import { faultSuite } from "./size.ts";

const { size, full, seed, figures, replay } = faultSuite("relay-poison-and-clock", { short: { waves: 60, runs: 6, steps: 40 }, full: { waves: 2_000, runs: 300, steps: 120 } });
const LONG_MS = full ? 3_600_000 : 60_000;
const ROUND_TRIP_MS = 50;
const WAVE_EVERY_MS = 500;
const POISON_SHARE = 0.02;
/** The bound for channels that have nothing to do with a refused event. */
const OTHERS_WAIT_AT_MOST_MS = 1_000;
/** After the end of all faults: the longest pause of one event, Retry-After, and a lease that runs out. */
const WELL_WITHIN_MS = 90_000;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

const refused: PublishOutcome = { kind: "refused", reason: "bad-request", detail: "400 bad" };
const numberOf = ({ data }: { data: string }) => (JSON.parse(data) as { n: number }).n;

let test: TestDatabase;
let clock: ManualClock;
let publisher: ScriptedPublisher;
let relay: Relay | undefined;
let random: () => number;
const below = (n: number) => Math.floor(random() * n);
const pick = <T>(list: readonly T[]): T => list[below(list.length)]!;

beforeEach(async () => {
  test = await testDatabase();
  clock = manualClock(1_800_000_000_000);
  publisher = scriptedPublisher(clock.monotonic);
  random = seeded(seed);
});
afterEach(async () => {
  await stop();
  await test.close();
});

async function start(): Promise<void> {
  relay = relayOn(await test.openAnother(), publisher, { clock, random });
  await clock.advance(0);
}

/** Ends what is under way, which takes time by this clock. */
async function stop(): Promise<void> {
  let ended = relay === undefined;
  void relay?.stop().then(() => (ended = true));
  relay = undefined;
  await until(async () => {
    if (!ended) await clock.advance(ROUND_TRIP_MS);
    return ended;
  }, { interval: 1, what: "the relay to stop" });
}

/** As long as a request over the network takes. */
const travels = () => new Promise<void>((resolve) => void clock.after(ROUND_TRIP_MS, resolve));

describe(`refused events among others (${replay})`, () => {
  it("each is dead by itself, its channel goes on or waits as declared, and the others hardly notice", { timeout: LONG_MS }, async () => {
    const lax = Array.from({ length: 20 }, (_, n) => `private-chat-${n}`);
    const holding = Array.from({ length: 10 }, (_, n) => `private-chat-strict-${n}`);
    const poison = new Set<number>();
    publisher.script = async ({ events }: SinkRequest) => {
      await travels();
      return events.some((event) => poison.has(numberOf(event))) ? refused : undefined;
    };
    await start();
    const meant: { n: number; channel: string; blocks: boolean }[] = [];
    for (let wave = 0; wave < size.waves; wave += 1) {
      const events = Array.from({ length: 10 + below(20) }, () => {
        const blocks = below(3) === 0;
        const one = { n: meant.length, channel: pick(blocks ? holding : lax), blocks };
        meant.push(one);
        if (random() < POISON_SHARE) poison.add(one.n);
        return { ...pings(1, [one.channel], ...(blocks ? [strict] : []))[0]!, payload: { n: one.n } };
      });
      await commit(test.db, events, clock.now);
      await clock.advance(WAVE_EVERY_MS);
    }
    await clock.advance(5_000);
    const blocked = new Set<string>();
    const expected = meant.map(({ n, channel, blocks }) => {
      if (blocked.has(channel)) return "pending";
      if (!poison.has(n)) return "delivered";
      if (blocks) blocked.add(channel);
      return "dead";
    });
    const rows = await rowsOf(test.db);
    expect(rows.map(({ state }) => state)).toEqual(expected);
    for (const row of rows.filter(({ state }) => state === "dead")) expect(row).toMatchObject({ attempts: 1, first_error: "bad-request: 400 bad" });
    const sick = new Set(meant.filter(({ n }) => poison.has(n)).map(({ channel }) => channel));
    const dead = rows.filter(({ state }) => state === "dead");
    // A refused request is answered by halves: an event counts as somebody else's when nobody of its channel was refused in those seconds.
    const nearby = (row: (typeof rows)[number]) => dead.some((other) => other.channel === row.channel && Math.abs(other.seq - row.seq) < 60);
    const waits = rows.filter((row) => row.state === "delivered" && !nearby(row)).map(({ latency_ms }) => latency_ms!);
    figures({ events: rows.length, refused: dead.length, "channels with one": sick.size, "others waited at most, ms": Math.max(...waits) });
    expect(dead.length).toBeGreaterThan(0);
    expect(Math.max(...waits)).toBeLessThanOrEqual(patient(OTHERS_WAIT_AT_MOST_MS));
    const seqs = new Map<string, number>();
    for (const { channel, stamp } of publisher.taken) {
      expect(stamp.seq).toBeGreaterThan(seqs.get(channel) ?? 0);
      seqs.set(channel, stamp.seq);
    }
  });
});

describe(`clocks that jump (${replay})`, () => {
  it("nothing gets stuck and no order changes, whatever else fails meanwhile", { timeout: LONG_MS }, async () => {
    let made = 0;
    let jumps = 0;
    for (let run = 0; run < size.runs; run += 1) {
      const channels = Array.from({ length: 8 }, (_, n) => `private-chat-${run}-${n}`);
      let outage: PublishOutcome | null = null;
      let sick = -1;
      publisher.script = async ({ events }: SinkRequest) => {
        await travels();
        return outage ?? (events.some((event) => numberOf(event) === sick) ? { kind: "unavailable", reason: "server-error", detail: "500", retryAfterMs: null } : undefined);
      };
      const jump = () => {
        jumps += 1;
        clock.jump(pick([HOUR, -HOUR, 3 * DAY, -3 * DAY, below(2 * DAY) - DAY]));
      };
      await start();
      for (let step = 0; step < size.steps; step += 1) {
        const kind = below(10);
        if (kind < 4) {
          const events = Array.from({ length: 1 + below(5) }, () => ({ ...pings(1, [pick(channels)])[0]!, payload: { n: (made += 1) } }));
          await commit(test.db, events, clock.now);
        } else if (kind < 6) jump();
        else if (kind === 6) outage = outage ? null : { kind: "unavailable", reason: pick(["network", "timeout", "forbidden", "rate-limited"]), detail: "", retryAfterMs: pick([null, 5_000]) };
        else if (kind === 7) sick = sick < 0 ? made : -1;
        else if (kind === 8) {
          await stop();
          jump();
          await start();
        } else await clock.advance(below(8_000));
        await clock.advance(below(600));
      }
      outage = null;
      sick = -1;
      jump();
      await clock.advance(WELL_WITHIN_MS);
      const open = (await rowsOf(test.db)).filter(({ state }) => state !== "delivered");
      expect(open).toEqual([]);
      await stop();
    }
    expect(await countOf(test.db, "delivered")).toBe(made);
    const rows = await rowsOf(test.db);
    expect(rows.filter(({ latency_ms }) => latency_ms === null || latency_ms < 0)).toEqual([]);
    expect(orderFaults(publisher.taken)).toEqual([]);
    figures({ "clock jumps": jumps, "events across them": made });
  });
});
