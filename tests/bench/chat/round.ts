/** What every way goes through, the same for all. */
import { BODY } from "#tests/bench/clients/body.ts";
import { cpuMeter } from "#tests/bench/measure/cpu.ts";
import { Deliveries, type DeliveryFigures } from "#tests/bench/measure/deliveries.ts";
import { steady } from "#tests/bench/measure/load.ts";
import { say } from "#tests/bench/measure/report.ts";
import type { MakeChat } from "./contender.ts";
import type { Options } from "./options.ts";

const WARM_UP_SECONDS = 3;

export interface Result extends DeliveryFigures {
  name: string;
  clients: number;
  /** Of the servers, in percent of one core. */
  cpuPercent: Record<string, number>;
  cpuTotal: number;
  /** Of the clients' processes and this one: near a core each, they would be what was measured. */
  loadPercent: Record<string, number>;
}

export async function measure(make: MakeChat, clients: number, { rate, seconds }: Options): Promise<Result> {
  const deliveries = new Deliveries();
  const chat = await make(clients, deliveries.delivered);
  const send = (n: number) => deliveries.send(n, (clientId) => chat.send(chat.pairs[n % chat.pairs.length]!, clientId, BODY));
  try {
    deliveries.begin();
    await steady(rate, WARM_UP_SECONDS, send);
    await deliveries.settled();
    deliveries.begin();
    const [cpu, load] = [cpuMeter(chat.pids()), cpuMeter({ ...chat.crowd.pids(), sender: process.pid })];
    await steady(rate, seconds, send);
    const [cpuPercent, loadPercent] = [cpu(), load()];
    await deliveries.settled();
    const figures = deliveries.figures();
    say(`  ${chat.name}, ${clients} clients: delivered p50 ${figures.commitToSubscriber.p50.toFixed(1)} ms`);
    return { name: chat.name, clients, ...figures, cpuPercent, cpuTotal: total(cpuPercent), loadPercent };
  } finally {
    await chat.stop();
  }
}

export const total = (percent: Record<string, number>) => Object.values(percent).reduce((sum, value) => sum + value, 0);
