/** One to eight relays on one database: each event goes out once, and a leader that is killed or frozen is replaced in time. */
import { mkdtemp, rm } from "node:fs/promises";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { DatabaseBusyError, type Database } from "#db/database.ts";
import { LEASE_MS, readLease, RELAY_LEASE } from "#db/outbox/lease.ts";
import { dataFolder } from "#tests/support/data-folder.ts";
import { testDatabase, type TestDatabase } from "#tests/support/database.ts";
import { patient } from "#tests/support/patience.ts";
import { startSink, type HttpSink } from "#tests/support/sink.ts";
import { until } from "#tests/support/wait.ts";
import { startRelayProcess, type RelayProcess } from "#tests/worker/relay/relay-process.ts";
import { commit, countOf, orderFaults, pings, rowsOf } from "#tests/worker/relay/support.ts";
import { faultSuite } from "./size.ts";

const { size, full, figures } = faultSuite("relay-many", { short: { relays: [3], events: 1_500, takeovers: 1, freezes: 1 }, full: { relays: [1, 2, 3, 4, 5, 6, 7, 8], events: 50_000, takeovers: 10, freezes: 10 } });
/** The bound for a leader that was killed. */
const TAKEOVER_MS = 3_000;
const WRITERS = 3;
const EVENTS_A_COMMIT = 25;
const CHANNELS = Array.from({ length: 200 }, (_, n) => `private-chat-${n}`);
const LONG_MS = full ? 3_600_000 : 90_000;

let test: TestDatabase;
let sink: HttpSink;
let dataDir: string;
const relays: RelayProcess[] = [];
beforeEach(async () => {
  test = await testDatabase();
  sink = await startSink();
  dataDir = await mkdtemp(path.join(dataFolder(), "roost-relays-"));
});
afterEach(async () => {
  for (const relay of relays.splice(0)) await relay.end("SIGKILL");
  await sink.close();
  await test.close();
  await rm(dataDir, { recursive: true, force: true });
});

async function start(count: number): Promise<void> {
  relays.push(...(await Promise.all(Array.from({ length: count }, () => startRelayProcess({ databaseUrl: test.url, dataDir, channels: sink.app })))));
}

/** Commits while the relays work, by several connections at once. @returns how often a caller was told that the database is busy */
async function write(events: number): Promise<number> {
  let busy = 0;
  let left = Math.ceil(events / EVENTS_A_COMMIT);
  const writers = await Promise.all(Array.from({ length: WRITERS }, () => test.openAnother()));
  const turn = async (db: Database, first: number): Promise<void> => {
    for (let n = first; left > 0; n += WRITERS) {
      left -= 1;
      const channels = Array.from({ length: EVENTS_A_COMMIT }, (_, index) => CHANNELS[(n * 7 + index) % CHANNELS.length]!);
      try {
        await commit(db, pings(EVENTS_A_COMMIT, channels));
      } catch (error) {
        if (!(error instanceof DatabaseBusyError)) throw error;
        busy += 1;
      }
    }
  };
  await Promise.all(writers.map(turn));
  return busy;
}

/** Which of the processes leads, by the holder that it has written into its log. */
async function leader(): Promise<RelayProcess> {
  return until(async () => {
    const holder = (await readLease(test.db, RELAY_LEASE))?.holder;
    return relays.find((relay) => holder !== null && holder !== undefined && relay.output().includes(holder));
  }, { what: "a leader" });
}

describe("several relays", () => {
  it.each(size.relays)("%i of them: each event once, in order on its channel, and no writer is ever told that the database is busy", { timeout: LONG_MS }, async (count) => {
    await start(count);
    const startedAt = performance.now();
    const busy = await write(size.events);
    await until(async () => (await countOf(test.db, "pending")) === 0, { timeout: LONG_MS, interval: 100, what: "all to be delivered" });
    const seconds = (performance.now() - startedAt) / 1_000;
    const events = Math.ceil(size.events / EVENTS_A_COMMIT) * EVENTS_A_COMMIT;
    figures({ [`${count} relays, events`]: events, [`${count} relays, events/s`]: Math.round(events / seconds) });
    expect(busy).toBe(0);
    expect(await countOf(test.db, "delivered")).toBe(events);
    expect(sink.taken).toHaveLength(events);
    expect(new Set(sink.taken.map(({ stamp }) => stamp.id)).size).toBe(events);
    expect(orderFaults(sink.taken)).toEqual([]);
    expect((await readLease(test.db, RELAY_LEASE))?.token).toBe(1);
    for (const relay of relays) expect(relay.output()).not.toMatch(/DATABASE_BUSY|SQLITE_BUSY|"level":50/);
  });

  it(`the leader killed: the next one delivers within ${TAKEOVER_MS} ms`, { timeout: LONG_MS }, async () => {
    await start(2);
    const took: number[] = [];
    for (let n = 0; n < size.takeovers; n += 1) {
      const leading = await leader();
      await leading.end("SIGKILL");
      relays.splice(relays.indexOf(leading), 1);
      const killedAt = performance.now();
      const before = sink.taken.length;
      await commit(test.db, pings(5, CHANNELS));
      await until(() => sink.taken.length > before, { timeout: 10_000, interval: 5, what: "the next leader to deliver" });
      took.push(performance.now() - killedAt);
      await until(async () => (await countOf(test.db, "pending")) === 0, { what: "all to be delivered" });
      await start(1);
    }
    figures({ takeovers: size.takeovers, "slowest takeover, ms": Math.round(Math.max(...took)) });
    expect(Math.max(...took)).toBeLessThan(patient(TAKEOVER_MS));
    expect(orderFaults(sink.taken)).toEqual([]);
  });

  it("the leader frozen for three leases in the middle of its work: what it does late changes no row", { timeout: LONG_MS }, async () => {
    await start(2);
    let committed = 0;
    for (let n = 0; n < size.freezes; n += 1) {
      const frozen = await leader();
      const noticed = () => frozen.output().split("somebody else leads now").length;
      const times = noticed();
      sink.delayMs = 20;
      await commit(test.db, pings(400, CHANNELS));
      committed += 400;
      const before = sink.taken.length;
      await until(() => sink.taken.length >= before + 40, { interval: 1, what: "it to be in the middle" });
      frozen.child.kill("SIGSTOP");
      const frozenAt = performance.now();
      sink.delayMs = 0;
      await until(async () => (await countOf(test.db, "pending")) === 0, { timeout: 20_000, what: "the other one to deliver the rest" });
      await until(() => performance.now() - frozenAt >= 3 * LEASE_MS, { timeout: 4 * LEASE_MS, what: "three leases" });
      const rows = await rowsOf(test.db);
      frozen.child.kill("SIGCONT");
      await until(() => noticed() > times, { what: "the old leader to notice" });
      expect(await rowsOf(test.db)).toEqual(rows);
    }
    figures({ freezes: size.freezes, doubles: sink.taken.length - committed });
    expect(orderFaults(sink.taken)).toEqual([]);
    expect(new Set(sink.taken.map(({ stamp }) => stamp.id)).size).toBe(committed);
  });
});
