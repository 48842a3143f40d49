/** (b) Roost as it is: app, relay and channels server from the finished build, through POST /api/messages. */
import { httpSender } from "#tests/bench/clients/http-sender.ts";
import { countStored, makePeople } from "#tests/bench/clients/people.ts";
import { checker } from "#tests/bench/clients/sync-check.ts";
import { preciseNow } from "#tests/bench/measure/figures.ts";
import { startRoost } from "#tests/support/processes.ts";
import type { MakeContender } from "./contender.ts";
import { subscribe } from "./subscribers.ts";

export const roost: MakeContender = async (delivered) => {
  const house = await startRoost({ env: { LOG_LEVEL: "warn" } });
  const pairs = await makePeople(house.databaseUrl, house.env["SESSION_SECRET"]!);
  const subscribers = await subscribe(house.env, pairs.map((pair) => pair.channel), delivered);
  const http = httpSender(house.url);
  const checks = pairs.map(({ receiverCookie }) => checker(http, receiverCookie));

  return {
    name: "(b) Roost",
    pairs,
    send: async (pair, clientId, body) => (await http.post("/api/messages", pair.senderCookie, { conversationId: pair.conversationId, clientId, body })) === 201,
    pids: () => ({ app: house.pid("app")!, relay: house.pid("relay")!, channels: house.pid("channels")! }),
    killChannels: async () => {
      // Where each receiver stands before the outage, as its browser would know.
      for (const check of checks) await check();
      await house.kill("channels", "SIGKILL");
    },
    restartChannels: async () => {
      await house.restart("channels");
      await subscribers.allSubscribed();
    },
    catchUp: async () => {
      for (const check of checks) {
        for (let more = true; more; ) {
          const answer = await check();
          for (const { event, data } of answer.events) if (event === "new-message") delivered(data.clientId!, data.createdAt!, preciseNow());
          more = answer.hasMore;
        }
      }
    },
    stored: (prefix) => countStored(house.databaseUrl, prefix),
    stop: async () => {
      subscribers.close();
      http.close();
      await house.stop();
    },
  };
};
