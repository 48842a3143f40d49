/**
 * The relay's figures on this machine: `node --import tsx tests/worker/relay/measure.ts`. A relay process, a sink
 * over real sockets in this one, a database file.
 */
import { readFile } from "node:fs/promises";
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { testDatabase } from "#tests/support/database.ts";
import { startSink } from "#tests/support/sink.ts";
import { until } from "#tests/support/wait.ts";
import { nudgeClient } from "#worker/relay/nudge.ts";
import { startRelayProcess } from "./relay-process.ts";
import { commit, countOf, orderFaults, pings, rowsOf } from "./support.ts";

const CHANNELS = Array.from({ length: 200 }, (_, n) => `private-chat-${n}`);
/** USER_HZ on Linux. */
const TICKS_PER_SECOND = 100;

const dataDir = await mkdtemp(path.join(os.tmpdir(), "roost-measure-"));
const percentile = (values: number[], share: number) => values.toSorted((a, b) => a - b)[Math.floor(values.length * share)];

async function cpuSeconds(pid: number): Promise<number> {
  const fields = (await readFile(`/proc/${pid}/stat`, "utf8")).split(") ")[1]?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

async function latency(perSecond: number, seconds: number) {
  const test = await testDatabase();
  const sink = await startSink();
  const relay = await startRelayProcess({ databaseUrl: test.url, dataDir, channels: sink.app, env: { LOG_LEVEL: "info" } });
  const nudges = nudgeClient(path.join(dataDir, "relay.sock"));
  test.db.onCommit(() => nudges.nudge());
  await commit(test.db, pings(20, CHANNELS));
  await pause(500);
  const startedAt = performance.now();
  for (let n = 0; n < perSecond * seconds; n += 1) {
    const wait = startedAt + (n * 1_000) / perSecond - performance.now();
    if (wait > 0) await pause(wait);
    await commit(test.db, [pings(1, [CHANNELS[n % CHANNELS.length]!])[0]!]);
  }
  await until(async () => (await countOf(test.db, "pending")) === 0);
  const values = (await rowsOf(test.db)).slice(20).map((row) => row.latency_ms ?? 0);
  const pid = relay.child.pid ?? 0;
  const before = await cpuSeconds(pid);
  await pause(10_000);
  const idle = ((await cpuSeconds(pid)) - before) / 10;
  process.stdout.write(`latency commit to accepted at ${perSecond}/s: p50 ${percentile(values, 0.5)} ms, p99 ${percentile(values, 0.99)} ms; idle CPU ${(idle * 100).toFixed(1)} %\n`);
  await relay.end("SIGTERM");
  nudges.close();
  await sink.close();
  await test.close();
}

async function throughput(events: number, delayMs: number) {
  const test = await testDatabase();
  const sink = await startSink({ delayMs });
  for (let done = 0; done < events; done += 5_000) await commit(test.db, pings(Math.min(5_000, events - done), CHANNELS));
  const relay = await startRelayProcess({ databaseUrl: test.url, dataDir, channels: sink.app, env: { LOG_LEVEL: "warn" } });
  await until(() => sink.requests.length > 0, { interval: 1 });
  const startedAt = performance.now();
  await until(async () => (await countOf(test.db, "pending")) === 0, { timeout: 120_000, interval: 100 });
  const seconds = (performance.now() - startedAt) / 1_000;
  const cpu = await cpuSeconds(relay.child.pid ?? 0);
  process.stdout.write(`throughput, sink answering in ${delayMs} ms: ${Math.round(events / seconds)} events/s settled; ${sink.requests.length} requests; faults of order ${orderFaults(sink.taken).length}, doubles ${sink.taken.length - events}; relay's CPU with its start ${cpu} s\n`);
  await relay.end("SIGTERM");
  await sink.close();
  await test.close();
}

const only = process.argv[2];
if (!only || only === "latency") await latency(100, 10);
if (!only || only === "1ms") await throughput(40_000, 1);
if (!only || only === "50ms") await throughput(10_000, 50);
await rm(dataDir, { recursive: true, force: true });
