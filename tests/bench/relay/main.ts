/**
 * `npm run bench -- relay`: how fast an outbox is drained, and how long one event takes from commit to accepted, beside the
 * two usual ways. A worker process, a database file, and a sink over real sockets in this process. Issue 8, bars 3 and 4.
 */
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { cpuMs } from "#tests/bench/measure/cpu.ts";
import { preciseNow, shown, spread, table, type Spread } from "#tests/bench/measure/figures.ts";
import { steady } from "#tests/bench/measure/load.ts";
import { keep, say, sayMachine } from "#tests/bench/measure/report.ts";
import { testDatabase } from "#tests/support/database.ts";
import { startSink } from "#tests/support/sink.ts";
import { until } from "#tests/support/wait.ts";
import { commit, countOf, orderFaults, pings } from "#tests/worker/relay/support.ts";
import { CONTENDERS, type Contender } from "./contenders.ts";

const CHANNELS = Array.from({ length: 200 }, (_, n) => `private-chat-${n}`);
const COMMITTED_AT_ONCE = 5_000;
const DRAINS_MS = [1, 50];
/** As often as a sink that answers in so many ms lets the slowest keep up; what a sink takes at once is the workers' own time. */
const ROUNDS = [
  { delayMs: 0, rate: 100 },
  { delayMs: 1, rate: 100 },
  { delayMs: 50, rate: 10 },
];
const LATENCY_SECONDS = 10;
/** Just started, Node still compiles and collects, whatever it runs. */
const SETTLES_DOWN_MS = 20_000;
const IDLE_MS = 20_000;
const DRAINED_WITHIN_MS = 120_000;

interface Drained {
  contender: string;
  delayMs: number;
  perSecond: number;
  requests: number;
  orderFaults: number;
  doubles: number;
}

interface Waited {
  contender: string;
  delayMs: number;
  rate: number;
  latency: Spread;
}

const dataDir = await mkdtemp(path.join(os.tmpdir(), "roost-bench-relay-"));

/** A backlog, from the first request to the last row settled. */
async function throughput({ start, backlog, name }: Contender, delayMs: number): Promise<Drained> {
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
  return { contender: name, delayMs, ...figures };
}

/** Events that come one by one, from the end of the commit to the moment in which the worker has the answer. */
async function latency({ start, name }: Contender, delayMs: number, rate: number): Promise<Waited> {
  const test = await testDatabase();
  const sink = await startSink({ delayMs });
  const worker = await start({ databaseUrl: test.url, dataDir, channels: sink.app, db: test.db });
  // Commits of one process end in the order of their seqs.
  const committedAt: number[] = [];
  const send = async (n: number) => {
    await commit(test.db, pings(1, [CHANNELS[n % CHANNELS.length]!]));
    committedAt.push(preciseNow());
  };
  await steady(rate, 2, send);
  await until(async () => (await countOf(test.db, "pending")) === 0);
  const warm = committedAt.length;
  await steady(rate, LATENCY_SECONDS, send);
  await until(async () => (await countOf(test.db, "pending")) === 0);
  const rows = await test.db.all<{ at: number }>("SELECT published_at AS at FROM outbox_events ORDER BY seq");
  // The row knows whole milliseconds: on average it was half of one later.
  const waits = rows.map(({ at }, index) => at + 0.5 - committedAt[index]!).slice(warm);
  await worker.end();
  await sink.close();
  await test.close();
  return { contender: name, delayMs, rate, latency: spread(waits) };
}

/** What waiting costs, in percent of a core. */
async function idle({ start }: Contender): Promise<number> {
  const test = await testDatabase();
  const sink = await startSink();
  const worker = await start({ databaseUrl: test.url, dataDir, channels: sink.app, db: test.db });
  await pause(SETTLES_DOWN_MS);
  const before = cpuMs(worker.pid);
  await pause(IDLE_MS);
  const percent = ((cpuMs(worker.pid) - before) / IDLE_MS) * 100;
  await worker.end();
  await sink.close();
  await test.close();
  return percent;
}

const drained: Drained[] = [];
const waited: Waited[] = [];
const idlePercent: Record<string, number> = {};
for (const contender of CONTENDERS) {
  say(`${contender.name} …`);
  idlePercent[contender.name] = await idle(contender);
  for (const { delayMs, rate } of ROUNDS) waited.push(await latency(contender, delayMs, rate));
  for (const delayMs of DRAINS_MS) drained.push(await throughput(contender, delayMs));
}
await rm(dataDir, { recursive: true, force: true });

sayMachine();
const inMs = (delayMs: number) => (delayMs === 0 ? "at once" : `in ${delayMs} ms`);
say("A backlog drained");
say(
  table([
    ["", "the sink answers", "events/s", "requests", "order faults", "doubles"],
    ...drained.map((each) => [each.contender, inMs(each.delayMs), String(Math.round(each.perSecond)), String(each.requests), String(each.orderFaults), String(each.doubles)]),
  ]),
);
say("");
say("Commit to accepted");
say(
  table([
    ["", "the sink answers", "events/s", "p50", "p99"],
    ...waited.map((each) => [each.contender, inMs(each.delayMs), String(each.rate), shown(each.latency.p50), shown(each.latency.p99)]),
  ]),
);
say("");
say(table([["", "CPU when idle"], ...Object.entries(idlePercent).map(([name, percent]) => [name, `${shown(percent, 2)} %`])]));
await keep("relay", { drained, waited, idlePercent });
