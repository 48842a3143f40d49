/** `npm run bench send`: three ways to send a message, side by side in one run (see docs/testing.md). */
import { shown, table } from "#tests/bench/measure/figures.ts";
import { cpuText, keep, say, sayMachine } from "#tests/bench/measure/report.ts";
import { direct } from "./direct.ts";
import type { DeliveryFigures } from "#tests/bench/measure/deliveries.ts";
import { inTurns, measure, type Result, type Turns } from "./round.ts";
import { roost } from "./roost.ts";
import { socketIo } from "./socketio.ts";

/** What is expected of Roost, as ratios of its p50 to (a)'s. */
const EXPECTED = { request: 0.8, commitToSubscriber: 1.5 };
/** A household's rate, and that of a thousand. */
const COMPARED: Turns[] = [
  { rate: 10, turns: 7, seconds: 10 },
  { rate: 100, turns: 15, seconds: 4 },
];
const PEERS = [direct("trigger"), direct("batch"), direct("batch-keep-alive")];

interface Ratio extends Turns {
  to: string;
  request: number;
  commitToSubscriber: number;
  sendToSubscriber: number;
}

const results: Result[] = [];
for (const make of [...PEERS, roost, socketIo]) results.push(await measure(make, say));

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

const ratios: Ratio[] = [];
/** Of each rate: of each turn the figures of (a), (a'), (a'') and Roost. */
const turnsAt: Record<number, DeliveryFigures[][]> = {};
for (const compared of COMPARED) {
  say(`In turns, at ${compared.rate} messages a second: p50 of the request, and of commit to subscriber`);
  const turns = (turnsAt[compared.rate] = await inTurns([...PEERS, roost], compared, say));
  for (const [peer, { name }] of results.slice(0, PEERS.length).entries()) {
    const middle = (p50: (figures: DeliveryFigures) => number) => middleOf(turns.map((figures) => p50(figures[PEERS.length]!) / p50(figures[peer]!)));
    ratios.push({
      to: name,
      ...compared,
      request: middle(({ request }) => request.p50),
      commitToSubscriber: middle(({ commitToSubscriber }) => commitToSubscriber.p50),
      sendToSubscriber: middle(({ sendToSubscriber }) => sendToSubscriber.p50),
    });
  }
}
for (const { to, rate, turns, request, commitToSubscriber, sendToSubscriber } of ratios)
  say(
    `Roost to ${to} at ${rate}/s, middle of ${turns} turns: request ${verdict(request, EXPECTED.request)}, commit to subscriber ${verdict(commitToSubscriber, EXPECTED.commitToSubscriber)}, send to subscriber ${shown(sendToSubscriber)}`,
  );
say(`Roost lost ${results[PEERS.length]!.outage.lost}, (a) ${results[0]!.outage.lost}`);

await keep("send", { ratios, turns: turnsAt, results });
process.exit(0);

/** Of the ratios of the turns: each compares what ran within the same seconds. */
function middleOf(values: number[]) {
  return values.sort((x, y) => x - y)[Math.floor(values.length / 2)]!;
}

function verdict(ratio: number, limit: number) {
  return `${shown(ratio)} (expected at most ${limit}: ${ratio <= limit ? "held" : "MISSED"})`;
}
