/** What breaks must not show: relay killed, Channels away, answers lost. Covers B1, B5, D1, D2, D3. */
import { faultSuite } from "#tests/faults/size.ts";
import { patient } from "#tests/support/patience.ts";
import { startRoost } from "#tests/support/processes.ts";
import { bubbleTexts, connected, openParentsChat, OTHER, PARENT, parentsChatId, postMessage, signedIn } from "./household.ts";
import { expect, test } from "./test.ts";
import { until } from "./until.ts";

/** Playwright sees no request that passes through a service worker (offline-queue.spec.ts has the same cases with one). */
const INTERCEPTED = { serviceWorkers: "block" } as const;

const numbered = (count: number, from = 1) => Array.from({ length: count }, (_, index) => `#${index + from} kept`);

/** Each message is laid out and painted on two screens: that, not the relay, is what takes the time. */
const { size } = faultSuite("relay-killed", { short: { sends: 40, awayMs: 6_000 }, full: { sends: 500, awayMs: 20_000 } });

test(`the relay is killed with -9 in the middle of ${size.sends} sends and started again: all arrive once, in order`, async ({ browser }) => {
  test.setTimeout(600_000);
  const roost = await startRoost();
  try {
    const sender = await signedIn(browser, roost.url, PARENT);
    const receiver = await signedIn(browser, roost.url, OTHER);
    const conversationId = await parentsChatId(sender.page.request);
    await openParentsChat(receiver.page);
    await connected(receiver.page);
    const expected = numbered(size.sends);
    for (const [index, text] of expected.entries()) {
      if (index === Math.floor(size.sends * 0.4)) await roost.kill("relay", "SIGKILL");
      if (index === Math.floor(size.sends * 0.7)) await roost.restart("relay");
      expect((await postMessage(sender.page.request, roost.url, conversationId, text)).status()).toBe(201);
    }
    await until(async () => (await bubbleTexts(receiver.page, "#")).length >= expected.length, { timeout: 120_000, interval: 500, what: "all messages to arrive" });
    expect(await bubbleTexts(receiver.page, "#")).toEqual(expected);
  } finally {
    await roost.stop();
  }
});

test(`the channels server is away for ${size.awayMs / 1_000} s: everything arrives by polling, then push resumes, none missing, none twice`, async ({ browser }) => {
  test.setTimeout(400_000);
  const roost = await startRoost();
  try {
    const sender = await signedIn(browser, roost.url, PARENT);
    const receiver = await signedIn(browser, roost.url, OTHER);
    const conversationId = await parentsChatId(sender.page.request);
    await openParentsChat(receiver.page);
    await connected(receiver.page);
    const send = async (texts: string[]) => {
      for (const text of texts) expect((await postMessage(sender.page.request, roost.url, conversationId, text)).status()).toBe(201);
    };
    const arrived = (count: number, what: string) => until(async () => (await bubbleTexts(receiver.page, "#")).length >= count, { timeout: 15_000, what });

    await send(numbered(5));
    await arrived(5, "messages by push");
    await roost.kill("channels", "SIGKILL");
    const away = performance.now();
    await send(numbered(10, 6));
    await arrived(15, "messages by polling");
    await expect(receiver.page.locator('[data-connection="polling"]:visible').first()).toBeVisible();
    await send(numbered(10, 16));
    await until(() => performance.now() - away > size.awayMs, { timeout: size.awayMs + 5_000, interval: 250, what: "time to pass" });
    await roost.restart("channels");
    await connected(receiver.page);
    await send(numbered(10, 26));
    await arrived(35, "messages after the return");
    expect(await bubbleTexts(receiver.page, "#")).toEqual(numbered(35));
  } finally {
    await roost.stop();
  }
});

test("an answer lost after the commit: the message is on its way until the repeat is answered, and stands once", async ({ browser }) => {
  const roost = await startRoost();
  try {
    const { page } = await signedIn(browser, roost.url, PARENT, INTERCEPTED);
    await openParentsChat(page);
    let lost = 0;
    await page.route("**/api/messages", async (route) => {
      if (lost++ > 0) return route.continue();
      await route.fetch();
      return route.abort("connectionreset");
    });
    await page.locator('textarea[name="body"]').fill("#1 once");
    await page.keyboard.press("Enter");
    const bubble = page.locator("[data-message]", { hasText: "#1 once" });
    await expect(bubble).toHaveAttribute("data-status", "sent", { timeout: patient(15_000) });
    // Its event may come before the answer to the repeat; repeated it is all the same.
    await until(() => lost > 1, { timeout: 15_000, what: "the repeat" });
    await page.reload();
    await expect(bubble).toHaveCount(1);
  } finally {
    await roost.stop();
  }
});

test("a refused message keeps its text and says why; retry sends it, delete removes it", async ({ browser }) => {
  const roost = await startRoost();
  try {
    const { page } = await signedIn(browser, roost.url, PARENT, INTERCEPTED);
    await openParentsChat(page);
    let refuse = true;
    await page.route("**/api/messages", (route) =>
      refuse ? route.fulfill({ status: 422, json: { error: { code: "invalid-input", message: "Something here needs another look." } } }) : route.continue(),
    );
    const field = page.locator('textarea[name="body"]');
    await field.fill("#1 kept");
    await field.press("Enter");
    await field.fill("#2 thrown away");
    await field.press("Enter");
    const kept = page.locator("li", { hasText: "#1 kept" });
    await expect(kept.locator('[data-status="failed"]')).toBeVisible();
    await expect(kept).toContainText("Something here needs another look.");
    const thrown = page.locator("li", { hasText: "#2 thrown away" });
    await thrown.getByRole("button", { name: "Delete" }).click();
    await expect(thrown).toHaveCount(0);
    refuse = false;
    await kept.getByRole("button", { name: "Try again" }).click();
    await expect(kept.locator('[data-status="sent"]')).toBeVisible();
    await page.reload();
    expect(await bubbleTexts(page, "#")).toEqual(["#1 kept"]);
  } finally {
    await roost.stop();
  }
});
