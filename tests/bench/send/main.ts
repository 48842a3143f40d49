/** `npm run bench send`: three ways to send a message, side by side in one run (see docs/testing.md). */
import { shown, table } from "#tests/bench/measure/figures.ts";
import { cpuText, keep, say, sayMachine } from "#tests/bench/measure/report.ts";
import { direct } from "./direct.ts";
import type { DeliveryFigures } from "#tests/bench/measure/deliveries.ts";
import { inTurns, measure, type Result } from "./round.ts";
import { roost } from "./roost.ts";
import { socketIo } from "./socketio.ts";

/** What issue and architecture expect of Roost, as ratios to (a) at 100 messages a second. */
const EXPECTED = { request: 0.8, commitToSubscriber: 1.5 };
const COMPARED_AT = 100;
const TURNS = 15;

const results: Result[] = [
  await measure(direct(false), say),
  await measure(direct(true), say),
  await measure(roost, say),
  await measure(socketIo, say),
];

sayMachine();
for (const rate of results[0]!.rates.map((one) => one.rate)) {
  say(`${rate} messages a second`);
  const rows = results.map(({ name, rates }) => {
    const at = rates.find((one) => one.rate === rate)!;
    return [name, shown(at.request.p50), shown(at.request.p99), shown(at.commitToSubscriber.p50), shown(at.commitToSubscriber.p99), shown(at.sendToSubscriber.p50), shown(at.sendToSubscriber.p99), String(at.missing), cpuText(at.cpuPercent)];
  });
  say(`${table([["", "request p50", "p99", "commit→subscriber p50", "p99", "send→subscriber p50", "p99", "missing", "CPU"], ...rows])}\n`);
}
say("As fast as it goes (32 requests under way)");
say(`${table([["", "messages/s", "last delivery after", "CPU"], ...results.map(({ name, maximum }) => [name, shown(maximum.perSecond, 0), `${shown(maximum.lastDeliveryAfterMs, 0)} ms`, cpuText(maximum.cpuPercent)])])}\n`);
say("Channels killed for 10 s in 25 s of 100 messages a second (for Socket.IO that is the server itself)");
say(
  `${table([
    ["", "sent", "refused", "stored", "by push", "after catch-up", "lost"],
    ...results.map(({ name, outage }) => [name, ...[outage.sent, outage.refused, outage.stored, outage.receivedByPush, outage.receivedAfterCatchUp, outage.lost].map(String)]),
  ])}\n`,
);

say(`In turns, at ${COMPARED_AT} messages a second: p50 of the request, and of commit to subscriber`);
const turns = await inTurns([direct(false), direct(true), roost], COMPARED_AT, TURNS, say);
const [a, keepAlive, b] = results as [Result, Result, Result];
/** The middle of the ratios of the turns: each compares what ran within the same seconds. */
function ratioTo(peer: number, p50: (figures: DeliveryFigures) => number) {
  const ratios = turns.map((figures) => p50(figures[2]!) / p50(figures[peer]!));
  return ratios.sort((x, y) => x - y)[Math.floor(ratios.length / 2)]!;
}
const ratios = [a, keepAlive].map((peer, index) => ({
  to: peer.name,
  request: ratioTo(index, ({ request }) => request.p50),
  commitToSubscriber: ratioTo(index, ({ commitToSubscriber }) => commitToSubscriber.p50),
  sendToSubscriber: ratioTo(index, ({ sendToSubscriber }) => sendToSubscriber.p50),
}));
for (const ratio of ratios)
  say(
    `Roost to ${ratio.to} at ${COMPARED_AT}/s, middle of ${TURNS} turns: request ${verdict(ratio.request, EXPECTED.request)}, commit to subscriber ${verdict(ratio.commitToSubscriber, EXPECTED.commitToSubscriber)}, send to subscriber ${shown(ratio.sendToSubscriber)}`,
  );
say(`Roost lost ${b.outage.lost}, (a) ${a.outage.lost}`);

await keep("send", { ratios, turns, results });
process.exit(0);

function verdict(ratio: number, limit: number) {
  return `${shown(ratio)} (expected at most ${limit}: ${ratio <= limit ? "held" : "MISSED"})`;
}
