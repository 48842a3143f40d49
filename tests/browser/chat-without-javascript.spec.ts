/** Every page and form works without JavaScript; the open chat refreshes itself and keeps what is being typed. Covers D5. */
import { patient } from "#tests/support/patience.ts";
import { startRoost, type Roost } from "#tests/support/processes.ts";
import { openParentsChat, OTHER, PARENT, PASSWORD, postMessage, signedIn } from "./household.ts";
import { expect, test } from "./test.ts";

let roost: Roost;
test.beforeAll(async () => void (roost = await startRoost({ channels: "none", relay: false })));
test.afterAll(() => roost.stop());

test("sign in, open a chat, send, read new ones while typing, change a setting, sign out", async ({ browser }) => {
  const { page } = await signedIn(browser, roost.url, PARENT, { javaScriptEnabled: false });
  const other = await signedIn(browser, roost.url, OTHER);
  const conversationId = await openParentsChat(page);

  const feed = page.frameLocator("iframe");
  const field = page.locator('textarea[name="body"]');
  await field.fill("#1 without a script");
  await page.locator('form:has(textarea[name="body"]) button[type="submit"]').click();
  await expect(feed.locator("[data-message]", { hasText: "#1 without a script" })).toBeVisible();
  await expect(page).toHaveURL(new RegExp(`/chats/${conversationId}`));

  // Half a message is typed; an answer comes into the frame; the half stays.
  await field.fill("half a mess");
  await postMessage(other.page.request, roost.url, conversationId, "#2 an answer");
  await expect(feed.locator("[data-message]", { hasText: "#2 an answer" })).toBeVisible({ timeout: patient(15_000) });
  await expect(field).toHaveValue("half a mess");

  // Read by a button, since nobody can see what was on the screen.
  await page.reload();
  await page.getByRole("button", { name: "Mark as read" }).click();
  await expect(page.getByRole("button", { name: "Mark as read" })).toHaveCount(0);

  await page.goto("/settings");
  await page.locator('select[name="language"], input[name="language"][value="ar"]').first().waitFor({ state: "attached" });
  const select = page.locator('select[name="language"]');
  if (await select.count()) await select.selectOption("ar");
  else await page.locator('input[name="language"][value="ar"]').check();
  await page.locator('form:has([name="language"]) button[type="submit"]').click();
  await expect(page.locator("html")).toHaveAttribute("dir", "rtl");

  await page.goto("/logout");
  await page.locator('main form[method="post"] button[type="submit"]').click();
  await page.goto("/chats");
  await expect(page).toHaveURL(/\/login/);
});

test("an empty message is refused on the page, with the reason at its field", async ({ browser }) => {
  const { page } = await signedIn(browser, roost.url, OTHER, { javaScriptEnabled: false });
  await openParentsChat(page);
  await page.locator('textarea[name="body"]').fill("   ");
  const [answer] = await Promise.all([page.waitForResponse((response) => response.request().method() === "POST"), page.locator('form:has(textarea[name="body"]) button[type="submit"]').click()]);
  expect(answer.status()).toBe(422);
  await expect(page.locator("#body-error")).toHaveText("Please write something or choose a file first.");
});

test("a form sent twice is one message", async ({ browser }) => {
  const { page } = await signedIn(browser, roost.url, OTHER, { javaScriptEnabled: false });
  const conversationId = await openParentsChat(page);
  const clientId = await page.locator('input[name="clientId"]').inputValue();
  for (let times = 0; times < 2; times++) {
    const answer = await page.request.post(`${roost.url}/chats/${conversationId}`, { headers: { Origin: roost.url }, maxRetries: 2, form: { intent: "send", clientId, body: "#double" }, maxRedirects: 0 });
    expect(answer.status()).toBe(302);
  }
  await page.reload();
  await expect(page.frameLocator("iframe").locator("[data-message]", { hasText: "#double" })).toHaveCount(1);
});

test("signing in with a wrong password keeps what was typed, but not the password", async ({ browser }) => {
  const context = await browser.newContext({ baseURL: roost.url, javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto("/login");
  await page.locator('input[name="email"]').fill(PARENT);
  await page.locator('input[name="password"]').fill(`${PASSWORD}x`);
  await page.locator('form:has(input[name="password"]) button[type="submit"]').click();
  await expect(page.locator('input[name="email"]')).toHaveValue(PARENT);
  await expect(page.locator('input[name="password"]')).toHaveValue("");
});
