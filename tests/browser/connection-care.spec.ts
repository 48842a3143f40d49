/** What can go wrong with the connection shows as a state, and heals without a reload. Covers D1 to D3 and issue 3's bar 7. */
import type { Page, Route } from "@playwright/test";
import { faultSuite } from "#tests/faults/size.ts";
import { patient } from "#tests/support/patience.ts";
import { houseBehindProxy, type HouseBehindProxy } from "./house-behind-proxy.ts";
import { bubbleTexts, connected, openParentsChat, OTHER, PARENT, postMessage, signedIn } from "./household.ts";
import { expect, test } from "./test.ts";
import { until } from "./until.ts";

/** From the server's return to "connected", after a time long enough for pusher-js to go quiet. */
const RETURN_LIMIT_MS = 6_000;
const AWAY_MS = 8_000;
/** Retries of a refused channel begin after 1 to 2 s, doubled; a hanging answer is waited for 4 s. */
const HEAL_LIMIT_MS = 15_000;

const shows = (page: Page, state: string) => page.locator(`[data-connection="${state}"]:visible`).first();
const bubble = (page: Page, text: string) => page.locator("[data-message]", { hasText: text });
const AUTH = "**/api/pusher/auth";

/** The short size leaves out what the long one shows to be no different from a 403. */
const { full } = faultSuite("connection-care", { short: {}, full: {} });
const causes: { name: string; answer: (route: Route) => Promise<unknown> | undefined }[] = [
  { name: "403", answer: (route) => route.fulfill({ status: 403, json: { error: { code: "forbidden" } } }) },
  ...(full
    ? [
        { name: "401", answer: (route: Route) => route.fulfill({ status: 401, json: { error: { code: "signed-out" } } }) },
        { name: "500", answer: (route: Route) => route.fulfill({ status: 500, body: "broken" }) },
      ]
    : []),
  { name: "a bad signature", answer: (route) => route.fulfill({ json: { auth: `key:${"0".repeat(64)}` } }) },
  { name: "an answer that hangs", answer: () => undefined },
];

let house: HouseBehindProxy;
test.beforeAll(async () => void (house = await houseBehindProxy()));
test.afterAll(() => house?.stop());

test("refused, failing and hanging authorizations: polling is said, messages arrive, and it heals by itself", async ({ browser }) => {
  test.setTimeout(400_000);
  const sender = await signedIn(browser, house.roost.url, PARENT);
  await sender.page.close();
  // Playwright sees no request that passes through a service worker.
  const { page } = await signedIn(browser, house.roost.url, OTHER, { serviceWorkers: "block" });
  const conversationId = await openParentsChat(page);
  await connected(page);
  const expected: string[] = [];
  for (const { name, answer } of causes) {
    await page.route(AUTH, (route) => answer(route));
    house.channels.reset();
    await expect(shows(page, "polling"), name).toBeVisible({ timeout: patient(HEAL_LIMIT_MS) });
    expected.push(`#${expected.length + 1} in spite of ${name}`);
    expect((await postMessage(sender.context.request, house.roost.url, conversationId, expected.at(-1)!)).status()).toBe(201);
    await expect(bubble(page, expected.at(-1)!), name).toBeVisible({ timeout: patient(7_000) });
    await page.unroute(AUTH);
    const from = performance.now();
    await expect(shows(page, "connected"), name).toBeVisible({ timeout: patient(HEAL_LIMIT_MS) });
    console.info(`${name}: connected ${Math.round(performance.now() - from)} ms after the cause was gone`);
  }
  expect(await bubbleTexts(page, "#")).toEqual(expected);
});

test("a wrong key or cluster (4001): polling is said, messages arrive; once it is put right it connects without a reload", async ({ browser }) => {
  const sender = await signedIn(browser, house.roost.url, PARENT);
  await sender.page.close();
  const { context, page } = await signedIn(browser, house.roost.url, OTHER);
  const wrong = { is: true };
  await context.routeWebSocket(/\/app\//, (socket) => {
    if (wrong.is) void socket.close({ code: 4001, reason: "App key is not in this cluster. Did you forget to specify the cluster?" });
    else socket.connectToServer();
  });
  const conversationId = await openParentsChat(page);
  await expect(shows(page, "polling")).toBeVisible();
  expect((await postMessage(sender.context.request, house.roost.url, conversationId, "#1 polled")).status()).toBe(201);
  await expect(bubble(page, "#1 polled")).toBeVisible({ timeout: patient(7_000) });
  wrong.is = false;
  // It tries anew every minute by itself (tests/realtime); here somebody's network comes back.
  await page.evaluate(() => void window.dispatchEvent(new Event("online")));
  await connected(page);
});

test("the channels server killed with -9 and back after pusher-js went quiet: push resumes within seconds", async ({ browser }) => {
  test.setTimeout(400_000);
  const { page } = await signedIn(browser, house.roost.url, OTHER);
  await openParentsChat(page);
  await connected(page);
  await house.roost.kill("channels", "SIGKILL");
  const away = performance.now();
  await expect(shows(page, "polling")).toBeVisible();
  await until(() => performance.now() - away > AWAY_MS, { timeout: AWAY_MS + 5_000, interval: 100, what: "time to pass" });
  await house.roost.restart("channels");
  const back = performance.now();
  await expect(shows(page, "connected")).toBeVisible({ timeout: patient(RETURN_LIMIT_MS) });
  console.info(`channels server back after ${AWAY_MS / 1000} s: connected ${Math.round(performance.now() - back)} ms later`);
});
