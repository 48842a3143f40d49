/**
 * `npm run bench fanout`: one event to many subscribers, by Roost's Channels server, by soketi and by a bare `ws`
 * server that frames once, side by side in one run; and what a connection that only stays open costs (see
 * docs/channels-server.md).
 */
import { readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { shown, table } from "#tests/bench/measure/figures.ts";
import { keep, say, sayMachine } from "#tests/bench/measure/report.ts";
import { APP, absent, contenders, type Contender } from "./contenders.ts";
import { gather } from "./crowd.ts";
import { readOptions } from "./options.ts";
import { CHANNEL, publish } from "./publisher.ts";

/** What the issue asks of Roost, as a ratio to soketi's deliveries a second, and in KB of 1,000 bytes a connection. */
const LEAST_RATIO = 1.2;
const MOST_IDLE_KB = 20;
const SOCKET_PATH = `/app/${APP.key}?protocol=7&client=bench&version=1.0`;
const WARM_UP_S = 1;
const SETTLE_MS = 1_500;

const options = readOptions(process.argv.slice(2));
if (absent) say(`Without soketi: ${absent}`);

const results = [];
for (const subscribers of options.subscribers)
  for (const batch of options.batches) {
    const measured = new Map(contenders.map(({ name }) => [name, [] as number[]]));
    // In turns: what else the machine does meets all of them.
    for (let turn = 0; turn < options.turns; turn += 1)
      for (const contender of contenders) measured.get(contender.name)!.push(await round(contender, subscribers, batch));
    results.push({ subscribers, batch, servers: [...measured].map(([name, turns]) => ({ name, turns, perSecond: middle(turns) })) });
  }
const idle = [];
if (options.idle > 0) for (const contender of contenders) idle.push({ name: contender.name, kb: await idleCost(contender, options.idle) });

sayMachine();
const ratios = [];
for (const { subscribers, batch, servers } of results) {
  const [own, ...peers] = servers;
  say(`${subscribers} subscribers, ${batch === 1 ? "events one by one" : `batches of ${batch}`}`);
  say(table([["", "deliveries/s", "lowest", "highest", "Roost to it"], ...servers.map(({ name, turns, perSecond }) => [name, shown(perSecond, 0), shown(Math.min(...turns), 0), shown(Math.max(...turns), 0), name === own!.name ? "" : shown(own!.perSecond / perSecond)])]));
  say("");
  for (const peer of peers) ratios.push({ subscribers, batch, to: peer.name, ratio: own!.perSecond / peer.perSecond });
}
if (idle.length > 0) say(`${table([[`${options.idle} idle connections`, "KB each"], ...idle.map(({ name, kb }) => [name, shown(kb, 1)])])}\n`);

const slow = ratios.filter(({ to, ratio }) => to.startsWith("soketi") && ratio < LEAST_RATIO);
const heavy = idle.filter(({ name, kb }) => name === "Roost" && kb > MOST_IDLE_KB);
for (const { subscribers, batch, ratio } of slow) say(`MISSED: ${shown(ratio)} times soketi at ${subscribers} subscribers, batches of ${batch}; expected at least ${LEAST_RATIO}`);
for (const { kb } of heavy) say(`MISSED: ${shown(kb, 1)} KB a connection; expected at most ${MOST_IDLE_KB}`);
await keep("fanout", { options, ratios, results, idle });
process.exit(slow.length + heavy.length > 0 ? 1 : 0);

/** @returns deliveries a second */
async function round(contender: Contender, subscribers: number, batch: number): Promise<number> {
  const server = await contender.start();
  const crowd = await gather({ port: server.port, path: SOCKET_PATH, count: subscribers, channel: CHANNEL });
  try {
    await publish(server.port, crowd, subscribers, batch, WARM_UP_S);
    return await publish(server.port, crowd, subscribers, batch, options.seconds);
  } finally {
    await crowd.leave();
    await server.stop();
  }
}

/** @returns what the resident memory of a fresh server grows by for each connection, in KB of 1,000 bytes */
async function idleCost(contender: Contender, count: number): Promise<number> {
  const server = await contender.start();
  try {
    const before = residentBytes(server.pid);
    const crowd = await gather({ port: server.port, path: SOCKET_PATH, count, channel: null });
    await pause(SETTLE_MS);
    const after = residentBytes(server.pid);
    await crowd.leave();
    return (after - before) / count / 1_000;
  } finally {
    await server.stop();
  }
}

function residentBytes(pid: number): number {
  const kib = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  return Number(kib) * 1_024;
}

function middle(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}
