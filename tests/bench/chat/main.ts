/** `npm run bench chat`: people in chats, by Roost, by Socket.IO and by polling, side by side in one run (see docs/testing.md). */
import { shown, table } from "#tests/bench/measure/figures.ts";
import { cpuText, keep, say, sayMachine } from "#tests/bench/measure/report.ts";
import { polling, roost } from "./house.ts";
import { measureIdle } from "./idle.ts";
import { readOptions } from "./options.ts";
import { measure, total, type Result } from "./round.ts";
import { socketIo } from "./socketio.ts";

const options = readOptions(process.argv.slice(2));
const started = performance.now();
const results: Result[] = [];
for (const clients of options.clients) {
  // Two in each chat.
  const even = clients - (clients % 2);
  for (const make of [roost, socketIo, polling]) results.push(await measure(make, even, options));
}
const idle = await measureIdle({ ...options, idle: options.idle - (options.idle % 2) });

sayMachine();
const ratios = [];
for (const clients of new Set(results.map((one) => one.clients))) {
  const all = results.filter((one) => one.clients === clients);
  const [own, ...peers] = all as [Result, ...Result[]];
  say(`${clients} clients, ${options.rate} messages a second for ${options.seconds} s`);
  const rows = all.map(({ name, request, commitToSubscriber: { p50, p95, p99, max }, refused, missing, cpuTotal, cpuPercent, loadPercent }) => [
    name,
    ...[p50, p95, p99, max, request.p50].map((value) => shown(value, 1)),
    `${refused}/${missing}`,
    shown(cpuTotal, 1),
    cpuText(cpuPercent),
    shown(total(loadPercent), 0),
  ]);
  say(table([["", "commit→delivered p50", "p95", "p99", "max", "request p50", "refused/missing", "server CPU", "of which", "clients' CPU"], ...rows]));
  for (const peer of peers) {
    const ratio = { clients, to: peer.name, p50: own.commitToSubscriber.p50 / peer.commitToSubscriber.p50, p95: own.commitToSubscriber.p95 / peer.commitToSubscriber.p95, p99: own.commitToSubscriber.p99 / peer.commitToSubscriber.p99, cpu: own.cpuTotal / peer.cpuTotal };
    ratios.push(ratio);
    say(`Roost to ${peer.name}: commit→delivered p50 ${shown(ratio.p50, 3)}, p95 ${shown(ratio.p95, 3)}, p99 ${shown(ratio.p99, 3)}; server CPU ${shown(ratio.cpu)}`);
  }
  say("");
}
say(`${idle.clients} idle clients, connected, each with a check every 20 s: ${shown(idle.checksPerSecond, 0)} checks a second`);
say(
  table([
    ["", "server CPU", "of which", "answer p50", "p99", "not 304", "bytes a check", "at most checks/s"],
    ["Roost", shown(idle.cpuTotal, 1), cpuText(idle.cpuPercent), shown(idle.answer.p50, 1), shown(idle.answer.p99, 1), String(idle.others), shown(idle.bytesPerCheck, 0), shown(idle.atMostPerSecond, 0)],
  ]),
);
say(`All idle clients take ${shown((idle.checksPerSecond / idle.atMostPerSecond) * 100, 1)} % of what one app process can answer\n`);

await keep("chat", { options, tookSeconds: Math.round((performance.now() - started) / 1000), ratios, results, idle });
const unsound = results.some((one) => one.name === results[0]!.name && one.refused + one.missing > 0) || idle.others > 0;
if (unsound) say("Roost refused or lost messages, or answered idle clients more than 304: the figures above do not count");
process.exit(unsound ? 1 : 0);
