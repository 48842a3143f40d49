/** What it costs that people merely have Roost open: a connection each, and a check every twenty seconds. */
import { LAST_SEEN_EVERY_MS } from "#app/domain/accounts/sessions.server.ts";
import { CHECK_MS } from "#app/realtime/engine.ts";
import { httpSender } from "#tests/bench/clients/http-sender.ts";
import { makePeople } from "#tests/bench/clients/people.ts";
import { checker } from "#tests/bench/clients/sync-check.ts";
import { cpuMeter } from "#tests/bench/measure/cpu.ts";
import { spread, type Spread } from "#tests/bench/measure/figures.ts";
import { saturating, steady } from "#tests/bench/measure/load.ts";
import { startRoost } from "#tests/support/processes.ts";
import { clientsOf } from "./client.ts";
import { gather } from "./crowd.ts";
import { pidsOf } from "./house.ts";
import type { Options } from "./options.ts";
import { total } from "./round.ts";

const MAX_RATE_WIDTH = 16;
const MAX_RATE_SECONDS = 6;

export interface IdleResult {
  clients: number;
  checksPerSecond: number;
  /** At that rate: of the processes, in percent of one core. */
  cpuPercent: Record<string, number>;
  cpuTotal: number;
  answer: Spread;
  /** Checks that were not answered 304. */
  others: number;
  /** Request and answer with their headers. */
  bytesPerCheck: number;
  atMostPerSecond: number;
  loadPercentAtMost: number;
}

export async function measureIdle({ idle: clients, seconds }: Options): Promise<IdleResult> {
  const house = await startRoost({ env: { LOG_LEVEL: "warn" } });
  const http = httpSender(house.url);
  try {
    // Old sessions of every age: some checks also move "last seen", as among people who have been here for long.
    const pairs = await makePeople(house.databaseUrl, house.env["SESSION_SECRET"]!, clients / 2, (n) => ((LAST_SEEN_EVERY_MS + CHECK_MS) * n) / clients);
    const people = clientsOf(pairs);
    const crowd = await gather({ kind: "push", origin: house.url, env: { PUSHER_KEY: house.env["PUSHER_KEY"]!, PUSHER_PORT: house.env["PUSHER_PORT"]! } }, people, () => undefined);
    try {
      return await measureChecks();
    } finally {
      await crowd.leave();
    }

    async function measureChecks(): Promise<IdleResult> {
      const checks = people.map(({ cookie }) => checker(http, cookie));
      // Where each stands; it warms the app up, too.
      await Promise.all(checks.map((check) => check()));
      const rate = clients / (CHECK_MS / 1000);
      const took: number[] = [];
      let [others, bytes] = [0, 0];
      const one = async (n: number) => {
        const started = performance.now();
        const answer = await checks[n % checks.length]!();
        took.push(performance.now() - started);
        bytes += answer.bytes;
        if (answer.status !== 304) others++;
      };
      const cpu = cpuMeter(pidsOf(house));
      await steady(rate, seconds, one);
      const cpuPercent = cpu();
      const [answer, bytesPerCheck] = [spread(took), bytes / took.length];
      const load = cpuMeter({ load: process.pid });
      const completed = await saturating(MAX_RATE_WIDTH, MAX_RATE_SECONDS, one);
      const loadPercentAtMost = load()["load"]!;
      return { clients, checksPerSecond: rate, cpuPercent, cpuTotal: total(cpuPercent), answer, others, bytesPerCheck, atMostPerSecond: completed / MAX_RATE_SECONDS, loadPercentAtMost };
    }
  } finally {
    http.close();
    await house.stop();
  }
}
