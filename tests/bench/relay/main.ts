/**
 * `npm run bench -- relay`: how fast an outbox is drained, and how long one event takes from commit to accepted, beside the
 * two usual ways. A worker process, a database file, and a sink over real sockets in this process. Issue 8, bars 3 and 4.
 */
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { cpuMs } from "#tests/bench/measure/cpu.ts";
import { shown, spread, table, type Spread } from "#tests/bench/measure/figures.ts";
import { steady } from "#tests/bench/measure/load.ts";
import { keep, say, sayMachine } from "#tests/bench/measure/report.ts";
import { testDatabase } from "#tests/support/database.ts";
import { startSink } from "#tests/support/sink.ts";
import { until } from "#tests/support/wait.ts";
import { commit, countOf, orderFaults, pings } from "#tests/worker/relay/support.ts";
import { CONTENDERS, type Contender } from "./contenders.ts";

const CHANNELS = Array.from({ length: 200 }, (_, n) => `private-chat-${n}`);
const COMMITTED_AT_ONCE = 5_000;
/** As often as a sink that answers in so many ms lets the slowest keep up. */
const ROUNDS = [
  { delayMs: 1, rate: 100 },
  { delayMs: 50, rate: 10 },
];
const LATENCY_SECONDS = 10;
const IDLE_MS = 10_000;
const DRAINED_WITHIN_MS = 120_000;

interface Result {
  contender: string;
  delayMs: number;
  perSecond: number;
  requests: number;
  orderFaults: number;
  doubles: number;
  rate: number;
  latency: Spread;
  idleCpuPercent: number;
}

const dataDir = await mkdtemp(path.join(os.tmpdir(), "roost-bench-relay-"));

/** A backlog, from the first request to the last row settled. */
async function throughput({ start, backlog }: Contender, delayMs: number) {
  const test = await testDatabase();
  const sink = await startSink({ delayMs });
  const events = backlog(delayMs);
  for (let done = 0; done < events; done += COMMITTED_AT_ONCE) await commit(test.db, pings(Math.min(COMMITTED_AT_ONCE, events - done), CHANNELS));
  const worker = await start({ databaseUrl: test.url, dataDir, channels: sink.app, db: test.db });
  await until(() => sink.requests.length > 0, { interval: 1 });
  const startedAt = performance.now();
  await until(async () => (await countOf(test.db, "pending")) === 0, { timeout: DRAINED_WITHIN_MS, interval: 50 });
  const seconds = (performance.now() - startedAt) / 1_000;
  const figures = { perSecond: events / seconds, requests: sink.requests.length, orderFaults: orderFaults(sink.taken).length, doubles: sink.taken.length - events };
  await worker.end();
  await sink.close();
  await test.close();
  return figures;
}

/** Events that come one by one; then nothing at all, for the cost of waiting. */
async function latency({ start }: Contender, delayMs: number, rate: number) {
  const test = await testDatabase();
  const sink = await startSink({ delayMs });
  const worker = await start({ databaseUrl: test.url, dataDir, channels: sink.app, db: test.db });
  const send = (n: number) => commit(test.db, [pings(1, [CHANNELS[n % CHANNELS.length]!])[0]!]);
  await steady(rate, 2, send);
  await until(async () => (await countOf(test.db, "pending")) === 0);
  const [warm] = await test.db.all<{ seq: number }>("SELECT max(seq) AS seq FROM outbox_events");
  await steady(rate, LATENCY_SECONDS, send);
  await until(async () => (await countOf(test.db, "pending")) === 0);
  const rows = await test.db.all<{ ms: number }>("SELECT latency_ms AS ms FROM outbox_events WHERE seq > ?", [warm!.seq]);
  const before = cpuMs(worker.pid);
  await pause(IDLE_MS);
  const idleCpuPercent = ((cpuMs(worker.pid) - before) / IDLE_MS) * 100;
  await worker.end();
  await sink.close();
  await test.close();
  return { latency: spread(rows.map(({ ms }) => ms)), idleCpuPercent };
}

const results: Result[] = [];
for (const { delayMs, rate } of ROUNDS) {
  for (const contender of CONTENDERS) {
    say(`${contender.name}, the sink answers in ${delayMs} ms …`);
    results.push({ contender: contender.name, delayMs, rate, ...(await throughput(contender, delayMs)), ...(await latency(contender, delayMs, rate)) });
  }
}
await rm(dataDir, { recursive: true, force: true });

sayMachine();
for (const { delayMs, rate } of ROUNDS) {
  const of = results.filter((each) => each.delayMs === delayMs);
  say(`A sink that answers in ${delayMs} ms; latency at ${rate} events/s`);
  say(
    table([
      ["", "events/s", "order faults", "doubles", "commit to accepted p50", "p99", "CPU when idle"],
      ...of.map((each) => [each.contender, String(Math.round(each.perSecond)), String(each.orderFaults), String(each.doubles), shown(each.latency.p50, 0), shown(each.latency.p99, 0), `${shown(each.idleCpuPercent, 1)} %`]),
    ]),
  );
  say("");
}
await keep("relay", { results });
