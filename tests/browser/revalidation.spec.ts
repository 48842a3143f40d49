/** Revalidation on open screens: a family's page follows, a second admin looks on, by push and by poll; without scripts, too. Covers G3, issue 6's bar 2. */
import type { Page } from "@playwright/test";
import pino from "pino";
import { parseSettings } from "#app/config/settings.ts";
import { ADMIN_CHANNEL } from "#app/domain/channels.ts";
import { newId } from "#app/domain/ids.ts";
import { operationProgress, type OperationProgress } from "#app/domain/maintenance/events.ts";
import { openDatabase, type Database } from "#db/database.ts";
import { patient } from "#tests/support/patience.ts";
import { startRoost, type Roost } from "#tests/support/processes.ts";
import { announcer } from "#worker/relay/publishers/announce.ts";
import { pusherPublisher } from "#worker/relay/publishers/pusher.ts";
import { ADMIN, connected, PARENT, signedIn } from "./household.ts";
import { expect, test } from "./test.ts";

let roost: Roost;
let db: Database;
test.beforeAll(async () => {
  roost = await startRoost();
  db = await openDatabase(roost.databaseUrl);
});
test.afterAll(async () => {
  await db?.close();
  await roost?.stop();
});

const bar = (page: Page) => page.getByRole("progressbar").first();
const everything = (page: Page) => page.getByRole("button", { name: "Refresh everything" });
/** The state of the newest operation in the card. */
const newest = (page: Page) => page.locator("section", { has: page.getByRole("heading", { name: "Last operations" }) }).getByRole("listitem").first();

test("open pages load anew what they show; other admins see who does what and how far it is, and wait their turn", async ({ browser }) => {
  const robin = await signedIn(browser, roost.url, ADMIN);
  const storageState = await robin.context.storageState();
  const second = await (await browser.newContext({ baseURL: roost.url, locale: "en-GB", storageState })).newPage();
  const without = await browser.newContext({ baseURL: roost.url, locale: "en-GB", storageState });
  await without.routeWebSocket(/.*/, (socket) => socket.close());
  const polled = await without.newPage();
  const mona = await signedIn(browser, roost.url, PARENT);
  await mona.page.goto("/family");
  const template = mona.page.locator('button[name="templateId"] bdi').first();
  const name = await template.textContent();
  await connected(mona.page);
  for (const page of [robin.page, second, polled]) await page.goto("/admin");
  for (const page of [robin.page, second]) await connected(page);

  // Changed by hand, past the app: memory is what is shown, until somebody says that it is out of date.
  await db.batch([{ sql: "UPDATE timer_templates SET name = 'Trombone' WHERE name = ?", args: [name] }]);
  await mona.page.reload();
  await expect(template).toHaveText(name!);
  await everything(robin.page).click();
  for (const page of [robin.page, second, polled]) await expect(newest(page)).toContainText(/Refreshed everything.*Done/s, { timeout: patient(15_000) });
  await expect(template).toHaveText("Trombone");

  // Another process's, told by events of that process; the page that gets none asks by itself.
  const id = newId();
  const announce = announcer(pusherPublisher(parseSettings(roost.env).channels!), pino({ level: "silent" }));
  const tell = (state: OperationProgress["state"], stepsDone: number) => announce({ type: operationProgress, channel: ADMIN_CHANNEL, payload: { id, kind: "refresh-all", state, stepsDone, stepsTotal: 4, failureCount: 0 } });
  await db.batch([
    {
      sql: "INSERT INTO operations (id, kind, actor_id, items, item_count, state, exclusive, steps_done, steps_total, started_at, beat_at) SELECT ?, 'refresh-all', id, '[]', 0, 'running', 'revalidation', 1, 4, ?, ? FROM users WHERE email = ?",
      // It shows no further sign of life: far ahead, it counts as running for as long as this test may take.
      args: [id, Date.now(), Date.now() + 600_000, ADMIN],
    },
  ]);
  expect(await tell("running", 1)).toBe(true);
  for (const page of [second, polled]) {
    await expect(bar(page)).toHaveAttribute("aria-valuenow", "1", { timeout: patient(15_000) });
    await expect(everything(page)).toBeDisabled();
  }
  await tell("running", 3);
  await expect(bar(second)).toHaveAttribute("aria-valuenow", "3");
  await expect(bar(second)).toHaveAttribute("aria-valuetext", "3 of 4");

  // Without scripts the page tells the same, and a form that is pressed nevertheless is refused in words.
  const plain = await browser.newContext({ baseURL: roost.url, locale: "en-GB", storageState, javaScriptEnabled: false });
  const page = await plain.newPage();
  await page.goto("/admin");
  await expect(bar(page)).toHaveAttribute("aria-valuenow", "1");
  const refused = await plain.request.post("/admin", { headers: { Origin: roost.url }, maxRetries: 2, form: { intent: "refresh-all" }, maxRedirects: 0 });
  expect([refused.status(), (await refused.text()).includes("This is already being done.")]).toEqual([409, true]);

  await db.batch([{ sql: "UPDATE operations SET state = 'succeeded', steps_done = 4, finished_at = ? WHERE id = ?", args: [Date.now(), id] }]);
  await tell("succeeded", 4);
  for (const each of [second, polled]) await expect(everything(each)).toBeEnabled({ timeout: patient(15_000) });

  await page.goto("/admin");
  await page.getByRole("button", { name: "Refresh these kinds" }).click();
  await expect(page.getByText("Please choose at least one kind.")).toBeVisible();
  await page.getByRole("checkbox", { name: "Timer templates" }).check();
  await page.getByRole("button", { name: "Refresh these kinds" }).click();
  await expect(newest(page)).toContainText(/Refreshed by tags.*Done/s);
});
