/** Notifications in a real browser: once over all tabs, in titles and on the icon, as each person wants them. Covers B9, A4, issue 4's bar 6. */
import type { BrowserContext, Page, Worker } from "@playwright/test";
import { openDatabase } from "#db/database.ts";
import { patient } from "#tests/support/patience.ts";
import { startRoost, type Roost } from "#tests/support/processes.ts";
import { freeze } from "./frozen.ts";
import { connected, OTHER, PARENT, parentsChatId, postMessage, signedIn } from "./household.ts";
import { controlled } from "./offline-probes.ts";
import { expect, test } from "./test.ts";
import { until } from "./until.ts";

test.use({ serviceWorkers: "allow" });

/** At once by push; by the regular check at the latest. */
const READ_ELSEWHERE_MS = 30_000;

interface Announced {
  title: string;
  body: string;
  silent: boolean;
}

let roost: Roost;
test.beforeAll(async () => {
  roost = await startRoost();
  // What the seed left unread in other conversations is none of these tests'.
  const db = await openDatabase(roost.databaseUrl);
  await db.batch([{ sql: "UPDATE conversation_members SET read_seq = (SELECT last_seq FROM conversations WHERE id = conversation_id)" }]);
  await db.close();
});
test.afterAll(() => roost.stop());

/** Notes what a page asks the browser to show, and the number on the icon. `window.dieAt` stops the page in the middle for good. */
const probe = () => {
  const announced: unknown[] = [];
  const badges: number[] = [];
  const waitForever = () => new Promise<never>(() => {});
  const show = ServiceWorkerRegistration.prototype.showNotification;
  ServiceWorkerRegistration.prototype.showNotification = async function (title, options) {
    const { dieAt } = window as { dieAt?: string };
    if (dieAt === "before show") return waitForever();
    announced.push({ title, body: options?.body, silent: options?.silent });
    await show.call(this, title, options);
    if (dieAt === "after show") return waitForever();
  };
  Object.assign(navigator, { setAppBadge: async (count: number) => void badges.push(count), clearAppBadge: async () => void badges.push(0) });
  Object.assign(window, { announced, badges });
};
const announcedBy = (page: Page) => page.evaluate(() => (window as unknown as { announced: Announced[] }).announced);
const announcedIn = async (pages: readonly Page[]) => (await Promise.all(pages.map(announcedBy))).flat();
const badge = (page: Page) => page.evaluate(() => (window as unknown as { badges: number[] }).badges.at(-1));
/** What stands in the system's list. */
const shown = (page: Page) => page.evaluate(async () => (await (await navigator.serviceWorker.ready).getNotifications()).map(({ title, body }) => [title, body]));

/** Somebody with permission, with tabs at these paths, all of them live. */
async function receiver(browser: Parameters<typeof signedIn>[0], email: string, paths: readonly string[], permissions: string[] | null = ["notifications"]) {
  // An empty list would mean that the browser refuses.
  const { context, page: first } = await signedIn(browser, roost.url, email, permissions ? { permissions } : {});
  await context.addInitScript(probe);
  await first.goto("/");
  await controlled(first);
  const tabs: Page[] = [];
  for (const path of paths) {
    const tab = tabs.length === 0 ? first : await context.newPage();
    await tab.goto(path);
    await connected(tab);
    tabs.push(tab);
  }
  return { context, tabs };
}

/** Clicks the notification that stands there. The browser lets only a real click focus a window: here it is noted. */
async function clickNotification(context: BrowserContext): Promise<string[]> {
  const worker = context.serviceWorkers().at(-1) as Worker;
  return worker.evaluate(async () => {
    const scope = self as unknown as { registration: ServiceWorkerRegistration; WindowClient: { prototype: { focus: unknown } }; NotificationEvent: new (type: string, init: { notification: Notification }) => Event };
    const focused: string[] = [];
    scope.WindowClient.prototype.focus = async function (this: { url: string }) {
      focused.push(new URL(this.url).pathname);
      return this;
    };
    const [notification] = await scope.registration.getNotifications();
    const event = new scope.NotificationEvent("notificationclick", { notification: notification! });
    let done: Promise<unknown> = Promise.resolve();
    Object.defineProperty(event, "waitUntil", { value: (work: Promise<unknown>) => (done = work) });
    self.dispatchEvent(event);
    await done;
    return focused;
  });
}

test("three tabs: one notification; titles and badges count; a click opens the chat, which clears all of it", async ({ browser }) => {
  const sender = await signedIn(browser, roost.url, PARENT);
  const conversationId = await parentsChatId(sender.page.request);
  const { context, tabs } = await receiver(browser, OTHER, ["/", "/settings", "/chats"]);
  for (const tab of tabs) await expect(tab).not.toHaveTitle(/^\(/);

  for (const text of ["Dinner is ready", "Come down"]) {
    expect((await postMessage(sender.context.request, roost.url, conversationId, text)).status()).toBe(201);
    await until(async () => (await announcedIn(tabs)).length > 0, { what: "a notification" });
  }
  await until(async () => (await shown(tabs[0]!))[0]?.[1]?.startsWith("Come down") ?? false, { what: "the second message" });
  for (const tab of tabs) await expect(tab).toHaveTitle(/^\(2\) /);
  for (const tab of tabs) await until(async () => (await badge(tab)) === 2, { what: "the badge" });
  expect(await shown(tabs[0]!)).toEqual([[expect.stringMatching(/\S/), "Come down (and 1 more)"]]);

  // The server says it, too: without JavaScript, and before anything is live.
  expect(await (await context.request.get(`${roost.url}/settings`)).text()).toMatch(/<title>\(2\) /);

  expect(await clickNotification(context)).toHaveLength(1);
  const atChat = () => tabs.find((tab) => new URL(tab.url()).pathname === `/chats/${conversationId}`);
  await until(() => atChat() !== undefined, { what: "the chat" });
  const chat = atChat()!;
  // What the focus would have done: only what is in front is laid out, seen, and thereby read.
  await chat.bringToFront();
  for (const tab of tabs) await expect(tab).not.toHaveTitle(/^\(/, { timeout: patient(READ_ELSEWHERE_MS) });
  for (const tab of tabs) await until(async () => (await badge(tab)) === 0, { what: "no badge" });
  await until(async () => (await shown(tabs[0]!)).length === 0, { what: "no notification" });

  // Somebody looks at the chat now: nothing is announced, in no tab.
  expect((await postMessage(sender.context.request, roost.url, conversationId, "You are here")).status()).toBe(201);
  await expect(chat.locator("[data-message]", { hasText: "You are here" })).toBeVisible();
  const db = await openDatabase(roost.databaseUrl);
  await until(async () => (await db.all("SELECT 1 FROM conversation_members m JOIN conversations c ON c.id = m.conversation_id JOIN users u ON u.id = m.user_id WHERE c.id = ? AND u.email = ? AND m.read_seq = c.last_seq", [conversationId, OTHER])).length === 1, { what: "it to be read" });
  await db.close();
  // The next one comes after the chat was left.
  const before = (await announcedBy(chat)).map(({ body }) => body);
  await chat.goto("/settings");
  await connected(chat);
  expect((await postMessage(sender.context.request, roost.url, conversationId, "And gone")).status()).toBe(201);
  await until(async () => (await announcedIn(tabs)).some(({ body }) => body.startsWith("And gone")), { what: "the last message" });
  // By now every tab has decided about all the others: each was announced once, by one tab.
  expect([...before, ...(await announcedIn(tabs)).map(({ body }) => body)].sort()).toEqual(["And gone", "Come down (and 1 more)", "Dinner is ready"]);
});

for (const dieAt of ["before show", "after show"] as const) {
  test(`the tab that announces is killed ${dieAt}: the message is announced once`, async ({ browser }) => {
    const sender = await signedIn(browser, roost.url, PARENT);
    const conversationId = await parentsChatId(sender.page.request);
    const { context, tabs } = await receiver(browser, OTHER, ["/", "/settings"]);
    const [dying, living] = tabs as [Page, Page];
    await dying.evaluate((when) => Object.assign(window, { dieAt: when }), dieAt);
    // The other one comes second, however fast this machine is.
    const thaw = await freeze(living);
    const text = `killed ${dieAt}`;
    expect((await postMessage(sender.context.request, roost.url, conversationId, text)).status()).toBe(201);
    const begun = () => dying.evaluate(async () => ((await navigator.locks.query()).held ?? []).some(({ name }) => name?.startsWith("roost-notify:")));
    // Asking the browser to show it is not yet showing it: it fetches the icon first.
    const standing = async () => (await shown(dying)).some(([, body]) => body === text);
    await until(dieAt === "before show" ? begun : standing, { what: "the first tab to begin" });
    await thaw();

    const crashed = dying.waitForEvent("crash");
    const devtools = await context.newCDPSession(dying);
    await Promise.race([devtools.send("Page.crash").catch(() => {}), crashed]);
    await crashed;
    await until(async () => (await shown(living)).some(([, body]) => body === text), { what: "the notification" });
    // A message later everything about the one before is decided.
    expect((await postMessage(sender.context.request, roost.url, conversationId, "afterwards")).status()).toBe(201);
    await until(async () => (await announcedBy(living)).some(({ body }) => body.startsWith("afterwards")), { what: "the next message" });
    expect((await announcedBy(living)).filter(({ body }) => body.startsWith(text))).toHaveLength(dieAt === "before show" ? 1 : 0);
    await expect.poll(() => shown(living)).toEqual([[expect.any(String), "afterwards (and 1 more)"]]);
  });
}

test("a muted chat is never announced, nor counted; permission is asked only by the button in the settings", async ({ browser }) => {
  const sender = await signedIn(browser, roost.url, PARENT);
  const conversationId = await parentsChatId(sender.page.request);
  const { context, tabs } = await receiver(browser, OTHER, ["/settings", "/"], null);
  const [settings, home] = tabs as [Page, Page];
  const asked = () => settings.evaluate(() => (window as unknown as { asked: number }).asked);
  await context.addInitScript(() => {
    Object.assign(window, { asked: 0 });
    const ask = Notification.requestPermission.bind(Notification);
    Notification.requestPermission = () => {
      (window as unknown as { asked: number }).asked++;
      return ask();
    };
  });
  await settings.reload();
  const button = settings.getByRole("button", { name: "Allow notifications" });
  await expect(button).toBeVisible();
  expect(await asked()).toBe(0);
  // In the list of chats there is a hint, once, and it asks for nothing either.
  await settings.goto("/chats");
  await expect(settings.locator("[data-notification-hint]")).toBeVisible();
  await settings.getByRole("button", { name: "Not now" }).click();
  await expect(settings.locator("[data-notification-hint]")).toHaveCount(0);
  await settings.goto("/settings");
  await expect(button).toBeVisible();
  await context.grantPermissions(["notifications"], { origin: roost.url });
  await button.click();
  await expect(settings.locator('[data-permission="granted"]')).toBeVisible();
  expect(await asked()).toBe(1);
  await home.reload();
  await connected(home);

  const db = await openDatabase(roost.databaseUrl);
  // A choice and a message go over two channels, whose order among each other nothing promises: the choice is on its way first.
  const isTold = () => until(async () => (await db.all("SELECT 1 FROM outbox_events WHERE event = 'notifications-changed' AND state = 'pending'")).length === 0, { what: "the choice to be told" });
  await context.request.post(`${roost.url}/chats/${conversationId}`, { headers: { Origin: roost.url }, maxRetries: 2, form: { intent: "notify", level: "none" } });
  await isTold();
  expect((await postMessage(sender.context.request, roost.url, conversationId, "psst, muted")).status()).toBe(201);
  // What counts is the choice that stands when a tab decides: the next one is made after both have decided about this message.
  const [kitchen] = await db.all<{ id: string }>("SELECT id FROM conversations WHERE kind = 'room'");
  expect((await postMessage(sender.context.request, roost.url, kitchen!.id, "meanwhile")).status()).toBe(201);
  await until(async () => (await announcedIn(tabs)).some(({ body }) => body.includes("meanwhile")), { what: "the one of another chat" });
  expect((await announcedIn(tabs)).filter(({ body }) => body.includes("psst"))).toEqual([]);
  await context.request.post(`${roost.url}/chats/${conversationId}`, { headers: { Origin: roost.url }, maxRetries: 2, form: { intent: "notify", level: "" } });
  await isTold();
  expect((await postMessage(sender.context.request, roost.url, conversationId, "loud again")).status()).toBe(201);
  await until(async () => (await announcedIn(tabs)).some(({ body }) => body.startsWith("loud again")), { what: "the loud one" });
  expect((await announcedIn(tabs)).filter(({ body }) => body.includes("psst"))).toEqual([]);

  await context.request.post(`${roost.url}/settings`, { headers: { Origin: roost.url }, maxRetries: 2, form: { intent: "notifications", level: "none" } });
  await expect(home).not.toHaveTitle(/^\(/);
  await context.request.post(`${roost.url}/settings`, { headers: { Origin: roost.url }, maxRetries: 2, form: { intent: "notifications", level: "all" } });
  await expect(home).toHaveTitle(/^\(\d+\) /);
  await db.close();
});
