/** A house without a relay process (RELAY_MODE=inline): requests and the cron route deliver. */
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { directChannel } from "#app/domain/channels.ts";
import { openDirect, sendMessage } from "#app/domain/conversations/commands.server.ts";
import { newId } from "#app/domain/ids.ts";
import { outliveAnswer } from "#app/http/after-answer.server.ts";
import { memoryStorage } from "#app/realtime/queue-storage.ts";
import { startHousehold, type Household } from "#tests/faults/household.ts";
import { Tab } from "#tests/faults/tab.ts";
import { seeded } from "#tests/realtime/seeded.ts";
import { listenOn } from "#tests/support/push-listener.ts";
import { until } from "#tests/support/wait.ts";

const CRON = "cron-secret-of-the-test";
const WITHIN_MS = 20_000;

let house: Household;
beforeAll(async () => void (house = await startHousehold({ env: { RELAY_MODE: "inline", CRON_SECRET: CRON } })));
afterAll(() => house?.stop());

const tabs: Tab[] = [];
afterEach(() => {
  for (const tab of tabs.splice(0)) tab.kill();
});

async function tabOf(client: Household["clients"][number], chat: string): Promise<Tab> {
  const tab = await Tab.open({ origin: client.origin, cookie: client.cookie, userId: client.viewer.userId, channels: client.channels, storage: memoryStorage(), random: seeded(3) }, [chat]);
  tabs.push(tab);
  await until(() => tab.engine.state === "connected", { what: "connected", timeout: WITHIN_MS });
  // Subscribed to the chat and to the user's own channel.
  await until(() => tab.authorized >= 2, { what: "subscribed", timeout: WITHIN_MS });
  return tab;
}

const drain = (headers: Record<string, string> = { authorization: `Bearer ${CRON}` }) => fetch(`${house.roost.url}/api/outbox/drain`, { method: "POST", headers });
const pending = async () => (await house.db.all<{ count: number }>("SELECT count(*) AS count FROM outbox_events WHERE state = 'pending'"))[0]!.count;

test("what one sends arrives at the other by push, in order, once, with no relay", { timeout: 300_000 }, async () => {
  expect(house.roost.pid("relay")).toBeUndefined();
  const [ada, bo] = [house.clients[0]!, house.clients[1]!];
  const { conversationId: chat } = await openDirect(house.ctx, ada.viewer, { userId: bo.viewer.userId });
  const [from, to] = [await tabOf(ada, chat), await tabOf(bo, chat)];
  const before = to.chat(chat).messages.length;
  const pushed = await listenOn(house.roost.env, directChannel(ada.viewer.userId, bo.viewer.userId));
  for (let n = 0; n < 20; n++) from.send(chat, `inline ${n}`);
  await until(() => to.chat(chat).messages.length === before + 20, { what: "all to arrive", timeout: WITHIN_MS });
  const all = Array.from({ length: 20 }, (_, n) => `inline ${n}`);
  expect(to.chat(chat).messages.slice(before).map(({ body }) => body)).toEqual(all);
  await until(() => pushed.length >= 20, { what: "all by push", timeout: WITHIN_MS });
  expect(pushed).toEqual(all);
  expect(new Set(to.told).size).toBe(to.told.length);
  await until(async () => (await pending()) === 0, { what: "everything delivered", timeout: WITHIN_MS });
});

test("what is committed elsewhere waits for the cron route; many calls at once send each event once, in order", { timeout: 300_000 }, async () => {
  const [ada, bo] = [house.clients[0]!, house.clients[1]!];
  const { conversationId: chat } = await openDirect(house.ctx, ada.viewer, { userId: bo.viewer.userId });
  const to = await tabOf(bo, chat);
  await until(async () => (await drain().then((answer) => answer.json() as Promise<{ pending: number }>)).pending === 0, { what: "nothing pending", timeout: WITHIN_MS });
  const arrived = to.told.length;
  const sent: string[] = [];
  for (let n = 0; n < 60; n++) sent.push((await sendMessage(house.ctx, ada.viewer, { conversationId: chat, clientId: newId(), body: `cron ${n}` })).message.id);
  const answers = await Promise.all(Array.from({ length: 6 }, () => drain()));
  expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 6 }, () => 200));
  const published = (await Promise.all(answers.map((answer) => answer.json() as Promise<{ published: number }>))).reduce((sum, each) => sum + each.published, 0);
  // A message and its hint each. A request of this app may have drained some meanwhile.
  expect(published).toBeLessThanOrEqual(120);
  await until(() => to.chat(chat).messages.at(-1)?.id === sent.at(-1), { what: "the last to arrive", timeout: WITHIN_MS });
  expect(to.chat(chat).messages.slice(-60).map(({ id }) => id)).toEqual(sent);
  expect(new Set(to.told.slice(arrived)).size).toBe(to.told.length - arrived);
  expect(await house.db.all("SELECT count(*) AS twice FROM outbox_events WHERE attempts > 1")).toEqual([{ twice: 0 }]);
});

test("without the secret nothing is drained, whatever is sent instead", async () => {
  const refused = [{}, { authorization: "Bearer" }, { authorization: `Bearer ${CRON}x` }, { authorization: CRON }, { authorization: `Basic ${CRON}` }, { "x-cron-secret": CRON }];
  for (const headers of refused) expect((await drain(headers as Record<string, string>)).status, JSON.stringify(headers)).toBe(401);
});

test("a platform that freezes what has answered is told of the work that remains; others need not be", async () => {
  const place = Symbol.for("@vercel/request-context");
  const waiting: Promise<unknown>[] = [];
  const work = Promise.resolve();
  outliveAnswer(work);
  Object.assign(globalThis, { [place]: { get: () => ({ waitUntil: (promise: Promise<unknown>) => void waiting.push(promise) }) } });
  outliveAnswer(work);
  Object.assign(globalThis, { [place]: { get: () => undefined } });
  outliveAnswer(work);
  Reflect.deleteProperty(globalThis, place);
  expect(waiting).toEqual([work]);
});
