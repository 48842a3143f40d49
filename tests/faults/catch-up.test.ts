/**
 * Catching up: the app's own engine over real HTTP and a real Channels connection, cut off and back. What was missed
 * comes in order, once each, with one request up to a page's thousand events; nothing is shown past a hole.
 */
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { deleteMessage, editMessage, openDirect, sendMessage } from "#app/domain/conversations/commands.server.ts";
import { UNREAD_LIMIT } from "#app/domain/conversations/limits.ts";
import { newId } from "#app/domain/ids.ts";
import { createRoom, inviteToRoom } from "#app/domain/rooms/commands.server.ts";
import type { Viewer } from "#app/domain/viewer.ts";
import { memoryStorage } from "#app/realtime/queue-storage.ts";
import { startNewEpoch } from "#db/outbox/log.ts";
import { positionOf } from "#db/outbox/position.ts";
import { prune } from "#db/outbox/prune.ts";
import { seeded } from "#tests/realtime/seeded.ts";
import { until } from "#tests/support/wait.ts";
import type { Client, Household } from "./household.ts";
import { startHousehold } from "./household.ts";
import { faultSuite } from "./size.ts";
import { Tab, wholeChat } from "./tab.ts";

/** One of them a room. */
const CHATS = 5;
const HEALED_WITHIN_MS = 15_000;
const SWALLOWED_WITHIN_MS = 300;

const { size, seed, figures } = faultSuite("catch-up", { short: { beyond: 1_100 }, full: { beyond: 20_000 } });

let house: Household;
let me: Client;
let others: { viewer: Viewer; chat: string; channel: string }[];
let tab: Tab;
const random = seeded(seed);

beforeAll(async () => {
  house = await startHousehold();
});
// Where it did not start, that is the one thing to tell.
afterAll(async () => house?.stop());

beforeEach(async () => {
  me = house.clients[0]!;
  others = [];
  for (let index = 0; index < CHATS; index++) {
    const viewer = await house.someone(`Someone ${index}`);
    const conversationId = index === 0 ? await room(viewer) : (await openDirect(house.ctx, viewer, { userId: me.viewer.userId })).conversationId;
    const [row] = await house.db.all<{ channel: string }>("SELECT channel FROM conversations WHERE id = ?", [conversationId]);
    others.push({ viewer, chat: conversationId, channel: row!.channel });
  }
  tab = await Tab.open(
    { origin: me.origin, cookie: me.cookie, userId: me.viewer.userId, channels: me.channels, storage: memoryStorage(), random },
    others.map(({ chat }) => chat),
  );
  await until(() => tab.engine.state === "connected", { what: "connected", timeout: HEALED_WITHIN_MS });
});

afterEach(async () => {
  tab.kill();
  for (const proxy of [me.http, me.ws]) await proxy.heal();
});

/** A closed one, in which both are from its beginning. */
async function room(owner: Viewer): Promise<string> {
  const { conversationId } = await createRoom(house.ctx, owner, { name: "Room", access: "closed" });
  await inviteToRoom(house.ctx, owner, { conversationId, userId: me.viewer.userId });
  return conversationId;
}

async function goOffline() {
  for (const proxy of [me.http, me.ws]) {
    await proxy.refuse();
    proxy.reset();
  }
  tab.signal("offline");
  await until(() => tab.engine.state === "offline", { what: "offline" });
}

/** A minute later the network is back. */
async function comeBack() {
  tab.sleep(60_000);
  for (const proxy of [me.http, me.ws]) await proxy.heal();
  tab.syncs = [];
  tab.signal("online");
}

const answered = () => tab.syncs.filter(({ status }) => status === 200);

/** Messages to and fro in all chats, some edited, some deleted. */
async function happen(messages: number, edits: number, deletions: number) {
  const sent: { viewer: Viewer; conversationId: string; messageId: string }[] = [];
  for (let index = 0; index < messages; index++) {
    const { viewer, chat } = others[index % CHATS]!;
    const { message } = await sendMessage(house.ctx, viewer, { conversationId: chat, body: `#${index}`, clientId: newId() });
    sent.push({ viewer, conversationId: chat, messageId: message.id });
  }
  const some = () => sent.splice(Math.floor(random() * sent.length), 1)[0]!;
  for (let index = 0; index < deletions; index++) {
    const { viewer, ...message } = some();
    await deleteMessage(house.ctx, viewer, message);
  }
  for (let index = 0; index < edits; index++) {
    const { viewer, ...message } = sent[Math.floor(random() * sent.length)]!;
    await editMessage(house.ctx, viewer, { ...message, body: `edited ${index}` });
  }
}

/** Resolves in the very moment in which everything is on the screen. @returns how many requests that took */
async function caughtUp(): Promise<number> {
  const { offsets } = await positionOf(house.db, others.map(({ channel }) => channel));
  const complete = () => others.every(({ chat, channel }) => tab.offset(chat) >= offsets[channel]!);
  let requests = -1;
  const look = () => {
    if (requests < 0 && complete()) requests = answered().length;
  };
  const stop = tab.engine.log.subscribe(look);
  look();
  await until(() => requests >= 0, { timeout: HEALED_WITHIN_MS, what: "everything to be on the screen" });
  stop();
  return requests;
}

async function expectAllAsLoaded() {
  for (const { chat } of others) {
    const shown = tab.chat(chat).messages;
    const fresh = await wholeChat({ origin: house.roost.url, cookie: me.cookie }, chat);
    expect(shown.length).toBeGreaterThan(0);
    expect(shown).toEqual(fresh.slice(-shown.length));
    expect(tab.list.conversations.find(({ id }) => id === chat)).toMatchObject({ lastSeq: fresh.length, unread: Math.min(UNREAD_LIMIT, fresh.filter(({ senderId }) => senderId !== me.viewer.userId).length) });
  }
  expect(new Set(tab.told).size, "each event is told once").toBe(tab.told.length);
}

describe("a minute offline", () => {
  test("500 messages in 5 chats, 20 edits, 10 deletions: in order, once each, with one request", async () => {
    await goOffline();
    await happen(500, 20, 10);
    await comeBack();
    const started = performance.now();
    expect(await caughtUp()).toBe(1);
    figures({ "catch-up of 530 events, ms": Math.round(performance.now() - started), requests: 1 });
    await expectAllAsLoaded();
    expect(tab.chat(others[0]!.chat).messages.map(({ seq }) => seq)).toEqual(Array.from({ length: 100 }, (_, index) => index + 1));
    expect(tab.reloads).toBe(0);
  });

  test("more than a page holds comes page by page", { timeout: 300_000 }, async () => {
    await goOffline();
    await happen(size.beyond, 20, 10);
    await comeBack();
    const requests = await caughtUp();
    expect(requests).toBe(Math.ceil((size.beyond + 30) / 1_000));
    await expectAllAsLoaded();
    figures({ "events beyond a page": size.beyond + 30, pages: requests });
  });
});

test("a live event is not shown past a hole; once that is filled, both are, in order", async () => {
  const { viewer, chat } = others[0]!;
  const published = () => until(async () => (await house.db.all("SELECT 1 FROM outbox_events WHERE state = 'pending'")).length === 0, { what: "published" });
  // Subscribed to the five and to the user's own, and pushed to.
  await until(() => tab.authorized > CHATS, { what: "channels to be signed" });
  const { message: first } = await sendMessage(house.ctx, viewer, { conversationId: chat, body: "first", clientId: newId() });
  await until(() => tab.chat(chat).messages.length === 1, { what: "the first message" });
  await published();
  me.ws.set({ swallowToClient: true });
  me.http.set({ stalled: true });
  const { message: lost } = await sendMessage(house.ctx, viewer, { conversationId: chat, body: "lost", clientId: newId() });
  await published();
  // Published means accepted: this much later the bytes have come to the proxy, and are gone.
  await pause(SWALLOWED_WITHIN_MS);
  me.ws.set({ swallowToClient: false });
  const told = tab.told.length;
  const { message: live } = await sendMessage(house.ctx, viewer, { conversationId: chat, body: "live", clientId: newId() });
  await until(() => tab.told.length > told, { what: "the live event to arrive" });
  expect(tab.chat(chat).messages.map(({ id }) => id)).toEqual([first.id]);
  expect(tab.list.conversations.find(({ id }) => id === chat)?.lastMessage?.id).toBe(first.id);
  me.http.set({ stalled: false });
  await caughtUp();
  expect(tab.chat(chat).messages.map(({ id }) => id)).toEqual([first.id, lost.id, live.id]);
});

describe("what cannot be caught up is loaded anew, and what waits to be sent is sent once", () => {
  test.each([
    ["older than what is kept", () => prune(house.db, { keepMs: -60_000, keepRows: 0, now: () => Date.now() })],
    ["another epoch", () => house.db.transact(startNewEpoch)],
  ])("%s", async (_what, change) => {
    await goOffline();
    await happen(60, 3, 3);
    const { chat } = others[0]!;
    const clientIds = ["first", "second", "third"].map((body) => tab.send(chat, body));
    await until(async () => (await house.db.all("SELECT 1 FROM outbox_events WHERE state = 'pending'")).length === 0, { what: "published" });
    await change();
    expect(tab.queue.pending(chat).map(({ clientId }) => clientId)).toEqual(clientIds);
    await comeBack();
    await until(() => tab.reloads > 0, { timeout: HEALED_WITHIN_MS, what: "a load" });
    await until(() => tab.queue.pending(chat).length === 0, { timeout: HEALED_WITHIN_MS, what: "the queue to be sent" });
    await until(() => tab.chat(chat).messages.some(({ body }) => body === "third"), { timeout: HEALED_WITHIN_MS, what: "what was sent to be on the screen" });
    await expectAllAsLoaded();
    expect(tab.reloads).toBe(1);
    const own = (await wholeChat({ origin: house.roost.url, cookie: me.cookie }, chat)).filter(({ senderId }) => senderId === me.viewer.userId);
    expect(own.map(({ clientId }) => clientId)).toEqual(clientIds);
  });
});
