/**
 * A rolling restart: two app nodes and two relays on one libSQL server, each stopped and started in turn while people
 * send. What fails is only what a client tries again by itself (no connection, 502 to 504), and nothing is lost.
 */
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { newId } from "#app/domain/ids.ts";
import { memoryStorage } from "#app/realtime/queue-storage.ts";
import { seeded } from "#tests/realtime/seeded.ts";
import { startNode, type RoostNode } from "#tests/support/node.ts";
import type { RoostProcess } from "#tests/support/roost-process.ts";
import { until } from "#tests/support/wait.ts";
import { startHousehold, type Client, type Household } from "./household.ts";
import { faultSuite } from "./size.ts";
import { Tab, wholeChat } from "./tab.ts";

const { size, seed, figures } = faultSuite("rolling", { short: { rounds: 1, senders: 4, pauseMs: 200 }, full: { rounds: 20, senders: 8, pauseMs: 300 } });
const READY_WITHIN_MS = 30_000;
/** As often as a device tries before it says that the network is away; it goes on after that, too. */
const TRIES = 200;
const TRY_AGAIN_MS = 50;

let house: Household;
let second: RoostNode;
let nodes: string[];
beforeAll(async () => {
  house = await startHousehold({ database: "libsql" });
  second = await startNode(house.roost.env);
  nodes = [house.roost.url, second.url];
});
afterAll(async () => {
  await second?.stop();
  await house?.stop();
});

async function restartInOrder(each: RoostProcess) {
  expect(await each.kill("SIGTERM"), `${each.name} ended in order:\n${each.log}`).toBe(0);
  await each.start();
}

test("each process stopped and started in turn under load: no request fails for good, no event is lost, all arrive in order", { timeout: 3_600_000 }, async () => {
  const [me, other] = [house.clients[0]!, house.clients[1]!];
  const chat = await house.chatOf(me, other);
  const tab = await Tab.open({ origin: me.origin, cookie: me.cookie, userId: me.viewer.userId, channels: me.channels, storage: memoryStorage(), random: seeded(seed) }, [chat]);
  let stopped = false;
  let triedAgain = 0;
  const refused: string[] = [];
  const sent: string[] = [];

  /** @returns the status, or 0 where there was no answer */
  async function post(node: string, by: Client, clientId: string): Promise<number> {
    try {
      const answer = await fetch(`${node}/api/messages`, { method: "POST", headers: { "content-type": "application/json", cookie: by.cookie, origin: node }, body: JSON.stringify({ conversationId: chat, clientId, body: clientId }) });
      await answer.arrayBuffer();
      return answer.status;
    } catch (error) {
      if (error instanceof TypeError) return 0;
      throw error;
    }
  }

  async function sender(which: number) {
    for (let n = 0; !stopped; n++) {
      const clientId = `${which}-${String(n).padStart(6, "0")}-${newId().slice(0, 8)}`;
      for (let tries = 0; ; tries++) {
        const status = await post(nodes[(which + n + tries) % nodes.length]!, which % 2 === 0 ? me : other, clientId);
        if (status === 200 || status === 201) {
          sent.push(clientId);
          break;
        }
        if (![0, 502, 503, 504].includes(status) || tries === TRIES) {
          refused.push(`${clientId}: ${status}`);
          break;
        }
        triedAgain += 1;
        await pause(TRY_AGAIN_MS);
      }
      await pause(size.pauseMs);
    }
  }

  try {
    const senders = Array.from({ length: size.senders }, (_, which) => sender(which));
    for (let round = 0; round < size.rounds; round++) {
      await house.roost.kill("app");
      await house.roost.restart("app");
      await restartInOrder(second.app);
      await house.roost.kill("relay");
      await house.roost.restart("relay");
      await until(() => house.roost.log("relay").includes("relay is running"));
      await restartInOrder(second.relay);
    }
    stopped = true;
    await Promise.all(senders);
    expect(refused).toEqual([]);
    await until(async () => (await house.db.all("SELECT 1 FROM outbox_events WHERE state = 'pending' LIMIT 1")).length === 0, { what: "everything delivered", timeout: READY_WITHIN_MS });
    expect(await house.db.all("SELECT count(*) AS dead FROM outbox_events WHERE state = 'dead'")).toEqual([{ dead: 0 }]);
    const stored = (await wholeChat({ origin: house.roost.url, cookie: me.cookie }, chat)).map(({ body }) => body);
    const all = new Set(sent);
    expect(stored.filter((body) => all.has(body)).sort()).toEqual([...sent].sort());
    const shown = () => tab.chat(chat).messages.map(({ body }) => body);
    await until(() => shown().at(-1) === stored.at(-1), { what: "the last message on the screen", timeout: READY_WITHIN_MS });
    expect(shown()).toEqual(stored.slice(-shown().length));
    expect(new Set(tab.told).size, "each event is told once").toBe(tab.told.length);
    figures({ "messages sent": sent.length, "tried again": triedAgain, "failed for good": refused.length, "restarts": size.rounds * 4 });
  } finally {
    stopped = true;
    tab.kill();
  }
});
