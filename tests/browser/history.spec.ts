/** Messages with a memory: search, the way back, places with an address, drafts, the keyboard, directions of text. Covers B11, D5, issue 10. */
import type { Page } from "@playwright/test";
import { newId } from "#app/domain/ids.ts";
import { openDatabase } from "#db/database.ts";
import { faultSuite } from "#tests/faults/size.ts";
import { startRoost, type Roost } from "#tests/support/processes.ts";
import { violations } from "./audit.ts";
import { connected, openParentsChat, OTHER, PARENT, PASSWORD, postMessage, signedIn } from "./household.ts";
import { expect, test } from "./test.ts";

test.describe.configure({ mode: "serial" });
let roost: Roost;
test.beforeAll(async () => void (roost = await startRoost()));
test.afterAll(() => roost.stop());

const MINUTE_MS = 60_000;
const PAST = 300;

/** Three hundred messages from before all others: the chat then has a past. */
async function givePast(conversationId: string): Promise<void> {
  const db = await openDatabase(roost.databaseUrl);
  try {
    const [row] = await db.all<{ lastSeq: number; senderId: string; at: number }>("SELECT c.last_seq AS lastSeq, u.id AS senderId, c.created_at AS at FROM conversations c, users u WHERE c.id = ? AND u.email = ?", [conversationId, OTHER]);
    const { lastSeq, senderId, at } = row!;
    const now = Date.now();
    await db.batch([
      ...Array.from({ length: PAST }, (_, index) => {
        const id = newId();
        return { sql: "INSERT INTO messages (id, conversation_id, seq, sender_id, client_id, body, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)", args: [id, conversationId, lastSeq + index + 1, senderId, id, `past ${index + 1} ${"and more ".repeat(index % 7)}`, Math.max(at, now - (PAST - index) * MINUTE_MS)] };
      }),
      { sql: "UPDATE conversations SET last_seq = ? WHERE id = ?", args: [lastSeq + PAST, conversationId] },
    ]);
  } finally {
    await db.close();
  }
}

const bubble = (page: Page, text: string) => page.locator("[data-message]", { hasText: new RegExp(`^${text}( |$)`) });
const field = (page: Page) => page.locator('textarea[name="body"]');

test("a chat opens at the first unread message, pages back without moving anything, and a search leads to a place in it", async ({ browser }) => {
  const { page } = await signedIn(browser, roost.url, PARENT);
  const id = await openParentsChat(page);
  await connected(page);
  await expect(page.locator("[data-message]").last()).toBeInViewport();
  await page.goto("/settings");
  await givePast(id);

  await page.goto(`/chats/${id}`);
  await expect(page.locator("[data-first-unread]")).toBeInViewport();
  await expect(bubble(page, "past 1")).toBeInViewport();
  await page.getByRole("link", { name: "To the newest messages" }).click();
  await expect(bubble(page, `past ${PAST}`)).toBeVisible();

  // What is read stays where it is, to the pixel, while earlier messages come in above.
  const log = page.locator('[role="log"]');
  await log.evaluate((element) => (element.scrollTop = 0));
  const first = page.locator("[data-message]").first();
  const key = await first.getAttribute("data-message");
  const place = () => page.locator(`[data-message="${key}"]`).evaluate((element) => element.getBoundingClientRect().top);
  const before = await place();
  const count = await page.locator("[data-message]").count();
  await page.getByRole("link", { name: "Earlier messages" }).click();
  await expect.poll(() => page.locator("[data-message]").count()).toBeGreaterThan(count);
  expect(Math.abs((await place()) - before)).toBeLessThan(1);

  await page.goto("/chats");
  await page.getByRole("link", { name: "Search" }).click();
  await page.getByRole("searchbox", { name: "Search in your messages" }).fill("past 12");
  await page.getByRole("button", { name: "Search", exact: true }).click();
  await expect(page.locator("[data-search-results] mark").first()).toBeVisible();
  await page.locator("[data-search-results] a", { hasText: "past 120" }).click();
  await expect(page.locator("li[data-asked]", { hasText: "past 120" })).toBeFocused();
  await expect(page.locator("li[data-asked]")).toBeInViewport();
  await page.goto("/search?q=zzzzzz");
  await expect(page.getByText("Nothing found")).toBeVisible();
});

test("the keyboard: a switcher in both scripts, the last message by the up key, drafts, the list of keys; the focus stays", async ({ browser }) => {
  const { page } = await signedIn(browser, roost.url, PARENT);
  const id = await openParentsChat(page);
  await connected(page);
  await field(page).fill("typed by kayboard");
  await field(page).press("Enter");
  await expect(field(page)).toBeFocused();
  await expect(page.locator('[data-status="sending"]')).toHaveCount(0);
  await field(page).press("ArrowUp");
  const editor = page.getByRole("textbox", { name: "Change your message" });
  await expect(editor).toHaveValue("typed by kayboard");
  await editor.fill("typed by keyboard");
  await editor.press("Enter");
  await expect(field(page)).toBeFocused();
  await expect(bubble(page, "typed by keyboard")).toBeVisible();

  await field(page).fill("half a thought");
  await page.reload();
  await expect(field(page)).toHaveValue("half a thought");
  await page.keyboard.press("Control+k");
  await page.keyboard.type("kitch");
  await expect(page.getByRole("option").first()).toContainText("Kitchen");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1, name: "Kitchen" })).toBeVisible();
  // A mention, by its first letters.
  await connected(page);
  await field(page).fill("");
  await field(page).pressSequentially("@ad");
  await page.keyboard.press("Enter");
  await expect(field(page)).toHaveValue(/^@Adam/);
  await field(page).fill("");
  await page.keyboard.press("Control+k");
  await page.keyboard.type("آدم");
  await expect(page.getByRole("option").first()).toContainText("آدم");
  await page.keyboard.press("Escape");
  await expect(field(page)).toBeFocused();

  await page.locator("h1").first().click();
  await page.keyboard.press("?");
  await expect(page.locator("[data-shortcuts]")).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.locator("[data-shortcuts]")).toBeHidden();

  // The draft is asked about before it is lost.
  await page.goto(`/chats/${id}`);
  await expect(field(page)).toHaveValue("half a thought");
  await page.getByRole("button", { name: "Sign out" }).first().click();
  await expect(page.getByRole("dialog", { name: "Sign out?" })).toBeVisible();
  await page.getByRole("button", { name: "Stay signed in" }).click();

  // As the person set it: Enter breaks the line, and Ctrl with Enter sends.
  await page.goto("/settings");
  await page.getByLabel("Enter sends the message").uncheck();
  await page.locator("form", { has: page.getByLabel("Enter sends the message") }).getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("How you write is saved.")).toBeVisible();
  await page.goto(`/chats/${id}`);
  await connected(page);
  await field(page).fill("one");
  await field(page).press("Enter");
  await field(page).pressSequentially("two");
  await expect(field(page)).toHaveValue("one\ntwo");
  await field(page).press("Control+Enter");
  await expect(field(page)).toHaveValue("");
});

/** Where the first and the last letter of something stand: what comes first in reading order. */
const edges = (page: Page, text: string, part: string) =>
  page.locator("[data-message] p", { hasText: text }).first().evaluate((paragraph, wanted) => {
    const walker = document.createTreeWalker(paragraph, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const at = node.textContent!.indexOf(wanted);
      if (at === -1) continue;
      const range = document.createRange();
      range.setStart(node, at);
      range.setEnd(node, at + wanted.length);
      const { left, right } = range.getBoundingClientRect();
      return { left, right, direction: getComputedStyle(paragraph).direction };
    }
    throw new Error(`${wanted} is not there`);
  }, part);

test("directions: each paragraph its own; names, addresses, digits and code stay in their places, in both languages", async ({ browser }) => {
  const { page, context } = await signedIn(browser, roost.url, PARENT);
  const id = await openParentsChat(page);
  const name = "Adam · آدم";
  const texts = [`@${name} please look`, `أرسلت الرابط https://roost.example/a?b=1 إلى الجميع`, `@${name}`, "السعر 1,250.50 ريال", "run npm test ثم انتظر", `مرحبا @${name} كيف الحال`];
  for (const text of texts) await postMessage(page.request, roost.url, id, text);
  for (const language of ["en", "ar"]) {
    await page.goto("/settings");
    await page.locator('select[name="language"]').selectOption(language);
    await page.locator("form", { has: page.locator('select[name="language"]') }).locator('button[type="submit"]').click();
    await expect(page.locator("html")).toHaveAttribute("lang", language);
    await page.goto(`/chats/${id}?at=end`);
    await expect(page.locator("[data-message] p", { hasText: "كيف الحال" }).first()).toBeVisible();
    const leading = await edges(page, "please look", "please look");
    expect(leading.direction).toBe("ltr");
    expect((await edges(page, "please look", "@Adam")).right).toBeLessThan(leading.left);
    const arabic = await edges(page, "أرسلت الرابط", "أرسلت");
    expect(arabic.direction).toBe("rtl");
    expect((await edges(page, "أرسلت الرابط", "https://roost.example")).right).toBeLessThanOrEqual(arabic.left);
    expect((await edges(page, "أرسلت الرابط", "إلى")).right).toBeLessThanOrEqual((await edges(page, "أرسلت الرابط", "https://roost.example")).left + 1);
    const digits = await edges(page, "السعر", "1,250");
    expect(digits.right).toBeLessThan((await edges(page, "السعر", "السعر")).left + 1);
    expect((await edges(page, "السعر", "50")).left).toBeGreaterThanOrEqual(digits.left);
    expect((await edges(page, "run npm", "run npm")).direction).toBe("ltr");
    const greeting = await edges(page, "كيف الحال", "مرحبا");
    expect(greeting.direction).toBe("rtl");
    expect((await edges(page, "كيف الحال", "كيف")).right).toBeLessThan(greeting.left);
  }
  await context.close();
});

/** In its short size each page is looked through by day in English, or by night in Arabic. */
const { full } = faultSuite("design", { short: {}, full: {} });

test("search, a message's page and the menus: no violation for screen readers, nothing lost at 320 px", async ({ browser }) => {
  for (const [turn, [colorScheme, locale]] of ([["light", "en-GB"], ["dark", "ar-SA"]] as const).entries()) {
    let pages = 0;
    const { page, context } = await signedIn(browser, roost.url, OTHER, { colorScheme, locale, viewport: { width: 320, height: 720 } });
    const id = await openParentsChat(page);
    await connected(page);
    await page.locator("[data-message-more]").last().click();
    await expect(page.locator("[data-message-menu]")).toBeVisible();
    const checked = async () => {
      if (full || pages++ % 2 === turn) expect(await violations(page)).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320);
    };
    await checked();
    const link = await page.locator("[data-message-more]").last().getAttribute("href");
    for (const path of ["/search", "/search?q=past&since=2020-01-01", link!, `/chats/${id}/info`]) {
      await page.goto(path);
      await checked();
    }
    await context.close();
  }
});

test("without JavaScript a search finds, pages and leads to the place", async ({ browser }) => {
  const { page } = await signedIn(browser, roost.url, OTHER, { javaScriptEnabled: false });
  await page.goto("/search?q=past");
  await expect(page.locator("[data-search-results] li")).toHaveCount(20);
  const newest = await page.locator("[data-search-results] a").first().textContent();
  await page.locator('a[href*="before="]').click();
  await expect(page.locator("[data-search-results] li")).toHaveCount(20);
  expect(await page.locator("[data-search-results] a").first().textContent()).not.toBe(newest);
  await page.locator('input[name="q"]').fill("past 100");
  await page.locator('form[role="search"] button[type="submit"]').click();
  await page.locator("[data-search-results] a").first().click();
  await expect(page.locator("li[data-asked]")).toContainText("past 100");
});

test("deleting one's account: asked twice, and neither the house nor this browser keeps anything", async ({ browser }) => {
  const context = await browser.newContext({ baseURL: roost.url, locale: "en-GB", viewport: { width: 360, height: 780 } });
  const form = { name: "Leaving soon", email: `leaving-${newId()}@roost.test`, password: PASSWORD, timeZone: "UTC" };
  await context.request.post("/signup", { headers: { Origin: roost.url }, maxRetries: 2, form });
  const page = await context.newPage();
  await page.goto("/settings");
  await page.evaluate(() => localStorage.setItem("roost-draft-somebody-somewhere", "half a thought"));
  await page.getByText("Delete my account", { exact: true }).click();
  const card = page.locator("details", { hasText: "Delete my account" });
  const go = async (password: string) => {
    await card.getByLabel("Your password").fill(password);
    await card.getByLabel("I am sure").check();
    await card.getByRole("button", { name: "Delete my account for good" }).click();
  };
  await go("not my password");
  await expect(card.locator('[aria-invalid="true"]')).toBeFocused();
  await go(PASSWORD);
  await page.waitForURL((url) => url.pathname === "/login");
  await expect.poll(() => page.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith("roost-draft-")))).toEqual([]);
  await page.goto("/settings");
  expect(new URL(page.url()).pathname).toBe("/login");
  await context.close();
});
