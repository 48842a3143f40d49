/** Typing and who is here, in real browsers: over client events, by the server's path, and without push. Covers B6, C2 and issue 4's bar 4. */
import type { Browser, BrowserContextOptions, Page } from "@playwright/test";
import { patient } from "#tests/support/patience.ts";
import { startRoost, type Roost } from "#tests/support/processes.ts";
import { ADMIN, connected, OTHER, PARENT, parentsChatId, signedIn } from "./household.ts";
import { expect, test } from "./test.ts";
import { until } from "./until.ts";

let roost: Roost;
test.beforeAll(async () => void (roost = await startRoost()));
test.afterAll(() => roost.stop());

const MONA = "Mona";
const ADAM = "Adam · آدم";

const line = (page: Page) => page.locator(".typing-line");
const press = (page: Page, text = "x") => page.locator("#body").pressSequentially(text);
/** Keys are pressed until the reader sees it: what is typed once may be over before a busy page looks. */
const typed = (writers: Page[], reader: Page, text: string | RegExp) =>
  expect(async () => {
    for (const writer of writers) await press(writer);
    await expect(line(reader)).toHaveText(text, { timeout: patient(1_000) });
  }).toPass({ timeout: patient(20_000) });

/** What this page's own connection has sent, or asked the server to tell, with when. */
const told = (page: Page) => page.evaluate(() => (window as unknown as { told: { at: number; what: string }[] }).told);

/** Notes what goes out of every page of a context: frames of client events, and requests for the server's path. */
async function asSomebody(browser: Browser, url: string, email: string, options?: BrowserContextOptions) {
  const somebody = await signedIn(browser, url, email, options);
  await somebody.context.addInitScript(() => {
    const told: { at: number; what: string }[] = [];
    Object.assign(window, { told });
    const { send } = WebSocket.prototype;
    WebSocket.prototype.send = function (data) {
      if (String(data).includes('"client-')) told.push({ at: performance.now(), what: (JSON.parse(String(data)) as { event: string }).event });
      send.call(this, data);
    };
    const ask = window.fetch;
    window.fetch = (input, init) => {
      if (input === "/api/typing") told.push({ at: performance.now(), what: (JSON.parse(String(init?.body)) as { state: string }).state });
      return ask(input, init);
    };
  });
  return somebody;
}

async function openChat(page: Page, id: string) {
  await page.goto(`/chats/${id}`);
  await connected(page);
}

/** A room with all three in it, made by its forms. */
async function makeRoom(page: Page): Promise<string> {
  await page.goto("/chats");
  await page.getByRole("link", { name: "New room" }).click();
  await page.getByLabel("Name of the room").fill("Cellar");
  await page.locator('input[name="access"][value="closed"]').check();
  await page.getByRole("button", { name: "Make the room" }).click();
  await page.waitForURL(/\/chats\/[0-9a-f]{32}$/);
  await page.getByRole("link", { name: "About this room" }).click();
  for (const name of [ADAM, "Robin"]) {
    await page.getByRole("button", { name: `Invite ${name}` }).click();
    await expect(page.locator("[data-member]", { hasText: name })).toBeVisible();
  }
  return new URL(page.url()).pathname.split("/")[2]!;
}

/** Every live region of the page, as a screen reader is told of it. */
const announced = (page: Page) => page.locator('[aria-live]:not([aria-live="off"]), [role="status"], [role="alert"], [role="log"]').allTextContents();

test("client events: shown, hidden after sending and after a rest, once a second; through the leading tab, and the next one", async ({ browser }) => {
  const [mona, adam] = [await asSomebody(browser, roost.url, PARENT), await asSomebody(browser, roost.url, OTHER)];
  const id = await parentsChatId(mona.page.request);
  await openChat(mona.page, id);
  await openChat(adam.page, id);

  await typed([mona.page], adam.page, `${MONA} is typing`);
  expect((await announced(adam.page)).join(" ")).not.toContain("typing");
  // Rested: told, not only forgotten.
  await expect(line(adam.page)).toHaveText("");
  expect((await told(mona.page)).at(-1)!.what).toBe("client-typing-stop");

  // Over three seconds: an event a second at most.
  await mona.page.locator("#body").pressSequentially("twenty-five keys in a row", { delay: 120 });
  await expect(line(adam.page)).toHaveText(`${MONA} is typing`);
  await mona.page.keyboard.press("Enter");
  await expect(adam.page.locator("[data-message]", { hasText: "twenty-five keys" })).toBeVisible();
  await expect(line(adam.page)).toHaveText("");
  await until(async () => (await told(mona.page)).at(-1)!.what === "client-typing-stop", { what: "the stop after sending" });
  const events = await told(mona.page);
  // The spacing itself is proven on a virtual clock: here a busy page holds frames back, and sends two closer together.
  expect(events.length).toBeGreaterThan(3);
  expect(events.length).toBeLessThanOrEqual(2 + (events.at(-1)!.at - events[0]!.at) / 1_000);

  // The follower has no socket of its own: the leading tab sends for it.
  const tab = await mona.context.newPage();
  await openChat(tab, id);
  await typed([tab], adam.page, `${MONA} is typing`);
  expect(await told(tab)).toEqual([]);
  for (const page of [mona.page, tab]) await expect(line(page)).toHaveText("");

  // The leader goes in the middle: the next one tells.
  await mona.page.close();
  await expect(line(adam.page)).toHaveText("");
  await typed([tab], adam.page, `${MONA} is typing`);
  expect((await told(tab)).length).toBeGreaterThan(0);
});

test("a room: who is here, and several who type; in Arabic, too; it goes with whoever leaves", async ({ browser }) => {
  const [mona, adam, robin] = [await asSomebody(browser, roost.url, PARENT), await asSomebody(browser, roost.url, OTHER), await asSomebody(browser, roost.url, ADMIN, { locale: "ar" })];
  const id = await makeRoom(mona.page);
  await openChat(mona.page, id);
  const header = mona.page.locator(".chat-header");
  await expect(header).toContainText("Only you are here now");
  await openChat(adam.page, id);
  await expect(header).toContainText(`Here now: ${ADAM}`);
  await openChat(robin.page, id);
  await expect(header).toContainText("Robin");
  await expect(robin.page.locator("html")).toHaveAttribute("dir", "rtl");
  await expect(robin.page.locator(".chat-header")).toContainText("هنا الآن");

  await typed([mona.page], robin.page, `${MONA} يكتب`);
  await typed([mona.page, adam.page], robin.page, new RegExp(`^(${MONA} و${ADAM}|${ADAM} و${MONA}) يكتبان$`));
  expect((await announced(robin.page)).join(" ")).not.toMatch(/يكتب|هنا الآن/);
  await expect(line(robin.page)).toHaveText("");
  for (const { page } of [mona, adam]) expect((await told(page)).every(({ what }) => what.startsWith("client-typing-"))).toBe(true);

  await adam.page.goto("/");
  await expect(header).not.toContainText(ADAM);
  await expect(header).toContainText("Robin");
});

test("client events off: the server tells; without push nobody is told, and nothing breaks", async ({ browser }) => {
  const forbidding = await startRoost({ env: { CLIENT_EVENTS: "off" } });
  try {
    const [mona, adam] = [await asSomebody(browser, forbidding.url, PARENT), await asSomebody(browser, forbidding.url, OTHER)];
    const errors: string[] = [];
    mona.page.on("pageerror", (error) => void errors.push(error.message));
    const id = await parentsChatId(mona.page.request);
    await openChat(mona.page, id);
    await openChat(adam.page, id);
    await typed([mona.page], adam.page, `${MONA} is typing`);
    await expect(line(mona.page)).toHaveText("");
    await expect(line(adam.page)).toHaveText("");
    expect((await told(mona.page)).map(({ what }) => what).slice(-1)).toEqual(["stop"]);

    await forbidding.kill("channels", "SIGKILL");
    for (const { page } of [mona, adam]) await expect(page.locator('[data-connection="polling"]:visible').first()).toBeVisible({ timeout: patient(30_000) });
    const before = (await told(mona.page)).length;
    await press(mona.page, " and by nobody");
    await mona.page.keyboard.press("Enter");
    await expect(adam.page.locator("[data-message]", { hasText: "and by nobody" })).toBeVisible({ timeout: patient(15_000) });
    expect((await told(mona.page)).length).toBe(before);
    expect(errors).toEqual([]);
  } finally {
    await forbidding.stop();
  }
});
