/** Roost from its finished build, with people in it: by push as it is, or asked every two seconds as what it replaces. */
import { httpSender } from "#tests/bench/clients/http-sender.ts";
import { makePeople } from "#tests/bench/clients/people.ts";
import { startRoost, type Roost, type RoostOptions } from "#tests/support/processes.ts";
import { clientsOf, type Way } from "./client.ts";
import { bothWays, type MakeChat } from "./contender.ts";
import { gather } from "./crowd.ts";

const POLL_EVERY_MS = 2_000;

export const roost: MakeChat = inHouse("Roost", {}, ({ url, env }) => ({ kind: "push", origin: url, env: { PUSHER_KEY: env["PUSHER_KEY"]!, PUSHER_PORT: env["PUSHER_PORT"]! } }));
export const polling: MakeChat = inHouse(`polling every ${POLL_EVERY_MS / 1000} s`, { channels: "none", relay: false }, ({ url }) => ({ kind: "polling", origin: url, everyMs: POLL_EVERY_MS }));

function inHouse(name: string, options: RoostOptions, way: (house: Roost) => Way): MakeChat {
  return async (clients, delivered) => {
    const house = await startRoost({ ...options, env: { LOG_LEVEL: "warn" } });
    const http = httpSender(house.url);
    try {
      const pairs = await makePeople(house.databaseUrl, house.env["SESSION_SECRET"]!, clients / 2);
      const crowd = await gather(way(house), clientsOf(pairs), delivered);
      return {
        name,
        pairs: bothWays(pairs),
        crowd,
        send: async ({ senderCookie, conversationId }, clientId, body) => (await http.post("/api/messages", senderCookie, { conversationId, clientId, body })) === 201,
        pids: () => pidsOf(house),
        async stop() {
          await crowd.leave();
          http.close();
          await house.stop();
        },
      };
    } catch (error) {
      await house.stop();
      throw error;
    }
  };
}

/** The processes that run. */
export const pidsOf = (house: Roost): Record<string, number> =>
  Object.fromEntries((["app", "relay", "channels"] as const).map((name) => [name, house.pid(name)] as const).filter((entry): entry is ["app" | "relay" | "channels", number] => entry[1] !== undefined));
