/** Opening Roost without a network: the last chats, the queue, and nobody else's pages. Covers D4, D6. */
import { patient } from "#tests/support/patience.ts";
import { startRoost } from "#tests/support/processes.ts";
import { controlled, copied, copiesIn, copyHolds, offlineNotice, onScreen, queuedTexts, write } from "./offline-probes.ts";
import { connected, openParentsChat, OTHER, PARENT, parentsChat, PASSWORD, signedInAtHome } from "./household.ts";
import { expect, test } from "./test.ts";
import { until } from "./until.ts";

test.use({ serviceWorkers: "allow" });

test("the server is gone: the last pages open in a fresh tab, writing works, and goes out when it is back", async ({ browser }) => {
  const roost = await startRoost();
  try {
    const { context, page } = await signedInAtHome(browser, roost.url, PARENT);
    await controlled(page);
    const chat = `/chats/${await openParentsChat(page)}`;
    await connected(page);
    await write(page, "#1 before");
    await expect(onScreen(page, "#1 before", "sent")).toBeVisible();
    await page.goto("/");
    // A page that is left at once is none that was read.
    await copied(page, ["/"]);
    await page.goto("/chats");
    await copied(page, ["/", "/chats"]);
    await page.goto(chat);
    await copyHolds(page, chat, "#1 before");
    await page.close();
    await roost.kill("app", "SIGKILL");

    const fresh = await context.newPage();
    const problems: string[] = [];
    fresh.on("pageerror", (error) => problems.push(error.message));
    await fresh.goto(chat);
    await expect(onScreen(fresh, "#1 before", "sent")).toBeVisible({ timeout: patient(3_000) });
    await expect(offlineNotice(fresh)).toContainText("Opened offline");
    await expect(fresh.locator('[data-connection="offline"]:visible').first()).toBeVisible();
    await write(fresh, "#2 written offline");
    await expect(onScreen(fresh, "#2 written offline", "sending")).toBeVisible();
    expect(await queuedTexts(fresh)).toEqual(["#2 written offline"]);

    // Another tab from the start page, and from there by the links of the page.
    const home = await context.newPage();
    await home.goto("/");
    await home.locator('a[href="/chats"]:visible').first().click();
    await home.waitForURL("**/chats");
    await home.locator(`a[href="${chat}"]`).click();
    await expect(onScreen(home, "#1 before", "sent")).toBeVisible();
    await expect(onScreen(home, "#2 written offline", "sending")).toBeVisible();
    await home.close();

    // Other pages say how it is.
    const other = await context.newPage();
    await other.goto("/settings");
    await expect(other.locator("[data-offline-page]")).toContainText("You are offline");
    expect(new URL(other.url()).pathname).toBe("/settings");

    await roost.restart("app");
    await expect(onScreen(fresh, "#2 written offline", "sent")).toBeVisible({ timeout: patient(30_000) });
    await expect(offlineNotice(fresh)).toHaveCount(0);
    await other.getByRole("button", { name: "Try again" }).click();
    await expect(other.locator("[data-offline-page]")).toHaveCount(0);
    expect(new URL(other.url()).pathname).toBe("/settings");
    expect(problems).toEqual([]);
  } finally {
    await roost.stop();
  }
});

test("a chat reached by a link in the very first visit opens offline: what it loads was fetched before the worker could see it", async ({ browser }) => {
  const roost = await startRoost();
  try {
    const { page } = await signedInAtHome(browser, roost.url, PARENT);
    await page.locator('a[href="/chats"]:visible').first().click();
    await parentsChat(page).click();
    await page.waitForURL(/\/chats\/[0-9a-f]{32}/);
    await controlled(page);
    const chat = new URL(page.url()).pathname;
    await copied(page, [chat]);
    await until(() => page.evaluate(async (path) => {
      const files = (await (await caches.match(path, { ignoreVary: true }))!.text()).match(/\/assets\/[\w.~-]+/g) ?? [];
      return (await Promise.all(files.map((file) => caches.match(file, { ignoreVary: true })))).every(Boolean);
    }, chat), { timeout: 20_000, what: "everything that the page loads to be kept" });
    await roost.kill("app", "SIGKILL");
    await page.reload();
    await expect(offlineNotice(page)).toContainText("Opened offline");
    await expect(page.locator("[data-message]").first()).toBeVisible();
  } finally {
    await roost.stop();
  }
});

test("copies are one person's: gone at sign-out, gone when somebody else signs in, and never shown to them", async ({ browser }) => {
  const roost = await startRoost();
  try {
    const { context, page } = await signedInAtHome(browser, roost.url, PARENT);
    await controlled(page);
    const chat = `/chats/${await openParentsChat(page)}`;
    await copied(page, [chat]);
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.waitForURL("**/login");
    expect(await copiesIn(page)).toEqual([]);

    // Signed in again, with a copy; then the session ends without a word to this browser, and another person signs in.
    await page.locator('input[name="email"]').fill(PARENT);
    await page.locator('input[name="password"]').fill(PASSWORD);
    await page.locator('main form:has(input[name="password"]) button[type="submit"]').click();
    await page.waitForURL((to) => to.pathname === "/");
    await page.goto(chat);
    await copied(page, [chat]);
    const [parentId] = (await copiesIn(page))[0]!.split(" ");
    await page.goto("about:blank");
    await context.clearCookies();
    await page.goto("/login");
    await until(async () => (await copiesIn(page)).length === 0, { timeout: 5_000, what: "the copies of whoever is signed out to go" });
    await page.locator('input[name="email"]').fill(OTHER);
    await page.locator('input[name="password"]').fill(PASSWORD);
    await page.locator('main form:has(input[name="password"]) button[type="submit"]').click();
    await page.waitForURL((to) => to.pathname === "/");
    await copied(page, ["/"]);
    expect((await copiesIn(page)).filter((copy) => copy.startsWith(parentId!))).toEqual([]);
    await roost.kill("app", "SIGKILL");
    await page.goto(chat);
    await expect(page.locator("[data-offline-page]")).toBeVisible();
    await page.goto("/");
    await expect(page.locator("body")).toContainText("Adam");
  } finally {
    await roost.stop();
  }
});

test("a hanging network shows the copy within 3 s; answers for programs and of others are never kept", async ({ browser }) => {
  const roost = await startRoost();
  try {
    const { page } = await signedInAtHome(browser, roost.url, PARENT);
    await controlled(page);
    const chat = `/chats/${await openParentsChat(page)}`;
    await copied(page, [chat]);
    await page.goto("/settings");
    await page.evaluate(() => fetch("/api/time"));
    await roost.kill("app", "SIGSTOP");
    const from = Date.now();
    await page.goto(chat, { waitUntil: "commit" });
    await expect(offlineNotice(page)).toBeVisible({ timeout: patient(3_000) });
    const took = Date.now() - from;
    console.info(`a hanging network: the copy stands after ${took} ms`);
    expect(took).toBeLessThan(patient(3_000));
    const kept = await page.evaluate(async () => {
      const urls: string[] = [];
      for (const name of await caches.keys()) for (const { url } of await (await caches.open(name)).keys()) urls.push(url.replace(location.origin, ""));
      return urls;
    });
    expect(kept.filter((url) => !/^\/(?:assets\/|offline$|_root\.data$|chats(?:\/[0-9a-f]{32})?(?:\.data)?$|$)/.test(url))).toEqual([]);
    await roost.kill("app", "SIGCONT");
    await expect(offlineNotice(page)).toHaveCount(0, { timeout: patient(20_000) });
  } finally {
    await roost.kill("app", "SIGCONT");
    await roost.stop();
  }
});
