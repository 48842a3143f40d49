/**
 * Relays, the app and its like are killed at exact points of their work while events are committed at a rate. What a
 * service got must be what was committed, and the console must say what is so, all the time.
 */
import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { openDatabase, type Queries } from "#db/database.ts";
import type { Context } from "#app/domain/context.ts";
import { newId } from "#app/domain/ids.ts";
import { reportReceived } from "#app/domain/outbox/received.server.ts";
import { logHead } from "#db/outbox/log.ts";
import { seeded } from "#tests/realtime/seeded.ts";
import { ensureBuilt } from "#tests/support/build.ts";
import { dataFolder } from "#tests/support/data-folder.ts";
import { testDatabase, type TestDatabase } from "#tests/support/database.ts";
import { PATIENCE, patient } from "#tests/support/patience.ts";
import { freePort } from "#tests/support/ports.ts";
import { cleanEnvironment } from "#tests/support/processes.ts";
import { startSink, type HttpReply, type HttpSink, type SinkRequest } from "#tests/support/sink.ts";
import { until } from "#tests/support/wait.ts";
import { countOf, orderFaults } from "#tests/worker/relay/support.ts";
import { consoleFaults } from "./console-truth.ts";
import { unsound } from "./content.ts";
import { APP_POINTS, Killer, RELAY_POINTS } from "./crash-kills.ts";
import { CHANNELS, CHATS_EACH, Load } from "./crash-load.ts";
import { listed } from "./crash-units.ts";
import { Arrivals, deliveryFaults, unitFaults, type Arrival } from "./delivery-oracle.ts";
import { Mortal } from "./mortal.ts";
import { faultSuite } from "./size.ts";

/** `kills`: of relays, and as many of the app and its like, in each round; after it all is looked at. `troubles`: one kill of each. */
const { size, full, seed, figures, replay } = faultSuite("crash", { short: { rounds: 1, kills: 3, troubles: 1 }, full: { rounds: 10, kills: 10, troubles: 10 } });
/** Events a second, over all channels. */
const RATE = 500;
/** What of the rate must be held. */
const HELD = 0.95;
const TAKEOVER_MS = 3_000;
const DRAINED_WITHIN_MS = 60_000;
const LONG_MS = full ? 3_600_000 : 120_000;
const OUTAGE_MS = 800;
/** The channel of the one event that fails by itself. */
const STUBBORN = "private-list-0";
const FAILS_WITHIN_MS = 30_000;

const random = seeded(seed);
const arrivals = new Arrivals();
let test: TestDatabase;
let sink: HttpSink;
let dataDir: string;
let relays: Mortal[] = [];
let load: Load;
let killer: Killer;

beforeAll(async () => {
  await ensureBuilt();
  test = await testDatabase();
  sink = await startSink();
  dataDir = await mkdtemp(path.join(dataFolder(), "roost-crash-"));
  const env = {
    ...cleanEnvironment(),
    DATABASE_URL: test.url,
    DATA_DIR: dataDir,
    PORT: String(await freePort()),
    SESSION_SECRET: randomBytes(32).toString("hex"),
    PUSHER_APP_ID: sink.app.appId,
    PUSHER_KEY: sink.app.key,
    PUSHER_SECRET: sink.app.secret,
    PUSHER_HOST: sink.app.host!,
    PUSHER_PORT: String(sink.app.port),
    PUSHER_USE_TLS: "off",
    LOG_LEVEL: "info",
  };
  relays = ["relay 1", "relay 2"].map((name) => new Mortal(name, ["worker/run.mjs", "relay"], env));
  load = await Load.over({ db: test.db, env: { ...env, LOG_LEVEL: "warn" }, rate: RATE, seed });
  killer = new Killer({ db: test.db, sink, relays, load, arrivals, random });
  for (const relay of relays) relay.start();
  await Promise.all(load.processes.map((process) => load.bringUp(process)));
  await until(() => relays.every(({ output }) => output.includes("relay is running")), { timeout: 30_000, what: "the relays to run" });
  endedByThemselves();
});
/** Also where a test has failed in the middle. */
afterEach(() => load.rest());
afterAll(async () => {
  await load?.end();
  for (const relay of relays) await relay.end();
  await sink?.close();
  await test?.close();
  if (dataDir) await rm(dataDir, { recursive: true, force: true });
});

function endedByThemselves(): void {
  expect([...relays, ...load.processes].flatMap(({ faults }) => faults)).toEqual([]);
}

const consoleIsTrue = async (when: string) => expect(await test.db.snapshot((read) => consoleFaults(test.db, read)), `${when}; ${replay}`).toEqual([]);

/** Resolves once all that was committed is decided. */
async function settled(): Promise<void> {
  await load.rest();
  await until(async () => (await countOf(test.db, "pending")) === 0, { timeout: DRAINED_WITHIN_MS, interval: 50, what: "all to be delivered" });
  arrivals.takeFrom(sink);
}

async function allIsWell(): Promise<void> {
  expect(await deliveryFaults(test.db, arrivals.all), replay).toEqual([]);
  expect((await unitFaults(test.db, load.acknowledged, CHATS_EACH)).faults, replay).toEqual([]);
  expect(load.refused, replay).toEqual([]);
  await consoleIsTrue("with nothing under way");
  endedByThemselves();
}

async function databaseIsSound(): Promise<void> {
  const anew = await openDatabase(test.url);
  expect(await unsound(anew.all, "integrity"), replay).toEqual([]);
  await anew.close();
}

const shuffled = <T>(all: readonly T[]): T[] => all.map((each) => ({ each, at: random() })).sort((a, b) => a.at - b.at).map(({ each }) => each);
/** Each point about as often as the others. */
const chosen = <Point>(points: readonly Point[], count: number): Point[] => shuffled(Array.from({ length: Math.ceil(count / points.length) }, () => shuffled(points)).flat().slice(0, count));

/** A connection whose changes are looked at, and then undone. */
async function undone<T>(work: (tx: Queries) => Promise<T>): Promise<T> {
  const back = new Error("undone");
  let answer: T | undefined;
  await test.db.transact(async (tx) => {
    answer = await work(tx);
    throw back;
  }).catch((error: unknown) => {
    if (error !== back) throw error;
  });
  return answer!;
}

describe("processes killed under load", () => {
  it("at any point: nothing lost, nothing invented, first seen in order, doubles the same, units whole, the console true", { timeout: LONG_MS }, async () => {
    const before = (await logHead(test.db)).seq;
    onTestFinished(() => void clearInterval(taking));
    const taking = setInterval(() => arrivals.takeFrom(sink), 250);
    for (let round = 0; round < size.rounds; round += 1) {
      load.begin();
      await Promise.all([
        (async () => {
          for (const [n, point] of chosen(RELAY_POINTS, size.kills).entries()) {
            await killer.relay(point);
            if (n === 0) await consoleIsTrue(`after a relay was killed: ${point}`);
          }
        })(),
        (async () => {
          for (const point of chosen(APP_POINTS, size.kills)) await killer.app(point);
        })(),
      ]);
      await settled();
      await allIsWell();
    }
    const { counts, takeovers } = killer.kills;
    const events = (await logHead(test.db)).seq - before;
    const rate = events / (load.activeMs / 1_000);
    const { units, unheard } = await unitFaults(test.db, load.acknowledged, CHATS_EACH);
    figures({
      ...Object.fromEntries(counts),
      kills: [...counts.values()].reduce((sum, each) => sum + each),
      channels: CHANNELS,
      events,
      "events/s": Math.round(rate),
      units,
      "committed, but nobody was told": unheard,
      doubles: arrivals.doubles,
      "slowest takeover, ms": Math.round(Math.max(...takeovers)),
      "takeover in the middle, ms": Math.round(takeovers.toSorted((a, b) => a - b)[Math.floor(takeovers.length / 2)]!),
    });
    expect(orderFaults(arrivals.all.filter(({ stamp }) => stamp.offset !== null))).toEqual([]);
    expect(await countOf(test.db, "dead")).toBe(0);
    await databaseIsSound();
    expect(Math.max(...takeovers)).toBeLessThan(patient(TAKEOVER_MS));
    expect(rate).toBeGreaterThan((RATE * HELD) / PATIENCE);
  });

  it("while the service refuses events, fails for one and goes away: exactly those are dead, and the console says so all the time", { timeout: LONG_MS }, async () => {
    const { seq: before } = await logHead(test.db);
    const state = { stubborn: false, away: false };
    killer.policy = (request) => (state.away ? AWAY[Math.floor(random() * AWAY.length)] : refusalOf(request, state.stubborn));
    const waits = (where: string) => async () => (await test.db.all(`SELECT 1 FROM outbox_events WHERE ${where} LIMIT 1`)).length > 0;
    for (let n = 0; n < size.troubles; n += 1) {
      load.begin();
      state.stubborn = true;
      await until(waits("state = 'pending' AND attempts > 0"), { timeout: FAILS_WITHIN_MS, what: "an event to fail by itself" });
      await until(waits("state = 'dead'"), { timeout: FAILS_WITHIN_MS, what: "events to be refused" });
      await consoleIsTrue("with events that are tried again, and dead ones");
      await Promise.all([killer.relay("in the middle of settling"), killer.app("between two statements")]);
      await consoleIsTrue("after kills");
      state.away = true;
      await pause(OUTAGE_MS);
      await consoleIsTrue("while the service is away");
      state.away = false;
      state.stubborn = false;
      await settled();
      await reportSome();
      await allIsWell();
    }
    const lists = await test.db.all<{ payload: string; state: string }>("SELECT payload, state FROM outbox_events WHERE event = ? AND seq > ? ORDER BY seq", [listed.name, before]);
    const unwanted = lists.filter(({ payload }) => refusedWith(JSON.parse(payload) as Entry) !== null);
    const causes = await test.db.all<{ signature: string }>("SELECT DISTINCT signature FROM outbox_events WHERE signature IS NOT NULL ORDER BY signature");
    figures({ troubles: size.troubles, "refused events": unwanted.length, "causes of failure": causes.map(({ signature }) => signature).join(" | ") });
    expect(lists.filter(({ state }) => state === "dead")).toEqual(unwanted);
    expect(await countOf(test.db, "dead")).toBe(unwanted.length);
    await databaseIsSound();
  });

  it("mistakes are found: in what arrived, in what is kept, and in what the console is told", { timeout: LONG_MS }, async () => {
    const firstOf = new Map(arrivals.all.map((each) => [each.stamp.id + each.channel, each] as const).reverse());
    const firsts = arrivals.all.filter((each) => firstOf.get(each.stamp.id + each.channel) === each);
    const nextOf = ({ channel, stamp }: Arrival) => firsts.find((each) => each.channel === channel && each.stamp.offset === stamp.offset! + 1);
    const victim = shuffled(firsts.filter((each) => each.stamp.offset !== null)).find(nextOf)!;
    const at = arrivals.all.indexOf(victim);
    const others = arrivals.all.filter(({ stamp }) => stamp.id !== victim.stamp.id);
    const wrong: Record<string, [Arrival[], string]> = {
      lost: [others, "lost: "],
      invented: [[...arrivals.all, { ...victim, stamp: { ...victim.stamp, id: newId() } }], "invented: "],
      "doubled with another seq": [[...arrivals.all, { ...victim, stamp: { ...victim.stamp, seq: victim.stamp.seq + 1 } }], "came twice, and not the same"],
      "changed on the way": [arrivals.all.map((each) => (each.stamp.id === victim.stamp.id ? { ...each, digest: "another" } : each)), "not what was committed"],
      "out of order": [[...arrivals.all.slice(0, at), nextOf(victim)!, ...arrivals.all.slice(at)], "out of order"],
    };
    for (const [what, [seen, words]] of Object.entries(wrong)) expect((await deliveryFaults(test.db, seen)).join("\n"), what).toContain(words);

    const kept: Record<string, string> = {
      "an acknowledged message that is gone with its events": "DELETE FROM outbox_events WHERE seq = (SELECT max(seq) FROM outbox_events WHERE event = 'new-message')",
      "a list without one of its entries": `DELETE FROM outbox_events WHERE seq = (SELECT max(seq) FROM outbox_events WHERE event = '${listed.name}')`,
      "a message that nobody was told of": "UPDATE messages SET client_id = 'another' WHERE id = (SELECT max(id) FROM messages)",
    };
    for (const [what, sql] of Object.entries(kept)) expect((await undone(async (tx) => (await tx.all(sql), unitFaults(tx, load.acknowledged, CHATS_EACH)))).faults, what).not.toEqual([]);

    const shown: Record<string, string> = {
      "a delivery counted twice": "UPDATE outbox_rollups SET count = count + 1 WHERE measure = 'accepted' AND (span, at, bucket) = (SELECT span, at, bucket FROM outbox_rollups WHERE measure = 'accepted' LIMIT 1)",
      "latencies a thousand times as long": "UPDATE outbox_rollups SET bucket = bucket + 640 WHERE measure = 'accepted'",
      "a refusal that is not counted": "DELETE FROM outbox_rollups WHERE measure = 'dead'",
      "a received time that is not counted": "DELETE FROM outbox_rollups WHERE measure = 'received'",
      "a cause under another name": "UPDATE outbox_events SET signature = 'another' WHERE seq = (SELECT max(seq) FROM outbox_events WHERE state = 'dead')",
      "an event that is settled and nowhere counted": "UPDATE outbox_events SET state = 'delivered', published_at = created_at, latency_ms = 0 WHERE seq = (SELECT max(seq) FROM outbox_events WHERE state = 'dead')",
      "a failed try that is not written down": "DELETE FROM outbox_attempts WHERE seq = (SELECT max(seq) FROM outbox_attempts WHERE outcome = 'dead')",
    };
    for (const [what, sql] of Object.entries(shown)) expect(await undone(async (tx) => (await tx.all(sql), consoleFaults(test.db, tx))), what).not.toEqual([]);
    await consoleIsTrue("with all of that undone");
  });
});

type Entry = { n: number; key: string };

/** Of each list the entry 7 is refused where its key says so: the same by every relay, however often. */
function refusedWith({ n, key }: Entry): 400 | 413 | null {
  if (n !== 7) return null;
  return key.endsWith("0") ? 400 : key.endsWith("1") ? 413 : null;
}

const AWAY: HttpReply[] = [{ status: 503 }, { status: 500, body: "{}" }, "reset"];

function refusalOf({ events }: SinkRequest, isStubborn: boolean): HttpReply | undefined {
  if (isStubborn && events.some(({ channels }) => channels[0] === STUBBORN)) return { status: 500, body: `{"error":"event ${events[0]!.stamp.seq} on ${STUBBORN} broke it"}` };
  for (const { name, data, stamp, channels } of events) {
    const status = name === listed.name ? refusedWith(JSON.parse(data) as Entry) : null;
    if (status !== null) return { status, body: `event ${stamp.id} on "${channels[0]}" is number ${stamp.seq}, and not wanted` };
  }
  return undefined;
}

/** Some browsers say when they had an event, one of them twice. */
async function reportSome(): Promise<void> {
  const ctx: Context = { db: test.db, now: Date.now, newId };
  for (const viewer of load.viewers) {
    const events = await test.db.all<{ id: string; publishedAt: number }>(
      "SELECT e.id, e.published_at AS publishedAt FROM outbox_events e JOIN conversations c ON c.channel = e.channel JOIN conversation_members m ON m.conversation_id = c.id AND m.user_id = ? WHERE e.state = 'delivered' ORDER BY e.seq DESC LIMIT 5",
      [viewer.userId],
    );
    const samples = events.map(({ id, publishedAt }) => ({ id, at: publishedAt + Math.floor(random() * 300) }));
    await reportReceived(ctx, viewer, { samples });
    expect(await reportReceived(ctx, viewer, { samples })).toEqual({ taken: 0 });
  }
}
