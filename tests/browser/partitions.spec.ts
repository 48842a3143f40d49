/** Real tabs that go offline and are closed while their people write: nothing is lost, nothing is double. Covers issue 3's bar 4 in a browser; tests/faults has the many. */
import type { BrowserContext, Page } from "@playwright/test";
import { openDatabase } from "#db/database.ts";
import { faultSuite } from "#tests/faults/size.ts";
import { seeded } from "#tests/realtime/seeded.ts";
import { patient } from "#tests/support/patience.ts";
import { startRoost } from "#tests/support/processes.ts";
import { bubbleTexts, connected, openParentsChat, OTHER, PARENT, signedIn } from "./household.ts";
import { expect, test } from "./test.ts";

const SEED = Number(process.env["SEED"] ?? Math.floor(Math.random() * 2 ** 31));
const CONVERGED_MS = 5_000;
const { size: ROUNDS } = faultSuite("partitions-browser", { short: 4, full: 20 });
/** What was written while offline is first to be sent. */
const SENT_MS = 15_000;

test(`${ROUNDS} rounds of tabs offline and killed, by two people in three tabs`, async ({ browser }) => {
  test.setTimeout(400_000);
  console.info(`partitions in browsers: seed ${SEED}; again: SEED=${SEED} npx playwright test partitions`);
  const random = seeded(SEED);
  const roost = await startRoost();
  const db = await openDatabase(roost.databaseUrl);
  try {
    const parent = await signedIn(browser, roost.url, PARENT);
    const other = await signedIn(browser, roost.url, OTHER);
    const chat = `/chats/${await openParentsChat(parent.page)}`;
    const open = async (context: BrowserContext, page?: Page) => {
      const tab = page ?? (await context.newPage());
      await tab.goto(chat);
      // Its texts come last: a page that is cut off before them has no scripts to keep what is written.
      await connected(tab);
      return { context, page: tab };
    };
    const tabs = [await open(parent.context, parent.page), await open(parent.context), await open(other.context, other.page)];
    const written: string[] = [];
    const write = async (page: Page) => {
      const text = `#${written.length + 1} by somebody`;
      await page.locator('textarea[name="body"]').fill(text);
      await page.keyboard.press("Enter");
      await expect(page.locator("[data-message]", { hasText: text })).toHaveCount(1);
      written.push(text);
    };

    for (let round = 0; round < ROUNDS; round++) {
      const at = Math.floor(random() * tabs.length);
      const { context, page } = tabs[at]!;
      await context.setOffline(true);
      await write(page);
      await write(tabs[(at + 1) % tabs.length]!.page);
      if (random() < 0.5) {
        // What was kept before the tab is gone is what its next one sends.
        await page.close({ runBeforeUnload: false });
        await context.setOffline(false);
        tabs[at] = await open(context);
      } else {
        await write(page);
        await context.setOffline(false);
      }
    }

    await expect(async () => {
      const rows = await db.all<{ body: string }>("SELECT body FROM messages WHERE body LIKE '#%'");
      expect(rows.map(({ body }) => body).sort()).toEqual([...written].sort());
    }).toPass({ timeout: patient(SENT_MS) });
    const order = (await db.all<{ body: string }>("SELECT body FROM messages WHERE body LIKE '#%' ORDER BY seq")).map(({ body }) => body);
    for (const { page } of tabs) await expect.poll(() => bubbleTexts(page, "#"), { timeout: patient(CONVERGED_MS) }).toEqual(order);
  } finally {
    await db.close();
    await roost.stop();
  }
});
