/** Back from being offline, in a real browser: what was missed, in order, with one request; too long away, a clean load. Covers D3 and issue 3's bar 1. */
import type { Browser, Page, Request } from "@playwright/test";
import { insertUser } from "#app/domain/accounts/commands.server.ts";
import type { Context } from "#app/domain/context.ts";
import { deleteMessage, editMessage, openDirect, sendMessage } from "#app/domain/conversations/commands.server.ts";
import { messageRead, unreadChanged } from "#app/domain/conversations/events.ts";
import { newId } from "#app/domain/ids.ts";
import type { Viewer } from "#app/domain/viewer.ts";
import { openDatabase, type Database } from "#db/database.ts";
import { startNewEpoch } from "#db/outbox/log.ts";
import { prune } from "#db/outbox/prune.ts";
import { faultSuite } from "#tests/faults/size.ts";
import { patient } from "#tests/support/patience.ts";
import { startRoost, type Roost } from "#tests/support/processes.ts";
import { bubbleTexts, connected, PARENT, signedIn } from "./household.ts";
import { expect, test } from "./test.ts";
import { until } from "./until.ts";

const CHATS = 5;
const CAUGHT_UP_MS = 15_000;
const SIZE = { width: 1280, height: 900 };

const { size } = faultSuite("catch-up-browser", { short: { messages: 120, edits: 6, deletions: 3 }, full: { messages: 500, edits: 20, deletions: 10 } });

let roost: Roost;
let db: Database;
test.beforeAll(async () => {
  roost = await startRoost();
  db = await openDatabase(roost.databaseUrl);
});
test.afterAll(async () => {
  await db?.close();
  await roost?.stop();
});

/** A parent in a browser, in the first of five chats whose other sides write elsewhere. */
async function household(browser: Browser) {
  const ctx: Context = { db, newId, now: () => Date.now() };
  const [parent] = await db.all<{ id: string }>("SELECT id FROM users WHERE email = ?", [PARENT]);
  const others: { viewer: Viewer; chat: string }[] = [];
  for (let index = 0; index < CHATS; index++) {
    const name = `Writer ${index}`;
    const userId = await db.transact((tx) => insertUser(tx, ctx, { name, email: `${newId()}@catch-up.test`, passwordHash: null, timeZone: null }));
    const viewer: Viewer = { userId: userId!, sessionId: newId(), name, email: null, role: "member", hue: 0 };
    others.push({ viewer, chat: (await openDirect(ctx, viewer, { userId: parent!.id })).conversationId });
  }
  const { page, context } = await signedIn(browser, roost.url, PARENT, { viewport: SIZE });
  const syncs = watchSyncs(page);
  await page.goto(`/chats/${others[0]!.chat}`);
  await connected(page);
  return { ctx, others, page, context, syncs };
}

/** What this page itself reports as read comes back, too, and was not missed. */
const OWN: readonly string[] = [messageRead.name, unreadChanged.name];

/** Catch-up as it goes: what is under way, and the answers that brought something. */
function watchSyncs(page: Page) {
  const underWay = new Set<Request>();
  const brought: Promise<number>[] = [];
  const isSync = (request: Request) => request.url().includes("/api/sync");
  page.on("request", (request) => isSync(request) && underWay.add(request));
  const ended = (request: Request) => underWay.delete(request);
  page.on("requestfinished", ended);
  page.on("requestfailed", ended);
  page.on("response", (response) => {
    if (!isSync(response.request()) || response.status() !== 200) return;
    const eventsIn = async () => ((await response.json()) as { events: { event: string }[] }).events.filter(({ event }) => !OWN.includes(event)).length;
    // A page that was left takes its answers along: nothing of them was shown on the one that is looked at.
    brought.push(eventsIn().catch((error: unknown) => (String(error).includes("navigated away") ? 0 : Promise.reject(error))));
  });
  return {
    /** One that was asked while the network was there may still be answered. What came until then counts no more. */
    async begin() {
      await until(() => underWay.size === 0, { timeout: CAUGHT_UP_MS, what: "the last question before the network went to end" });
      brought.length = 0;
    },
    answers: async () => (await Promise.all(brought)).filter((count) => count > 0),
  };
}

const rows = (page: Page) => page.locator(".chats-list a.conversation-row").allTextContents();

test(`${size.messages} missed messages in 5 chats, ${size.edits} edits, ${size.deletions} deletions: one request, all in order, once each`, async ({ browser }) => {
  const { ctx, others, page, context, syncs } = await household(browser);
  await context.setOffline(true);
  await expect(page.locator('[data-connection="offline"]:visible').first()).toBeVisible();
  await syncs.begin();
  const texts: string[] = [];
  const sent: { viewer: Viewer; conversationId: string; messageId: string }[] = [];
  for (let index = 0; index < size.messages; index++) {
    const { viewer, chat } = others[index % CHATS]!;
    const { message } = await sendMessage(ctx, viewer, { conversationId: chat, body: `#${index}`, clientId: newId() });
    sent.push({ viewer, conversationId: chat, messageId: message.id });
    if (index % CHATS === 0) texts.push(`#${index}`);
  }
  for (let index = 0; index < size.edits; index++) {
    const { viewer, ...message } = sent[index * 7]!;
    await editMessage(ctx, viewer, { ...message, body: `#${index * 7} edited` });
    if ((index * 7) % CHATS === 0) texts[(index * 7) / CHATS] = `#${index * 7} edited`;
  }
  const firstDeleted = (size.messages * 3) / 5;
  for (let index = 0; index < size.deletions; index++) {
    const { viewer, ...message } = sent[firstDeleted + index * 3]!;
    await deleteMessage(ctx, viewer, message);
    if ((firstDeleted + index * 3) % CHATS === 0) texts[(firstDeleted + index * 3) / CHATS] = "";
  }
  const missed = size.messages + size.edits + size.deletions;
  const back = performance.now();
  await context.setOffline(false);
  const expected = texts.filter((text) => text !== "");
  await until(async () => (await bubbleTexts(page, "#")).length >= expected.length, { timeout: CAUGHT_UP_MS, what: "all to be on the screen" });
  console.info(`${missed} missed events on screen ${Math.round(performance.now() - back)} ms after the network was back`);
  expect(await bubbleTexts(page, "#")).toEqual(expected);
  expect(await syncs.answers()).toEqual([missed]);
  const fresh = await context.newPage();
  await fresh.goto(page.url());
  // What is read on either page is told to both.
  await expect(async () => expect(await rows(page)).toEqual(await rows(fresh))).toPass({ timeout: patient(CAUGHT_UP_MS) });
});

for (const [what, change] of [
  ["older than what is kept", () => prune(db, { keepMs: -60_000, keepRows: 0, now: () => Date.now() })],
  ["of another epoch", () => db.transact(startNewEpoch)],
] as const) {
  test(`where the browser stood is ${what}: loaded anew, the half-written text and the queue untouched`, async ({ browser }) => {
    const { ctx, others, page, context } = await household(browser);
    const { viewer, chat } = others[0]!;
    const field = page.locator('textarea[name="body"]');
    await context.setOffline(true);
    await expect(page.locator('[data-connection="offline"]:visible').first()).toBeVisible();
    for (const text of ["#queued 1", "#queued 2"]) {
      await field.fill(text);
      await field.press("Enter");
    }
    await field.fill("half-writt");
    for (let index = 0; index < 10; index++) await sendMessage(ctx, viewer, { conversationId: chat, body: `#missed ${index}`, clientId: newId() });
    await until(async () => (await db.all("SELECT 1 FROM outbox_events WHERE state = 'pending'")).length === 0, { what: "published" });
    await change();
    let documents = 0;
    page.on("request", (request) => request.isNavigationRequest() && documents++);
    await context.setOffline(false);
    const expected = [...Array.from({ length: 10 }, (_, index) => `#missed ${index}`), "#queued 1", "#queued 2"];
    await expect.poll(() => bubbleTexts(page, "#"), { timeout: patient(CAUGHT_UP_MS) }).toEqual(expected);
    await expect(page.locator("[data-message]", { hasText: "#queued 2" })).toHaveAttribute("data-status", "sent");
    await expect(field).toHaveValue("half-writt");
    expect(documents).toBe(0);
    const sent = await db.all<{ body: string }>("SELECT body FROM messages WHERE conversation_id = ? AND sender_id <> ? ORDER BY seq", [chat, viewer.userId]);
    expect(sent.map(({ body }) => body)).toEqual(["#queued 1", "#queued 2"]);
  });
}
