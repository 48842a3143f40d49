/** A family in real browsers: a child invited, stars and chores on two devices at once, in both languages. Covers A3, E4 to E6, H. */
import type { Browser, Page } from "@playwright/test";
import { startRoost, type Roost } from "#tests/support/processes.ts";
import { violations } from "./audit.ts";
import { connected, PASSWORD } from "./household.ts";
import { expect, test } from "./test.ts";

let roost: Roost;
test.beforeAll(async () => void (roost = await startRoost()));
test.afterAll(() => roost.stop());

/** Somebody new: the demo household stays as it is. */
async function newPerson(browser: Browser, name: string): Promise<Page> {
  const context = await browser.newContext({ baseURL: roost.url, locale: "en-GB", timezoneId: "UTC" });
  const page = await context.newPage();
  const answer = await page.request.post("/signup", { headers: { Origin: roost.url }, maxRetries: 2, form: { name, email: `${name.toLowerCase()}@nest.test`, password: PASSWORD, timeZone: "UTC" } });
  expect(answer.ok()).toBe(true);
  return page;
}

const balanceOf = (page: Page, name: string) => page.locator("[data-stars]", { hasText: name }).locator("[data-balance]");
const clean = async (page: Page) => expect(await violations(page)).toEqual([]);

test("begun, joined by a link, a child added; stars and chores are the same on both devices", async ({ browser }) => {
  const [page, partner] = [await newPerson(browser, "Salma"), await newPerson(browser, "Omar")];
  await page.goto("/family");
  await page.getByLabel("What is it called?").fill("The Nest");
  await page.getByRole("button", { name: "Begin" }).click();
  await expect(page.locator("h1")).toHaveText("The Nest");

  await page.getByRole("link", { name: "People" }).click();
  await page.getByRole("button", { name: "Make a link" }).click();
  const link = await page.getByLabel("The link").inputValue();
  await partner.goto(new URL(link).pathname);
  await partner.getByRole("button", { name: "Join" }).click();
  await partner.waitForURL("**/family");
  await expect(page.locator("[data-member]")).toHaveCount(2);

  const child = page.locator("form", { hasText: "Add the child" });
  await child.getByLabel("Name", { exact: true }).fill("ليلى");
  await child.getByLabel("User name").fill("two words");
  await child.getByLabel("PIN").fill("1357");
  await child.getByRole("button", { name: "Add the child" }).click();
  await expect(child.getByLabel("User name")).toBeFocused();
  await child.getByLabel("User name").fill("layla");
  await child.getByRole("button", { name: "Add the child" }).click();
  await expect(page.locator("[data-member]")).toHaveCount(3);
  await expect(partner.locator("[data-stars]")).toHaveCount(3);
  await clean(page);

  await page.goto("/family");
  await connected(partner);
  await page.getByText("Give or take stars").click();
  await page.getByLabel("How many?").fill("7");
  await page.getByLabel("What for?").last().fill("Homework");
  await page.getByRole("button", { name: "Give", exact: true }).click();
  await expect(balanceOf(page, "ليلى")).toHaveText("7");
  await expect(balanceOf(partner, "ليلى")).toHaveText("7");
  await partner.getByRole("button", { name: "Undo the stars: Homework" }).click();
  await expect(balanceOf(page, "ليلى")).toHaveText("0");

  await page.goto("/family/chores");
  await page.getByLabel("What is to be done?").fill("Feed the cat");
  await page.getByLabel("How often?").selectOption("weekdays");
  await page.getByLabel("Monday").check();
  await page.getByLabel("Thursday").check();
  await page.getByRole("button", { name: "Add the chore" }).click();
  await expect(page.locator("[data-planned]")).toContainText("Monday and Thursday");
  await clean(page);
  await partner.getByRole("button", { name: "Done: Feed the cat" }).click();
  await page.goto("/family");
  await expect(balanceOf(page, "Omar")).toHaveText("1");
  await page.getByText("Done lately").click();
  await page.getByRole("button", { name: "Undo: Feed the cat" }).click();
  await expect(balanceOf(partner, "Omar")).toHaveText("0");
  await expect(partner.getByRole("button", { name: "Done: Feed the cat" })).toBeVisible();
  await page.locator("summary", { hasText: "The week in numbers" }).click();
  await clean(page);
});
