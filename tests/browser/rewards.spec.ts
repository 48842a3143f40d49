/** The rewards shop in real browsers: each step live, polled and caught up with; the catalogue ordered by hand and by keys; all of it without JavaScript. Covers E7, F3, issue 7's bars 6 to 8. */
import type { Browser, BrowserContextOptions, Page } from "@playwright/test";
import { patient } from "#tests/support/patience.ts";
import { startRoost, type Roost } from "#tests/support/processes.ts";
import { violations } from "./audit.ts";
import { connected, OTHER, PARENT, signedIn } from "./household.ts";
import { post } from "./new-family.ts";
import { expect, test } from "./test.ts";

let roost: Roost;
test.beforeAll(async () => void (roost = await startRoost()));
test.afterAll(() => roost?.stop());

async function childIn(browser: Browser, options: BrowserContextOptions = {}) {
  const context = await browser.newContext({ baseURL: roost.url, locale: "en-GB", timezoneId: "UTC", ...options });
  await post(context, roost.url, "/login/child", { familyCode: "demo", userName: "child", pin: "2468" });
  return { context, page: await context.newPage() };
}

const card = (page: Page, name: string) => page.locator("li[data-product]", { hasText: name });
const free = (page: Page) => page.locator("[data-free]");
const clean = async (page: Page) => expect(await violations(page)).toEqual([]);

test("asked, granted, undone, refused: the other side sees each step, pushed, polled and after being away", async ({ browser }) => {
  const child = await childIn(browser);
  const mona = await signedIn(browser, roost.url, PARENT);
  const adam = await signedIn(browser, roost.url, OTHER);
  const polling = await browser.newContext({ baseURL: roost.url, locale: "en-GB", timezoneId: "UTC", storageState: await adam.context.storageState() });
  await polling.routeWebSocket(/.*/, (socket) => socket.close());
  const polled = await polling.newPage();

  await child.page.goto("/rewards");
  await mona.page.goto("/rewards");
  await polled.goto("/");
  for (const { page } of [child, mona]) await connected(page);
  await clean(child.page);
  await clean(mona.page);
  // 14 stars, five of them wait for the ice cream.
  await expect(free(child.page)).toHaveAttribute("data-free", "9");
  await expect(card(child.page, "Swimming pool")).toContainText("6 more stars");
  await expect(polled.getByText("1 request for a reward")).toBeVisible();

  // Adam is away while it is asked for.
  await adam.page.goto("/family");
  await connected(adam.page);
  await adam.context.setOffline(true);

  const film = card(child.page, "Choosing the film");
  await expect(film).toContainText("1 left");
  await film.getByRole("button", { name: /^Ask for/ }).dblclick();
  await expect(free(child.page)).toHaveAttribute("data-free", "3");
  await expect(film).toContainText("None left");
  const request = mona.page.locator('[data-redemption][data-state="waiting"]', { hasText: "Choosing the film" });
  await expect(request).toHaveCount(1);
  await expect(card(mona.page, "Choosing the film")).toContainText("None left");
  await expect(polled.getByText("2 requests for rewards")).toBeVisible({ timeout: patient(15_000) });

  await request.getByRole("button", { name: /^Yes to/ }).click();
  const granted = (page: Page) => page.locator('[data-redemption][data-state="approved"]', { hasText: "Choosing the film" });
  await expect(granted(child.page)).toContainText("Granted");
  await expect(free(child.page)).toHaveAttribute("data-free", "3");
  await expect(polled.getByText("1 request for a reward")).toBeVisible({ timeout: patient(15_000) });
  await adam.context.setOffline(false);
  await expect(adam.page.getByText("1 request for a reward")).toBeVisible({ timeout: patient(30_000) });
  await expect(adam.page.locator("[data-stars]", { hasText: "Noor" }).locator("[data-balance]")).toHaveText("8", { timeout: patient(15_000) });

  await granted(mona.page).getByRole("button", { name: /^Undo/ }).click();
  await expect(free(child.page)).toHaveAttribute("data-free", "9");
  await expect(film).toContainText("1 left");
  await mona.page.locator('[data-redemption][data-state="waiting"]', { hasText: "Ice cream" }).getByRole("button", { name: /^Not now/ }).click();
  await expect(free(child.page)).toHaveAttribute("data-free", "14");
  await expect(child.page.locator("[data-held]")).toHaveCount(0);

  // What is wished for follows, on both sides; less than it costs now is never held.
  await card(child.page, "Picnic").getByRole("button", { name: /^Save for/ }).click();
  await expect(mona.page.getByText(/Saves for Picnic/)).toBeVisible();
});

test("the catalogue: shelves by hand, by keys and by buttons; what is changed shows on open pages, also polled ones, and nothing jumps", async ({ browser }) => {
  const mona = await signedIn(browser, roost.url, PARENT);
  const child = await childIn(browser);
  const polling = await browser.newContext({ baseURL: roost.url, locale: "en-GB", storageState: await child.context.storageState() });
  await polling.routeWebSocket(/.*/, (socket) => socket.close());
  const polled = await polling.newPage();
  for (const page of [child.page, polled]) await page.goto("/rewards");
  await connected(child.page);
  const shelves = (page: Page) => page.locator("h2[id^=shelf] bdi").allTextContents();
  const latin = async (page: Page) => (await shelves(page)).map((name) => name.split(" ·")[0]);

  await mona.page.goto("/rewards/manage");
  await connected(mona.page);
  await clean(mona.page);
  const handle = (name: string) => mona.page.locator("[data-category]", { hasText: name }).getByRole("button", { name: /arrow keys/ });
  await handle("Treats").focus();
  await mona.page.keyboard.press("ArrowDown");
  await expect(mona.page.getByText("Treats · حلويات is now in place 2 of 3.")).toBeAttached();
  await expect.poll(() => latin(child.page)).toEqual(["Outings", "Treats", "Evenings"]);

  // Where it is is looked up once nothing moves any more, and not before.
  await handle("Evenings").hover();
  await mona.page.mouse.down();
  const top = (await handle("Outings").boundingBox())!;
  await mona.page.mouse.move(top.x + top.width / 2, top.y + top.height / 2, { steps: 6 });
  await mona.page.mouse.up();
  await expect.poll(() => latin(child.page)).toEqual(["Evenings", "Outings", "Treats"]);

  const section = mona.page.locator("details#product-new");
  await section.locator("summary").click();
  await section.getByLabel("Name", { exact: true }).fill("Staying up late");
  await section.getByLabel("Price in stars").fill("0");
  await section.getByRole("button", { name: "Add the reward" }).evaluate((button) => ((button as HTMLButtonElement).form!.noValidate = true));
  await section.getByRole("button", { name: "Add the reward" }).click();
  await expect(section.getByLabel("Price in stars")).toBeFocused();
  await section.getByLabel("Price in stars").fill("7");
  await section.getByRole("button", { name: "Add the reward" }).dblclick();
  await expect(mona.page.locator("[data-product]", { hasText: "Staying up late" })).toHaveCount(1);
  await expect(card(child.page, "Staying up late")).toHaveCount(1);
  await expect(card(polled, "Staying up late")).toHaveCount(1, { timeout: patient(15_000) });

  const offer = mona.page.locator("details#promotion-new");
  await offer.locator("summary").click();
  await offer.getByLabel("Name", { exact: true }).fill("Late week");
  await offer.getByLabel("On what?").selectOption({ label: "Staying up late" });
  await offer.getByLabel("How much?").fill("50");
  await offer.getByRole("button", { name: "Add the promotion" }).click();
  await expect(card(child.page, "Staying up late")).toContainText("instead of 7 stars");
  await expect(card(child.page, "Staying up late").getByRole("button", { name: /^Ask for/ })).toBeVisible();

  // Saved, a row closes with the focus on it; what it shows next is what was saved.
  const late = mona.page.locator("[data-product]", { hasText: "Staying up late" });
  await late.locator("summary").click();
  await late.getByLabel("How many are left").fill("4");
  await late.getByRole("button", { name: "Save" }).click();
  await expect(late.locator("summary")).toBeFocused();
  await expect(late.locator("summary")).toContainText("4 left");
  await expect(late.locator('input[name="stockBefore"]')).toHaveValue("4");
  await expect(card(child.page, "Staying up late")).toContainText("4 left");

  await mona.page.getByLabel("Motto").fill("Stars for all");
  await mona.page.locator("form", { has: mona.page.getByLabel("Motto") }).getByRole("button", { name: "Save" }).click();
  await expect(child.page.getByText("Stars for all")).toBeVisible();

  // Pictures have their place before they are here.
  const still = await childIn(browser);
  await still.page.addInitScript(() => {
    const shifts: number[] = [];
    Object.assign(window, { shifts });
    new PerformanceObserver((list) => list.getEntries().forEach((entry) => shifts.push((entry as unknown as { value: number }).value))).observe({ type: "layout-shift", buffered: true });
  });
  await still.page.goto("/rewards");
  await connected(still.page);
  expect(await still.page.evaluate(() => (window as unknown as { shifts: number[] }).shifts.reduce((sum, value) => sum + value, 0))).toBeLessThan(0.02);
});

test("without JavaScript: asked, decided, undone; a shelf moved and added", async ({ browser }) => {
  const child = await childIn(browser, { javaScriptEnabled: false });
  const mona = await signedIn(browser, roost.url, PARENT, { javaScriptEnabled: false });
  await child.page.goto("/rewards");
  await card(child.page, "Half an hour of games").getByRole("button", { name: /^Ask for/ }).click();
  await expect(child.page.locator('[data-redemption][data-state="waiting"]', { hasText: "Half an hour" })).toBeVisible();
  await mona.page.goto("/rewards");
  await mona.page.locator('[data-state="waiting"]', { hasText: "Half an hour" }).getByRole("button", { name: /^Yes to/ }).click();
  await mona.page.locator('[data-state="approved"]', { hasText: "Half an hour" }).getByRole("button", { name: /^Undo/ }).click();
  await expect(mona.page.locator('[data-state="undone"]', { hasText: "Half an hour" })).toBeVisible();

  await mona.page.goto("/rewards/manage");
  const rows = mona.page.locator("[data-category]");
  const first = (await rows.first().locator("bdi").first().textContent())!;
  await rows.first().getByRole("button", { name: /down$/ }).click();
  await expect(rows.nth(1)).toContainText(first);
  const section = mona.page.locator("details#category-new");
  await section.locator("summary").click();
  await section.getByLabel("Name", { exact: true }).fill("Music");
  await section.getByRole("button", { name: "Add the shelf" }).click();
  await expect(rows).toHaveCount(4);
});
