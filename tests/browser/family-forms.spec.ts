/**
 * Forms of the family and of rooms in real browsers: pressed twice they do it once, half typed they stay while the
 * timers load themselves anew (without JavaScript), and a search finds somebody letter by letter.
 */
import { openDatabase, type Database } from "#db/database.ts";
import { newId } from "#app/domain/ids.ts";
import { fillRoom } from "#tests/domain/people.ts";
import { patient } from "#tests/support/patience.ts";
import { startRoost, type Roost } from "#tests/support/processes.ts";
import { connected } from "./household.ts";
import { headOfFamily, post } from "./new-family.ts";
import { expect, test } from "./test.ts";
import { until } from "./until.ts";

let roost: Roost;
let database: Database;
test.beforeAll(async () => {
  roost = await startRoost();
  database = await openDatabase(roost.databaseUrl);
});
test.afterAll(async () => {
  await database.close();
  await roost.stop();
});

test("a template pressed twice starts one timer; for somebody else, another one", async ({ browser }) => {
  const { context, page } = await headOfFamily(browser, roost.url);
  await post(context, roost.url, "/family/templates", { intent: "template-create", name: "Reading", minutes: "20", stars: "1", icon: "", hue: "3" });
  await page.goto("/family");
  await connected(page);
  const button = page.getByRole("button", { name: /^Reading/ });
  const cards = page.locator("[data-timer]");
  const sent = page.waitForRequest((request) => request.method() === "POST" && request.url().includes("/family"));
  await button.dblclick();
  // Of this page, this template, and nobody in particular.
  expect(new URLSearchParams((await sent).postData() ?? "").get("key")).toMatch(/^[0-9a-f]{32}-[0-9a-f]{12}-$/);
  await expect(cards).toHaveCount(1);
  await expect(button).not.toHaveAttribute("aria-busy", "true");
  await page.getByLabel("For whom?").first().selectOption({ label: "Nour" });
  await button.click();
  await expect(cards).toHaveCount(2);
  const [row] = await database.all<{ n: number }>("SELECT count(*) AS n FROM timers WHERE name = 'Reading'");
  expect(row!.n).toBe(2);
});

test("without JavaScript what is half typed stays while the timers load themselves anew; what is pressed among them changes the page", async ({ browser }) => {
  const { context, page } = await headOfFamily(browser, roost.url, { javaScriptEnabled: false });
  await post(context, roost.url, "/family", { intent: "timer-start", name: "Eggs", minutes: "10", memberId: "" });
  // The frame comes back a second after the end.
  await database.transact((tx) => tx.all("UPDATE timers SET ends_at = ? WHERE name = 'Eggs'", [Date.now() + 5_000]));
  await page.goto("/family");
  await expect(page.locator(".timers-list [data-timer]")).toBeHidden();
  const frame = page.frameLocator("iframe.timers-frame");
  await expect(frame.locator("[data-timer]")).toBeVisible();
  const typed = page.getByRole("region", { name: "Timers" }).getByLabel("What for?");
  await typed.fill("Half a na");
  await page.waitForEvent("framenavigated", { predicate: (each) => each.url().endsWith("/family/timers"), timeout: patient(30_000) });
  await expect(typed).toHaveValue("Half a na");
  await until(async () => (await database.all("SELECT 1 FROM timers WHERE name = 'Eggs' AND state = 'expired'")).length > 0, { timeout: 30_000, what: "the timer to end" });
  await page.goto("/family");
  await frame.locator('button[value="timer-confirm"]').click();
  await expect(frame.getByText("No timer runs.")).toBeVisible();
  await expect(page.locator(".timers-list [data-timer]")).toHaveCount(0);
  expect(page.url()).toBe(`${roost.url}/family`);
});

test("somebody is found by typing: to be removed from a large room, to be invited into another", async ({ browser }) => {
  const { context, page } = await headOfFamily(browser, roost.url);
  const room = async (name: string) => post(context, roost.url, "/chats", { intent: "create-room", name, access: "closed" });
  const [large, small] = [await room("Street"), await room("Garden")];
  await fillRoom({ db: database, newId, now: Date.now }, large.split("/")[2]!, 110);
  await page.goto(`${large}/info`);
  await connected(page);
  const members = page.locator("[data-member]");
  await expect(members).toHaveCount(20);
  await page.getByRole("button", { name: "More members" }).click();
  await expect(page.getByRole("button", { name: "Back to the first" })).toBeVisible();
  await page.getByRole("searchbox", { name: "Search the members" }).pressSequentially("crowd 108");
  await expect(members).toHaveCount(1);
  await expect(page.getByText("1 person found")).toBeAttached();
  await page.locator("summary", { hasText: "Remove" }).click();
  await page.getByRole("button", { name: "Yes, remove" }).click();
  await expect(page.getByText("Nobody here has such a name.")).toBeVisible();
  await expect(page.getByRole("searchbox", { name: "Search the members" })).toHaveValue("crowd 108");

  await page.goto(`${small}/info`);
  await connected(page);
  await page.getByRole("searchbox", { name: "Search by name" }).pressSequentially("crowd 108");
  await page.getByRole("button", { name: "Invite Crowd 108" }).click();
  await expect(members.filter({ hasText: "Crowd 108" })).toBeVisible();
  await expect(page.getByRole("button", { name: /^Invite Crowd/ })).toHaveCount(0);
});
