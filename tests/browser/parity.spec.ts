/** Whatever the transport, the same pages: push, no push, push doubled and out of order, and one after the other. Covers D2 and issue 3's bar 6. */
import type { Browser, BrowserContext, Page } from "@playwright/test";
import { newId } from "#app/domain/ids.ts";
import { faultSuite } from "#tests/faults/size.ts";
import { seeded } from "#tests/realtime/seeded.ts";
import type { FrameMode, FrameProxy } from "#tests/support/frame-proxy.ts";
import { startFrameProxy } from "#tests/support/frame-proxy.ts";
import { patient } from "#tests/support/patience.ts";
import { freePort } from "#tests/support/ports.ts";
import { startRoost, type Roost } from "#tests/support/processes.ts";
import { postMessage } from "./household.ts";
import { expect, test } from "./test.ts";

const SEED = Number(process.env["SEED"] ?? 6);
/** From a message's commit to the other's screen, without push. */
const POLL_LIMIT_MS = 6_000;
const SETTLED_WITHIN_MS = 15_000;
const SIZE = { width: 1280, height: 900 };

/** The transport at the start, after the first messages, and before the last. */
const EACH_ALONE: Record<string, [FrameMode, FrameMode, FrameMode]> = {
  "push blocked": ["blocked", "blocked", "blocked"],
  "push doubled and out of order": ["wild", "wild", "wild"],
};
const { full } = faultSuite("parity", { short: {}, full: {} });
/** The short size has all of them in one, and push alone to compare it with. */
const SCENARIOS: typeof EACH_ALONE = {
  push: ["pass", "pass", "pass"],
  ...(full ? EACH_ALONE : {}),
  "switched in the middle": ["pass", "blocked", "wild"],
};

let roost: Roost;
let proxy: FrameProxy;

test.beforeAll(async () => {
  const port = await freePort();
  proxy = await startFrameProxy(port, seeded(SEED));
  roost = await startRoost({ env: { CHANNELS_PORT: String(port), PUSHER_PORT: String(port), PUBLIC_PUSHER_PORT: String(proxy.port) } });
});
test.afterAll(async () => {
  await proxy.stop();
  await roost.stop();
});

interface Somebody {
  context: BrowserContext;
  userId: string;
}

/** A new account, signed in: every run's people have the same names and nothing else in common. */
async function signUp(browser: Browser, name: string): Promise<Somebody> {
  const context = await browser.newContext({ baseURL: roost.url, locale: "en-GB", timezoneId: "UTC", viewport: SIZE });
  const answer = await context.request.post(`${roost.url}/signup`, { headers: { Origin: roost.url }, maxRetries: 2, form: { name, email: `${newId()}@parity.test`, password: "a password for parity" }, maxRedirects: 0 });
  expect(answer.status()).toBe(302);
  const page = await (await context.request.get(`${roost.url}/_root.data`)).text();
  return { context, userId: /"userId","([0-9a-f]{32})"/.exec(page)![1]! };
}

async function post(who: Somebody, path: string, form: Record<string, string>): Promise<string> {
  const answer = await who.context.request.post(roost.url + path, { headers: { Origin: roost.url }, maxRetries: 2, form, maxRedirects: 0 });
  expect(answer.status(), `${path} ${form["intent"]}`).toBe(302);
  return answer.headers()["location"] ?? "";
}

const openDirect = async (who: Somebody, other: Somebody) => (await post(who, "/chats", { intent: "open-direct", userId: other.userId })).split("/")[2]!;

async function say(who: Somebody, conversationId: string, body: string): Promise<string> {
  const answer = await postMessage(who.context.request, roost.url, conversationId, body);
  expect(answer.status()).toBe(201);
  return ((await answer.json()) as { message: { id: string } }).message.id;
}

/** What a person reads: the chat and the list, but for the times of day, which are of the run. */
const read = (page: Page) =>
  page.evaluate(() => {
    const lines = (selector: string) =>
      [...document.querySelectorAll<HTMLElement>(selector)].map((element) => {
        const copy = element.cloneNode(true) as HTMLElement;
        copy.querySelectorAll("time").forEach((time) => time.remove());
        const status = element.querySelector<HTMLElement>("[data-status]")?.dataset["status"] ?? "";
        return `${copy.textContent.replaceAll(/\d\d:\d\d/g, "").replaceAll(/\s+/g, " ").trim()} ${status}`.trim();
      });
    return { chat: lines('[role="log"] li'), list: lines(".chats-list a.conversation-row"), title: lines("#chat-title") };
  });

/** Waits until a screen shows what a fresh load of it shows. */
async function settled(page: Page, limit = SETTLED_WITHIN_MS) {
  const fresh = await page.context().newPage();
  await expect(async () => {
    await fresh.goto(page.url());
    expect(await read(page)).toEqual(await read(fresh));
  }).toPass({ timeout: patient(limit), intervals: [100, 250, 500] });
  const shown = await read(page);
  await fresh.close();
  return shown;
}

async function scenario(browser: Browser, [first, second, third]: [FrameMode, FrameMode, FrameMode], onArrival: (ms: number) => void) {
  proxy.become(first);
  const [amal, badr, chadia] = [await signUp(browser, "Amal"), await signUp(browser, "Badr"), await signUp(browser, "Chadia")];
  const chat = await openDirect(amal, badr);
  const [left, right] = await Promise.all([amal, badr].map(async ({ context }) => {
    const page = await context.newPage();
    await page.goto(`/chats/${chat}`);
    return page;
  })) as [Page, Page];
  const transport = (page: Page, mode: FrameMode) =>
    expect(page.locator(`[data-connection="${mode === "blocked" ? "polling" : "connected"}"]:visible`).first()).toBeVisible({ timeout: patient(20_000) });
  await transport(left, first);
  const write = async (page: Page, body: string) => {
    await page.locator('textarea[name="body"]').fill(body);
    await page.keyboard.press("Enter");
    await expect(page.locator("[data-message]", { hasText: body })).toHaveAttribute("data-status", /sent|read/);
  };
  /** Both ways, one message each, with the time until the other one sees it. */
  const converse = async (round: number) => {
    const seen: Promise<void>[] = [];
    for (const [from, to, name] of [[left, right, "Amal"], [right, left, "Badr"]] as const) {
      const body = `#${round} of ${name}`;
      await write(from, body);
      const written = performance.now();
      seen.push(expect(to.locator("[data-message]", { hasText: body })).toBeVisible({ timeout: patient(POLL_LIMIT_MS + 4_000) }).then(() => onArrival(performance.now() - written)));
    }
    await Promise.all(seen);
  };

  await converse(1);
  const edited = await say(amal, chat, "to be edited");
  const deleted = await say(badr, chat, "to be deleted");
  const raced = await say(amal, chat, "to be edited, then deleted");
  proxy.become(second);
  await post(amal, `/chats/${chat}`, { intent: "edit", messageId: edited, body: "edited once" });
  await post(badr, `/chats/${chat}`, { intent: "delete", messageId: deleted });
  await post(amal, `/chats/${chat}`, { intent: "edit", messageId: edited, body: "edited twice" });
  await post(amal, `/chats/${chat}`, { intent: "edit", messageId: raced, body: "edited, about to be deleted" });
  await post(amal, `/chats/${chat}`, { intent: "delete", messageId: raced });
  // Somebody new begins a conversation, and says more than one thing.
  const beside = await openDirect(chadia, amal);
  for (const body of ["Hello from Chadia", "Are you there?", "Well."]) await say(chadia, beside, body);
  await converse(2);
  proxy.become(third);
  // Half of them come while the browsers still find their way to it, the other half on it.
  for (let index = 0; index < 12; index++) {
    if (index === 6) await Promise.all([left, right].map((page) => transport(page, third)));
    await say(index % 2 === 0 ? amal : badr, chat, `in a row ${index}`);
  }
  await converse(3);
  // Reading is told to the server after a moment on screen: until the writer sees it, a fresh load may still count the last one as unread.
  for (const [page, body] of [[left, "#3 of Amal"], [right, "#3 of Badr"]] as const)
    await expect(page.locator("[data-message]", { hasText: body })).toHaveAttribute("data-status", "read", { timeout: patient(SETTLED_WITHIN_MS) });

  const pages = { amal: await settled(left), badr: await settled(right) };
  for (const { context } of [amal, badr, chadia]) await context.close();
  return pages;
}

test(`the same scenario over ${Object.keys(SCENARIOS).join(", ")}: identical pages`, async ({ browser }) => {
  test.setTimeout(400_000);
  const pages: Record<string, unknown> = {};
  for (const [name, modes] of Object.entries(SCENARIOS)) {
    const arrivals: number[] = [];
    pages[name] = await test.step(name, () => scenario(browser, modes, (ms) => arrivals.push(ms)));
    console.info(`${name}: the slowest of ${arrivals.length} messages was on the other's screen after ${Math.round(Math.max(...arrivals))} ms`);
    expect(Math.max(...arrivals)).toBeLessThan(patient(POLL_LIMIT_MS));
    expect(pages[name], `${name}; again: SEED=${SEED} npx playwright test parity`).toEqual(pages["push"]);
  }
  expect(proxy.doubled).toBeGreaterThan(full ? 20 : 5);
  expect(pages["push"]).toMatchObject({ amal: { title: ["Badr"], list: [/Badr/, /Chadia.*Well\.3/].map((text) => expect.stringMatching(text) as unknown) }, badr: { title: ["Amal"] } });
});
