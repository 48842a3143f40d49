/** A device that slept, a socket that only seems open, a network that is away. Covers D1, D3, D4 and issue 3's bar 5. */
import type { Page } from "@playwright/test";
import { PROOF_MS } from "#app/realtime/pusher/reconnect.ts";
import { faultSuite } from "#tests/faults/size.ts";
import { patient } from "#tests/support/patience.ts";
import { freeze } from "./frozen.ts";
import { houseBehindProxy, type HouseBehindProxy } from "./house-behind-proxy.ts";
import { bubbleTexts, connected, openParentsChat, OTHER, PARENT, postMessage, signedIn } from "./household.ts";
import { expect, test } from "./test.ts";
import { until } from "./until.ts";

/** The short size sleeps for longer than any pause of a page that is awake, and no more. */
const { size: SLEPT_MS } = faultSuite("zombie", { short: 9_000, full: 25_000 });
/** From waking to everything that was missed on the screen. */
const CAUGHT_UP_LIMIT_MS = 2_000;
const OFFLINE_LIMIT_MS = 5_000;
/** A wake-up is told from a busy moment by timers that are later than 5 s. */
const SHORT_SLEEP_MS = 8_000;

const elapse = (ms: number) => {
  const from = performance.now();
  return until(() => performance.now() - from >= ms, { timeout: ms + 5_000, interval: 100, what: "time to pass" });
};
const shows = (page: Page, state: string) => page.locator(`[data-connection="${state}"]:visible`).first();
const field = (page: Page) => page.locator('textarea[name="body"]');

let house: HouseBehindProxy;
test.beforeAll(async () => void (house = await houseBehindProxy()));
test.afterAll(() => house?.stop());

test(`${SLEPT_MS / 1_000} s asleep with a socket that seems open: all that was missed is there within 2 s, and push comes back`, async ({ browser }) => {
  test.setTimeout(400_000);
  const sender = await signedIn(browser, house.roost.url, PARENT);
  const { page } = await signedIn(browser, house.url, OTHER);
  await sender.page.close();
  const conversationId = await openParentsChat(page);
  await connected(page);
  const expected: string[] = [];
  const send = async (count: number) => {
    for (let sent = 0; sent < count; sent++) {
      expected.push(`#${expected.length + 1} missed`);
      expect((await postMessage(sender.context.request, house.roost.url, conversationId, expected.at(-1)!)).status()).toBe(201);
    }
  };
  const arrived = (timeout: number) => until(async () => (await bubbleTexts(page, "#")).length >= expected.length, { timeout, what: `${expected.length} messages` });
  await send(3);
  await arrived(5_000);

  const thaw = await freeze(page);
  house.channels.halfOpen();
  const { accepted } = house.channels;
  await send(30);
  await elapse(SLEPT_MS);
  const woken = performance.now();
  await thaw();
  await arrived(CAUGHT_UP_LIMIT_MS);
  console.info(`${SLEPT_MS / 1_000} s asleep, zombie socket: ${expected.length - 3} missed messages on screen ${Math.round(performance.now() - woken)} ms after waking`);
  expect(performance.now() - woken).toBeLessThan(patient(CAUGHT_UP_LIMIT_MS));

  // The socket could not prove itself: a new one pushes, long before the next check.
  await until(() => house.channels.accepted > accepted, { timeout: PROOF_MS + 3_000, what: "the zombie to be given up" });
  // The next check is 20 s away: what arrives this soon was pushed.
  await expect(async () => {
    await send(1);
    await arrived(1_500);
  }).toPass({ timeout: patient(12_000) });
  await connected(page);
  expect(await bubbleTexts(page, "#")).toEqual(expected);
});

test("offline is said within 5 s, whatever is away, and one can write all the same", async ({ browser }) => {
  test.setTimeout(400_000);
  const { context, page } = await signedIn(browser, house.url, PARENT);
  await openParentsChat(page);
  await connected(page);
  const saidWithin = async (limit: number, what: string, since = performance.now()) => {
    await expect(shows(page, "offline")).toBeVisible({ timeout: limit });
    console.info(`${what}: "offline" after ${Math.round(performance.now() - since)} ms`);
  };
  let written = 0;
  const write = async () => {
    await expect(field(page)).toBeEnabled();
    await field(page).fill(`~${++written} written`);
    await field(page).press("Enter");
    await expect(page.locator("[data-message]", { hasText: `~${written} written` })).toHaveAttribute("data-status", "sending");
  };
  const sent = () => expect(page.locator("[data-message]", { hasText: `~${written} written` })).toHaveAttribute("data-status", "sent", { timeout: patient(20_000) });

  await context.setOffline(true);
  await saidWithin(OFFLINE_LIMIT_MS, "the browser's network off");
  await write();
  await context.setOffline(false);
  await sent();
  await connected(page);

  // Awake again, and nothing answers any more, although the browser believes in its network.
  const thaw = await freeze(page);
  house.app.set({ stalled: true });
  house.channels.set({ stalled: true });
  await elapse(SHORT_SLEEP_MS);
  await thaw();
  await saidWithin(OFFLINE_LIMIT_MS, "awake in a network that swallows everything");
  await write();
  await Promise.all([house.app.heal(), house.channels.heal()]);
  await sent();
  await connected(page);

  // Polling already, and now the app is gone, too.
  await house.channels.refuse();
  house.channels.reset();
  await expect(shows(page, "polling")).toBeVisible();
  await house.app.refuse();
  house.app.reset();
  // A poll is due 5 s after the last one was answered, and refused at once.
  await saidWithin(OFFLINE_LIMIT_MS + 1_500, "polling, and the app gone");
  await write();
  await Promise.all([house.app.heal(), house.channels.heal()]);
  await sent();
  await connected(page);
  await page.reload();
  expect(await bubbleTexts(page, "~")).toEqual(["~1 written", "~2 written", "~3 written"]);
});
