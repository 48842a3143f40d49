/** Who is here, as people see it in real browsers: live, killed, by polling, without JavaScript. Covers B8 and issue 4's bar 5. */
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { chromium, type Page } from "@playwright/test";
import { patient } from "#tests/support/patience.ts";
import { startRoost, type Roost } from "#tests/support/processes.ts";
import { connected, openParentsChat, OTHER, PARENT, signedIn, signedInAtHome, signIn } from "./household.ts";
import { expect, test } from "./test.ts";

/** Channels waits 3 s; what is shown follows within 10 s. */
const OFFLINE_WITHIN_MS = 13_000;

const line = (page: Page) => page.locator(".chat-header [data-presence]");
const dots = (page: Page) => page.locator(".chats-list .conversation-row", { has: page.getByText("online", { exact: true }) });

test.describe("with a live connection", () => {
  let roost: Roost;
  test.beforeAll(async () => void (roost = await startRoost()));
  test.afterAll(() => roost.stop());

  test("comes with the first tab, goes with the last, and with a killed browser", async ({ browser }) => {
    const watcher = await signedIn(browser, roost.url, OTHER);
    await openParentsChat(watcher.page);
    await connected(watcher.page);
    const chat = watcher.page.url();

    const { context, page } = await signedInAtHome(browser, roost.url, PARENT);
    await expect(line(watcher.page)).toHaveAttribute("data-presence", "online");
    await expect(line(watcher.page)).toHaveText("Here now");
    await expect(dots(watcher.page)).toHaveCount(1);
    await context.newPage().then((second) => second.goto("/chats"));
    await page.close();
    await expect(line(watcher.page)).toHaveText("Here now");
    await context.close();
    await expect(line(watcher.page)).toHaveText("Last here just now", { timeout: patient(OFFLINE_WITHIN_MS) });
    await expect(dots(watcher.page)).toHaveCount(0);

    const profile = await mkdtemp(path.join(tmpdir(), "roost-browser-"));
    const { launchOptions } = test.info().project.use;
    const killed = await chromium.launchPersistentContext(profile, { ...launchOptions, baseURL: roost.url });
    await signIn(killed.pages()[0]!, PARENT);
    await expect(line(watcher.page)).toHaveText("Here now");
    process.kill(await browserPid(profile), "SIGKILL");
    await expect(line(watcher.page)).toHaveText("Last here just now", { timeout: patient(OFFLINE_WITHIN_MS) });
    // A reload says the same as what was told.
    await watcher.page.goto(chat);
    await expect(line(watcher.page)).toHaveAttribute("data-presence", "offline");
    await killed.close();
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });

    // Nothing of it is read out by itself.
    await expect(watcher.page.locator("[aria-live] [data-presence], [role=status] [data-presence], [role=log] [data-presence]")).toHaveCount(0);
  });

  test("without JavaScript the page says it, and an open chat counts as being here", async ({ browser }) => {
    const watcher = await signedIn(browser, roost.url, PARENT);
    await openParentsChat(watcher.page);
    await connected(watcher.page);
    const { page, context } = await signedIn(browser, roost.url, OTHER, { javaScriptEnabled: false });
    await page.goto(new URL(watcher.page.url()).pathname);
    await expect(line(page)).toHaveText("Here now");
    await expect(line(watcher.page)).toHaveText("Here now");
    await context.close();
  });
});

test("by polling alone the same is seen, some seconds later", async ({ browser }) => {
  const roost = await startRoost({ channels: "none" });
  try {
    const watcher = await signedIn(browser, roost.url, OTHER);
    await openParentsChat(watcher.page);
    await expect(line(watcher.page)).toHaveCount(0);
    const { context } = await signedInAtHome(browser, roost.url, PARENT);
    // A poll of theirs, and then one of ours.
    await expect(line(watcher.page)).toHaveText("Here now", { timeout: patient(40_000) });
    await context.close();
  } finally {
    await roost.stop();
  }
});

/** The browser's main process, told by its profile folder. */
async function browserPid(profile: string): Promise<number> {
  for (const entry of await readdir("/proc")) {
    if (!/^\d+$/.test(entry)) continue;
    const command = await readFile(`/proc/${entry}/cmdline`, "utf8").catch((error: NodeJS.ErrnoException) => `gone ${error.code}`);
    if (command.includes(profile) && !command.includes("--type=")) return Number(entry);
  }
  throw new Error("no browser with this profile");
}
