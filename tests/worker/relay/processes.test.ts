/** Relays as real processes that are killed, stopped and started (H2, H6). */
import { mkdtemp, rm } from "node:fs/promises";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readLease, RELAY_LEASE } from "#db/outbox/lease.ts";
import { dataFolder } from "#tests/support/data-folder.ts";
import { testDatabase, type DatabaseKind, type TestDatabase } from "#tests/support/database.ts";
import { patient } from "#tests/support/patience.ts";
import { startSink, type HttpSink } from "#tests/support/sink.ts";
import { until } from "#tests/support/wait.ts";
import { nudgeClient, nudgePath } from "#worker/relay/nudge.ts";
import { spawnRelay, startRelayProcess, type RelayProcess } from "./relay-process.ts";
import { commit, countOf, orderFaults, ping, pings, rowsOf } from "./support.ts";

const CHANNELS = Array.from({ length: 12 }, (_, n) => `private-chat-${n}`);

let test: TestDatabase;
let sink: HttpSink;
let dataDir: string;
const relays: RelayProcess[] = [];

const setUp = async (kind: DatabaseKind) => {
  test = await testDatabase(kind);
  sink = await startSink();
  dataDir = await mkdtemp(path.join(dataFolder(), "roost-relay-"));
};
afterEach(async () => {
  for (const relay of relays.splice(0)) await relay.end("SIGKILL");
  await sink.close();
  await test.close();
  await rm(dataDir, { recursive: true, force: true });
});

const options = () => ({ databaseUrl: test.url, dataDir, channels: sink.app });
const start = async () => {
  const relay = await startRelayProcess(options());
  relays.push(relay);
  return relay;
};
const delivered = () => countOf(test.db, "delivered");

describe.each<DatabaseKind>(["better-sqlite3", "libsql-ws"])("relay processes on %s", (kind) => {
  beforeEach(() => setUp(kind));

  it("two of them deliver each event once, and the second takes over within 3 s when the first is killed", async () => {
    const [first, second] = [await start(), await start()];
    await commit(test.db, pings(200, CHANNELS));
    await until(async () => (await delivered()) === 200);
    expect(sink.taken).toHaveLength(200);

    await first.end("SIGKILL");
    const killedAt = performance.now();
    await commit(test.db, pings(40, CHANNELS));
    await until(() => sink.taken.length >= 240, { timeout: 5_000, what: "the second relay to deliver" });
    expect(performance.now() - killedAt).toBeLessThan(patient(3_000));
    await until(async () => (await delivered()) === 240);
    expect(sink.taken).toHaveLength(240);
    expect(orderFaults(sink.taken)).toEqual([]);
    expect((await readLease(test.db, RELAY_LEASE))?.token).toBe(2);
    expect(second.child.exitCode).toBeNull();
  });

  it("killed in the middle of a backlog and started again: nothing lost, doubles have the same id, order holds", async () => {
    sink.delayMs = 10;
    await commit(test.db, pings(500, CHANNELS));
    for (const upTo of [60, 180, 330]) {
      const relay = await start();
      await until(() => sink.taken.length >= upTo, { interval: 1 });
      await relay.end("SIGKILL");
    }
    sink.delayMs = 0;
    await start();
    await until(async () => (await delivered()) === 500, { timeout: 15_000 });
    expect(orderFaults(sink.taken)).toEqual([]);
    expect(new Set(sink.taken.map(({ stamp }) => stamp.id)).size).toBe(500);
    expect(await countOf(test.db, "dead")).toBe(0);
  });
});

describe("a relay process", () => {
  beforeEach(() => setUp("better-sqlite3"));

  it("stopped, and continued when another leads and has delivered, changes no row", async () => {
    sink.delayMs = 20;
    const first = await start();
    const second = await start();
    await commit(test.db, pings(400, CHANNELS));
    await until(() => sink.taken.length >= 50, { interval: 1 });
    first.child.kill("SIGSTOP");
    await until(async () => (await readLease(test.db, RELAY_LEASE))?.token === 2, { timeout: 4_000, what: "the takeover" });
    sink.delayMs = 0;
    await until(async () => (await delivered()) === 400, { timeout: 15_000 });
    const before = await rowsOf(test.db);
    first.child.kill("SIGCONT");
    await until(() => first.output().includes("somebody else leads now"), { timeout: 5_000, what: "the old leader to notice" });
    expect(await rowsOf(test.db)).toEqual(before);
    expect(orderFaults(sink.taken)).toEqual([]);
    expect(second.output()).not.toContain("somebody else leads now");
    expect((await readLease(test.db, RELAY_LEASE))?.token).toBe(2);
  });

  it("told to stop, ends what is under way, writes it down and gives the lease back", async () => {
    sink.delayMs = 150;
    const relay = await start();
    await commit(test.db, pings(30, CHANNELS));
    await until(() => sink.requests.length >= 2, { interval: 1 });
    expect(await relay.end("SIGTERM")).toBe(0);
    expect(sink.taken.length).toBeGreaterThan(0);
    expect(await delivered()).toBe(sink.taken.length);
    expect((await readLease(test.db, RELAY_LEASE))?.holder).toBeNull();
    // The next one need not wait for a lease to run out.
    sink.delayMs = 0;
    const startedAt = performance.now();
    await start();
    await until(async () => (await delivered()) === 30);
    expect(performance.now() - startedAt).toBeLessThan(patient(2_000));
    expect(sink.taken).toHaveLength(30);
  });

  it("is woken by a nudge in a few milliseconds", async () => {
    await start();
    const nudges = nudgeClient(path.join(dataDir, "relay.sock"));
    const stop = test.db.onCommit(() => nudges.nudge());
    for (let n = 0; n < 40; n += 1) {
      await commit(test.db, pings(1, ["private-chat-a"]));
      await until(() => sink.taken.length === n + 1, { interval: 1 });
    }
    await until(async () => (await delivered()) === 40);
    const latencies = (await rowsOf(test.db)).slice(5).map(({ latency_ms }) => latency_ms ?? Infinity).sort((a, b) => a - b);
    // The poll alone would take 125 ms in the middle.
    expect(latencies[Math.floor(latencies.length / 2)]).toBeLessThan(patient(60));
    stop();
    nudges.close();
  });

  it("drains and exits with --once, printing the figures", async () => {
    await commit(test.db, pings(25, CHANNELS));
    const relay = spawnRelay({ ...options(), args: ["--once"], env: { LOG_LEVEL: "silent" } });
    await relay.closed;
    expect(relay.child.exitCode).toBe(0);
    expect(JSON.parse(relay.output())).toEqual({ published: 25, retried: 0, dead: 0, pending: 0, tookMs: expect.any(Number) });
  });

  it("says a bad setting in one line and exits with 1", async () => {
    const relay = spawnRelay({ ...options(), env: { PUSHER_PORT: "none" } });
    await relay.closed;
    expect(relay.child.exitCode).toBe(1);
    expect(relay.output()).toBe("roost relay: PUSHER_PORT: expected a port number, 0 to 65535\n");
  });

  it("without Channels leaves everything pending, and says so once", async () => {
    const relay = await startRelayProcess({ ...options(), channels: null });
    relays.push(relay);
    await commit(test.db, pings(3, CHANNELS));
    await until(() => relay.output().includes("relay is running"));
    expect(await countOf(test.db, "pending")).toBe(3);
    await relay.end("SIGTERM");
    await relay.closed;
    expect(relay.output().match(/Channels is not configured/g)).toHaveLength(1);
  });

  it("logs no payload and no secret, however much it logs", async () => {
    const relay = await startRelayProcess({ ...options(), env: { LOG_LEVEL: "trace" } });
    relays.push(relay);
    await commit(test.db, [{ type: ping, payload: { n: 1, text: "dearest-diary" }, channel: "private-chat-a" }]);
    await until(async () => (await delivered()) === 1);
    await relay.end("SIGTERM");
    await relay.closed;
    expect(relay.output()).toContain("latencyMs");
    for (const forbidden of ["dearest-diary", sink.app.secret, "auth_signature"]) expect(relay.output()).not.toContain(forbidden);
  });

  it("cleans up its socket", async () => {
    const relay = await start();
    const nudges = nudgeClient(path.join(dataDir, "relay.sock"));
    nudges.nudge();
    await relay.end("SIGTERM");
    nudges.nudge();
    nudges.close();
    expect(nudgePath(path.join(dataDir, "relay.sock"))).toBe(path.join(dataDir, "relay.sock"));
    await expect(import("node:fs/promises").then(({ lstat }) => lstat(path.join(dataDir, "relay.sock")))).rejects.toThrow("ENOENT");
  });
});
