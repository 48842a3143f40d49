/** What every contender goes through, the same for all. */
import { setTimeout as pause } from "node:timers/promises";
import { cpuMeter } from "#tests/bench/measure/cpu.ts";
import { Deliveries, type DeliveryFigures } from "#tests/bench/measure/deliveries.ts";
import { preciseNow } from "#tests/bench/measure/figures.ts";
import { saturating, steady } from "#tests/bench/measure/load.ts";
import { BODY } from "#tests/bench/clients/body.ts";
import type { Contender, MakeContender } from "./contender.ts";

export const RATES = [10, 100, 500];
const SECONDS = 10;
const WARM_UP_SECONDS = 4;
const WARM_UP_RATE = 100;
const MAX_RATE_WIDTH = 32;
const MAX_RATE_SECONDS = 8;
const OUTAGE_RATE = 100;
const OUTAGE_BEFORE_MS = 5_000;
const OUTAGE_MS = 10_000;
const OUTAGE_AFTER_SECONDS = 10;

export interface RateResult extends DeliveryFigures {
  rate: number;
  cpuPercent: Record<string, number>;
}

export interface OutageResult {
  sent: number;
  refused: number;
  stored: number;
  receivedByPush: number;
  receivedAfterCatchUp: number;
  lost: number;
}

export interface Result {
  name: string;
  rates: RateResult[];
  maximum: { perSecond: number; cpuPercent: Record<string, number>; lastDeliveryAfterMs: number };
  outage: OutageResult;
}

export async function measure(make: MakeContender, say: (line: string) => void): Promise<Result> {
  const deliveries = new Deliveries();
  const contender = await make(deliveries.delivered);
  say(contender.name);
  const send = (n: number) => deliveries.send(n, (clientId) => contender.send(contender.pairs[n % contender.pairs.length]!, clientId, BODY));
  try {
    deliveries.begin();
    await steady(WARM_UP_RATE, WARM_UP_SECONDS, send);
    const rates: RateResult[] = [];
    for (const rate of RATES) {
      deliveries.begin();
      const cpu = cpuMeter({ ...contender.pids(), load: process.pid });
      await steady(rate, SECONDS, send);
      const cpuPercent = cpu();
      await deliveries.settled();
      rates.push({ rate, ...deliveries.figures(), cpuPercent });
      say(`  ${rate}/s: request p50 ${rates.at(-1)!.request.p50.toFixed(2)} ms`);
    }
    const maximum = await maximumRate(contender, send, deliveries);
    say(`  at most ${Math.round(maximum.perSecond)}/s`);
    const outage = await outageOf(contender, send, deliveries);
    say(`  outage: ${outage.lost} of ${outage.stored} lost`);
    return { name: contender.name, rates, maximum, outage };
  } finally {
    await contender.stop();
  }
}

export interface Turns {
  /** Messages a second. */
  rate: number;
  turns: number;
  /** How long each contender has in each turn. */
  seconds: number;
}

/**
 * The same rate for each in short turns, all started and warm before the first: a machine that is slower for a minute is so
 * for all of them. Who has no turn waits, and costs next to nothing.
 * @returns for each turn the figures of each contender, in the order given
 */
export async function inTurns(makes: readonly MakeContender[], { rate, turns, seconds }: Turns, say: (line: string) => void): Promise<DeliveryFigures[][]> {
  const runners: { contender: Contender; run: (rate: number, seconds: number) => Promise<DeliveryFigures> }[] = [];
  try {
    for (const make of makes) runners.push(await runner(make));
    for (const { run } of runners) await run(WARM_UP_RATE, WARM_UP_SECONDS);
    const results: DeliveryFigures[][] = [];
    for (let turn = 1; turn <= turns; turn++) {
      const figures: DeliveryFigures[] = [];
      for (const { run } of runners) figures.push(await run(rate, seconds));
      say(`  turn ${turn}: ${figures.map(({ request, commitToSubscriber }, index) => `${runners[index]!.contender.name} ${request.p50.toFixed(2)} and ${commitToSubscriber.p50.toFixed(2)} ms`).join("; ")}`);
      results.push(figures);
    }
    return results;
  } finally {
    for (const { contender } of runners) await contender.stop();
  }
}

async function runner(make: MakeContender) {
  const deliveries = new Deliveries();
  const contender = await make(deliveries.delivered);
  const send = (n: number) => deliveries.send(n, (clientId) => contender.send(contender.pairs[n % contender.pairs.length]!, clientId, BODY));
  const run = async (rate: number, seconds: number) => {
    deliveries.begin();
    await steady(rate, seconds, send);
    await deliveries.settled();
    return deliveries.figures();
  };
  return { contender, run };
}

async function maximumRate(contender: Contender, send: (n: number) => Promise<void>, deliveries: Deliveries) {
  deliveries.begin();
  const cpu = cpuMeter({ ...contender.pids(), load: process.pid });
  const started = performance.now();
  const completed = await saturating(MAX_RATE_WIDTH, MAX_RATE_SECONDS, send);
  const seconds = (performance.now() - started) / 1000;
  const cpuPercent = cpu();
  const ended = preciseNow();
  await deliveries.settled();
  return { perSecond: completed / seconds, cpuPercent, lastDeliveryAfterMs: Math.max(0, deliveries.lastArrival - ended) };
}

/** The process that holds the subscribers is gone for ten seconds in the middle of a steady stream. */
async function outageOf(contender: Contender, send: (n: number) => Promise<void>, deliveries: Deliveries): Promise<OutageResult> {
  const prefix = deliveries.begin();
  const seconds = (OUTAGE_BEFORE_MS + OUTAGE_MS) / 1000 + OUTAGE_AFTER_SECONDS;
  const disturbance = (async () => {
    await pause(OUTAGE_BEFORE_MS);
    await contender.killChannels();
    await pause(OUTAGE_MS);
    await contender.restartChannels();
  })();
  await Promise.all([steady(OUTAGE_RATE, seconds, send), disturbance]);
  await deliveries.settled();
  const receivedByPush = deliveries.received;
  await contender.catchUp();
  const stored = await contender.stored(prefix);
  const { sent, refused } = deliveries.figures();
  return { sent, refused, stored, receivedByPush, receivedAfterCatchUp: deliveries.received, lost: stored - deliveries.received };
}
