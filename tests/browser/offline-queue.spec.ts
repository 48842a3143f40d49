/** The offline queue in real browsers: killed, doubled, updated, signed out, on plain http. Covers D4. */
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { chromium, type BrowserContext, type Page } from "@playwright/test";
import { openDatabase } from "#db/database.ts";
import { patient } from "#tests/support/patience.ts";
import { startRoost, type Roost } from "#tests/support/processes.ts";
import { openGate, type Gate } from "./gate.ts";
import { ADMIN, connected, openParentsChat, OTHER, PARENT, parentsChat, PASSWORD, signIn, signInByPost } from "./household.ts";
import { controlled, copied, copiesIn, onScreen, queueDatabases, queuedTexts, write } from "./offline-probes.ts";
import { expect, test } from "./test.ts";
import { until } from "./until.ts";

test.use({ serviceWorkers: "allow" });

let roost: Roost;
test.beforeAll(async () => void (roost = await startRoost()));
test.afterAll(() => roost.stop());

/** What the app holds of a chat, in its order. */
async function stored(conversationId: string, prefix: string): Promise<string[]> {
  const db = await openDatabase(roost.databaseUrl);
  const rows = await db.all<{ body: string }>("SELECT body FROM messages WHERE conversation_id = ? AND body LIKE ? || '%' ORDER BY seq", [conversationId, prefix]);
  await db.close();
  return rows.map(({ body }) => body);
}

const arrive = (conversationId: string, prefix: string, texts: string[], timeout = 30_000) =>
  until(async () => (await stored(conversationId, prefix)).length >= texts.length, { timeout, what: `${texts.length} messages ${prefix}` }).then(async () => expect(await stored(conversationId, prefix)).toEqual(texts));

async function withGate(browser: { newContext: (options: object) => Promise<BrowserContext> }, work: (at: { gate: Gate; context: BrowserContext; page: Page }) => Promise<void>) {
  const gate = await openGate(roost.url);
  const context = await browser.newContext({ baseURL: gate.url, locale: "en-GB", timezoneId: "UTC" });
  try {
    await signInByPost(context, gate.url, PARENT);
    const page = await context.newPage();
    await page.goto("/");
    await work({ gate, context, page });
  } finally {
    await context.close();
    await gate.close();
  }
}

/** The chat of the person on a page with somebody else. */
async function chatWith(page: Page, gate: Gate, email: string): Promise<string> {
  const db = await openDatabase(roost.databaseUrl);
  const [person] = await db.all<{ id: string }>("SELECT id FROM users WHERE email = ?", [email]);
  await db.close();
  const response = await page.request.post(`${gate.url}/chats`, { headers: { Origin: gate.url }, maxRetries: 2, form: { intent: "open-direct", userId: person!.id }, maxRedirects: 0 });
  return response.headers()["location"]!.split("/").at(-1)!;
}

/** The browser's main process, told by its profile folder. */
async function browserPid(profile: string): Promise<number> {
  for (const entry of await readdir("/proc")) {
    if (!/^\d+$/.test(entry)) continue;
    const command = await readFile(`/proc/${entry}/cmdline`, "utf8").catch((error: NodeJS.ErrnoException) => `gone ${error.code}`);
    if (command.includes(profile) && !command.includes("--type=")) return Number(entry);
  }
  throw new Error("no browser with this profile");
}

test("20 texts over 3 chats from two tabs, the browser killed in the middle of the replay: each once, in order", async ({ launchOptions }) => {
  test.setTimeout(400_000);
  const profile = await mkdtemp(path.join(tmpdir(), "roost-profile-"));
  const gate = await openGate(roost.url);
  const open = () => chromium.launchPersistentContext(profile, { ...launchOptions, baseURL: gate.url, locale: "en-GB" });
  let context = await open();
  try {
    const [one, two] = [await context.newPage(), await context.newPage()];
    const visitor = await one.request.post(`${gate.url}/signup`, { headers: { Origin: gate.url }, maxRetries: 2, form: { name: "Nadia", email: "nadia@roost.test", password: PASSWORD }, maxRedirects: 0 });
    expect(visitor.status()).toBe(302);
    await context.clearCookies();
    await signIn(one, PARENT);
    const chats = await Promise.all([OTHER, ADMIN, "nadia@roost.test"].map((email) => chatWith(one, gate, email)));
    await controlled(one);
    for (const id of chats) {
      await one.goto(`/chats/${id}`);
      await copied(one, [`/chats/${id}`]);
    }
    await one.goto(`/chats/${chats[0]}`);
    await two.goto(`/chats/${chats[1]}`);
    await connected(two);
    gate.cut();
    const written: string[][] = [[], [], []];
    const say = async (page: Page, chat: 0 | 1 | 2) => {
      const text = `#k ${chat}-${written[chat]!.length}`;
      written[chat]!.push(text);
      await write(page, text);
    };
    for (let turn = 0; turn < 7; turn++) {
      await say(one, 0);
      await say(two, 1);
    }
    await one.goto(`/chats/${chats[2]}`);
    for (let turn = 0; turn < 3; turn++) await say(one, 2);
    await two.goto(`/chats/${chats[2]}`);
    for (let turn = 0; turn < 3; turn++) await say(two, 2);
    await until(async () => (await queuedTexts(one)).length === 20, { what: "all to be kept" });

    // Found before it is needed: on a busy machine looking for it takes as long as the replay.
    const pid = await browserPid(profile);
    gate.delayMs = 150;
    gate.mend();
    const sentSoFar = async () => (await Promise.all(chats.map((id) => stored(id, "#k")))).flat().length;
    await until(async () => (await sentSoFar()) >= 5, { timeout: 30_000, interval: 20, what: "the replay to be under way" });
    // What comes now comes after the browser's end.
    gate.delayMs = 3_000;
    // Chromium writes cookies to disk every 30 s: a session that young would die with it, which is not the question here.
    const cookies = await context.cookies();
    const closed = new Promise((resolve) => context.once("close", resolve));
    process.kill(pid, "SIGKILL");
    await closed;
    const killedAt = await sentSoFar();
    console.info(`killed with ${killedAt} of 20 stored`);
    expect(killedAt).toBeLessThan(20);

    gate.delayMs = 0;
    context = await open();
    await context.addCookies(cookies);
    const again = await context.newPage();
    await again.goto("/chats");
    for (const [index, id] of chats.entries()) await arrive(id, "#k", written[index]!);
    await until(async () => (await queuedTexts(again)).length === 0, { what: "the queue to be empty" });
  } finally {
    await context.close();
    await gate.close();
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  }
});

test("an answer lost after the commit; a refusal is seen in both tabs, retried in one and deleted in the other", async ({ browser }) => {
  await withGate(browser, async ({ gate, context, page }) => {
    const id = await openParentsChat(page);
    const second = await context.newPage();
    await second.goto(`/chats/${id}`);
    await connected(second);
    gate.sends = "lost";
    await write(page, "#a lost answer");
    await until(async () => (await stored(id, "#a")).length === 1, { what: "the commit" });
    gate.sends = "pass";
    await expect(onScreen(page, "#a lost answer", "sent")).toBeVisible({ timeout: patient(20_000) });
    await until(async () => (await queuedTexts(page)).length === 0, { timeout: 20_000, what: "the repeat to be answered" });
    expect(await stored(id, "#a")).toEqual(["#a lost answer"]);

    gate.sends = "refused";
    await write(page, "#b again");
    await write(page, "#b away");
    for (const tab of [page, second]) for (const text of ["#b again", "#b away"]) await expect(onScreen(tab, text, "failed")).toBeVisible();
    await expect(second.locator("li", { hasText: "#b again" })).toContainText("Something here needs another look.");
    await second.locator("li", { hasText: "#b away" }).getByRole("button", { name: "Delete" }).click();
    for (const tab of [page, second]) await expect(tab.locator("li", { hasText: "#b away" })).toHaveCount(0);
    gate.sends = "pass";
    await second.locator("li", { hasText: "#b again" }).getByRole("button", { name: "Try again" }).click();
    for (const tab of [page, second]) await expect(onScreen(tab, "#b again", "sent")).toBeVisible();
    expect(await stored(id, "#b")).toEqual(["#b again"]);
    await until(async () => (await queuedTexts(page)).length === 0, { what: "the queue to be empty" });
  });
});

test("all tabs closed: Background Sync sends the queue", async ({ browser }) => {
  await withGate(browser, async ({ gate, context, page }) => {
    await controlled(page);
    const id = await openParentsChat(page);
    gate.cut();
    for (const text of ["#c 1", "#c 2"]) await write(page, text);
    await until(async () => (await queuedTexts(page)).length === 2, { what: "both to be kept" });
    const [name] = await queueDatabases(page);
    const tags = () => page.evaluate(async () => ((await navigator.serviceWorker.ready) as unknown as { sync: { getTags: () => Promise<string[]> } }).sync.getTags());
    await until(async () => (await tags()).includes(name!), { what: "the sync to be registered" });
    await page.close();
    gate.mend();
    const machine = await context.newPage();
    // A document of this origin in which nothing of the app runs.
    await machine.goto("/healthz");
    const devtools = await context.newCDPSession(machine);
    const registrations: string[] = [];
    devtools.on("ServiceWorker.workerRegistrationUpdated", ({ registrations: known }) => registrations.push(...known.filter(({ scopeURL }) => scopeURL.startsWith(gate.url)).map(({ registrationId }) => registrationId)));
    await devtools.send("ServiceWorker.enable");
    await until(() => registrations.length > 0, { what: "the registration" });
    await devtools.send("ServiceWorker.dispatchSyncEvent", { origin: gate.url, registrationId: registrations[0]!, tag: name!, lastChance: false });
    await arrive(id, "#c", ["#c 1", "#c 2"]);
    await until(async () => (await queuedTexts(machine)).length === 0, { what: "the queue to be empty" });
  });
});

test("signing out asks when something is unsent, then clears; a session that ended keeps the queue for its author", async ({ browser }) => {
  await withGate(browser, async ({ gate, context, page }) => {
    await controlled(page);
    const id = await openParentsChat(page);
    await copied(page, [`/chats/${id}`]);
    gate.sends = "away";
    await write(page, "#d thrown away");
    await expect(onScreen(page, "#d thrown away", "sending")).toBeVisible();
    await page.getByRole("button", { name: "Sign out" }).click();
    const dialog = page.getByRole("dialog");
    await expect(dialog).toContainText("1 message is not sent yet");
    await dialog.getByRole("button", { name: "Stay signed in" }).click();
    await expect(dialog).toBeHidden();
    expect(await queuedTexts(page)).toEqual(["#d thrown away"]);
    await page.getByRole("button", { name: "Sign out" }).click();
    await dialog.getByRole("button", { name: "Sign out and throw away" }).click();
    await page.waitForURL("**/login");
    expect(await queueDatabases(page)).toEqual([]);
    expect(await copiesIn(page)).toEqual([]);

    await signIn(page, PARENT);
    await page.goto(`/chats/${id}`);
    await write(page, "#d kept for me");
    await until(async () => (await queuedTexts(page)).includes("#d kept for me"), { what: "it to be kept" });
    await context.clearCookies();
    await signIn(page, OTHER);
    gate.sends = "pass";
    const theirs = await openParentsChat(page);
    await connected(page);
    await write(page, "#e of the other");
    await arrive(theirs, "#e", ["#e of the other"]);
    await expect(page.locator("[data-message]", { hasText: "#d kept" })).toHaveCount(0);
    expect(await stored(id, "#d")).toEqual([]);
    await context.clearCookies();
    await signIn(page, PARENT);
    await arrive(id, "#d", ["#d kept for me"]);
  });
});

test("a new version takes over: the queue is whole, and the open page of the old version goes on", async ({ browser }) => {
  await withGate(browser, async ({ gate, context, page }) => {
    await controlled(page);
    const id = await openParentsChat(page);
    gate.sends = "away";
    await write(page, "#f 1");
    await until(async () => (await queuedTexts(page)).length === 1, { what: "it to be kept" });
    const devtools = await context.newCDPSession(page);
    await devtools.send("ServiceWorker.enable");
    await page.evaluate(() => navigator.serviceWorker.addEventListener("controllerchange", () => document.body.setAttribute("data-taken", ""), { once: true }));
    // Another build: another script under the same address, with another version's name in it.
    gate.script = (source) => source.replace(/"[0-9a-f]{12}"/, '"feedfeedfeed"');
    const look = () =>
      page.evaluate(async () => {
        const registration = await navigator.serviceWorker.ready;
        // A look that was under way already, at the script of before, finds nothing new, and this one is told the same.
        if (!registration.installing && !registration.waiting) await registration.update();
        return { isWaiting: registration.waiting !== null, isTaken: document.body.hasAttribute("data-taken") };
      });
    await until(
      async () => {
        const { isWaiting, isTaken } = await look();
        // Chromium lets a new one wait while the old one has something to do, for five minutes at most; a page that asks every few seconds gives it that.
        if (isWaiting) await devtools.send("ServiceWorker.stopAllWorkers");
        return isTaken;
      },
      { timeout: patient(30_000), what: "the new version to take over" },
    );
    const versions = () => page.evaluate(async () => (await caches.keys()).filter((name) => name.startsWith("roost-assets-")).length);
    expect(await versions()).toBe(2);
    await write(page, "#f 2");
    // And another version of the database beneath an open page.
    await page.evaluate(
      (name) =>
        new Promise<void>((resolve, reject) => {
          const opening = indexedDB.open(name!, 2);
          opening.onupgradeneeded = () => opening.result.createObjectStore("of-the-future");
          opening.onerror = () => reject(opening.error!);
          opening.onsuccess = () => (opening.result.close(), resolve());
        }),
      (await queueDatabases(page))[0],
    );
    await write(page, "#f 3");
    await until(async () => (await queuedTexts(page)).length === 3, { what: "all three to be kept" });
    gate.sends = "pass";
    await arrive(id, "#f", ["#f 1", "#f 2", "#f 3"]);
    await page.locator('a[href="/chats"]:visible').first().click();
    await page.locator(`a[href="/chats/${id}"]`).click();
    await expect(onScreen(page, "#f 3", "sent")).toBeVisible();
  });
});

test("plain http in a LAN: no lock, no service worker; two tabs, one lease, and a successor when its holder is gone", async ({ launchOptions }) => {
  const browser = await chromium.launch({ ...launchOptions, args: [...(launchOptions.args ?? []), "--host-resolver-rules=MAP roost.lan 127.0.0.1"] });
  const gate = await openGate(roost.url);
  try {
    const context = await browser.newContext({ baseURL: `http://roost.lan:${gate.port}`, locale: "en-GB" });
    const page = await context.newPage();
    await signIn(page, PARENT);
    expect(await page.evaluate(() => [window.isSecureContext, "locks" in navigator, "serviceWorker" in navigator, "randomUUID" in crypto])).toEqual([false, false, false, false]);
    // Only the browser knows where roost.lan is.
    await page.goto("/chats");
    await parentsChat(page).click();
    await page.locator("#body").waitFor();
    const id = new URL(page.url()).pathname.split("/")[2]!;
    const second = await context.newPage();
    await second.goto(`/chats/${id}`);
    gate.sends = "away";
    for (const [index, tab] of [page, second, page, second].entries()) {
      await write(tab, `#g ${index}`);
      await until(async () => (await queuedTexts(page)).length === index + 1, { what: "it to be kept" });
    }
    for (const tab of [page, second]) await expect(onScreen(tab, "#g 3", "sending")).toBeVisible();
    // The first tab holds the lease; it goes without a word.
    const devtools = await context.newCDPSession(page);
    const crashed = page.waitForEvent("crash");
    // Nobody is left to answer the command: it fails when the browser closes.
    devtools.send("Page.crash").catch((error: Error) => expect(error.message).toContain("closed"));
    await crashed;
    gate.sends = "pass";
    const from = Date.now();
    await arrive(id, "#g", ["#g 0", "#g 1", "#g 2", "#g 3"]);
    console.info(`the successor had sent everything after ${Date.now() - from} ms`);
    await expect(onScreen(second, "#g 3", "sent")).toBeVisible();
    // Nor are there notifications, and the settings say so.
    await second.goto("/settings");
    await expect(second.locator('[data-permission="unsupported"]')).toBeVisible();
  } finally {
    await browser.close();
    await gate.close();
  }
});
