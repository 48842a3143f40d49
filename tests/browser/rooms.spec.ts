/** Rooms in real browsers: made, joined, left; who is removed loses them at once; without JavaScript, offline. Covers C1, C2, D4, D5. */
import type { Browser, BrowserContextOptions, Page } from "@playwright/test";
import { patient } from "#tests/support/patience.ts";
import { startRoost, type Roost } from "#tests/support/processes.ts";
import { ADMIN, bubbleTexts, connected, OTHER, PARENT, postMessage, signedIn, signedInAtHome } from "./household.ts";
import { controlled, copyHolds, offlineNotice, onScreen, queuedTexts, write } from "./offline-probes.ts";
import { expect, test } from "./test.ts";

let roost: Roost;
test.beforeAll(async () => void (roost = await startRoost()));
test.afterAll(() => roost.stop());

const MONA = "Mona";
const ADAM = "Adam · آدم";

/** Wide enough for list, chat and what is known about it beside each other. */
const viewport = { width: 1440, height: 900 };
const asMona = (browser: Browser, options?: BrowserContextOptions) => signedIn(browser, roost.url, PARENT, { viewport, ...options });
const asAdam = (browser: Browser) => signedIn(browser, roost.url, OTHER, { viewport });
const asRobin = (browser: Browser) => signedIn(browser, roost.url, ADMIN, { viewport });

const idIn = (page: Page) => new URL(page.url()).pathname.split("/")[2]!;
const inList = (page: Page, name: string) => page.getByRole("region", { name: "Chats" }).getByRole("link", { name });
const memberRow = (page: Page, name: string) => page.locator("[data-member]", { hasText: name });

/** Makes a room by its form. */
async function makeRoom(page: Page, name: string, access: "open" | "closed"): Promise<string> {
  await page.goto("/chats");
  await page.getByRole("link", { name: "New room" }).click();
  await page.getByLabel("Name of the room").fill(name);
  await page.locator(`input[name="access"][value="${access}"]`).check();
  await page.getByRole("button", { name: "Make the room" }).click();
  await page.waitForURL(/\/chats\/[0-9a-f]{32}$/);
  return idIn(page);
}

async function invite(page: Page, name: string) {
  await page.getByRole("button", { name: `Invite ${name}` }).click();
  await expect(memberRow(page, name)).toBeVisible();
}

test("a closed room: invited, talking, seen; who is removed loses it at once, with every word of his own kept", async ({ browser }) => {
  const [mona, adam, robin] = [await asMona(browser), await asAdam(browser), await asRobin(browser)];
  await adam.page.goto("/chats");
  await connected(adam.page);
  const id = await makeRoom(mona.page, "Birthday plans", "closed");
  await write(mona.page, "#1 before anybody was here");
  await expect(onScreen(mona.page, "#1", "sent")).toBeVisible();

  // Beside the chat: members, and whom to invite. It comes into the other's list by itself.
  await mona.page.getByRole("link", { name: "About this room" }).click();
  await invite(mona.page, ADAM);
  await expect(mona.page.locator(".chat-header").first()).toContainText("2 members");
  await inList(adam.page, "Birthday plans").click();
  await adam.page.waitForURL(`**/chats/${id}`);
  await expect(adam.page.locator("textarea")).toBeVisible();
  await connected(adam.page);
  // Who comes into a closed room reads from then on.
  expect(await bubbleTexts(adam.page, "#")).toEqual([]);

  await write(adam.page, "#2 cake or ice cream?");
  await expect(onScreen(mona.page, "#2", "received")).toBeVisible();
  await expect(mona.page.locator("li", { hasText: "#2" }).locator("[id^=author-]")).toHaveText(ADAM);
  await write(mona.page, "#3 both");
  await expect(onScreen(adam.page, "#3", "received")).toBeVisible();
  await expect(mona.page.locator(".seen-by")).toContainText("Seen by everybody");
  await mona.page.locator(".seen-by summary").click();
  await expect(mona.page.locator(".seen-by li")).toContainText([ADAM]);

  // Only who owns it removes; a stranger finds nothing, and no room like it.
  await adam.page.getByRole("link", { name: "About this room" }).click();
  await expect(memberRow(adam.page, MONA)).toContainText("Owner");
  await expect(adam.page.getByText("Remove", { exact: true })).toHaveCount(0);
  await adam.page.getByRole("complementary").getByRole("link", { name: "Close" }).click();
  expect((await robin.page.goto(`/chats/${id}`))!.status()).toBe(404);
  expect((await robin.page.goto(`/chats/${id}/info`))!.status()).toBe(404);
  await robin.page.goto("/chats");
  await expect(robin.page.getByText("Birthday plans")).toHaveCount(0);

  await adam.page.locator("#body").fill("a half-written thought");
  await memberRow(mona.page, ADAM).locator("summary").click();
  await memberRow(mona.page, ADAM).getByRole("button", { name: "Yes, remove" }).click();
  await expect(adam.page.locator("[data-removed]")).toContainText("You are not in Birthday plans any more");
  await expect(adam.page.locator("[data-removed]")).toContainText("a half-written thought");
  await expect(adam.page.locator("textarea")).toHaveCount(0);
  await expect(inList(adam.page, "Birthday plans")).toHaveCount(0);
  await expect(memberRow(mona.page, ADAM)).toHaveCount(0);
  await expect(mona.page).toHaveURL(new RegExp(`/chats/${id}/info`));
  await connected(adam.page);

  await write(mona.page, "#4 now a surprise");
  await expect(onScreen(mona.page, "#4", "sent")).toBeVisible();
  expect((await postMessage(adam.page.request, roost.url, id, "#5 still here?")).status()).toBe(404);
  expect((await adam.page.request.get(`${roost.url}/chats/${id}.data`)).status()).toBe(404);
  expect((await adam.page.request.get(`${roost.url}/chats/${id}/feed`)).status()).toBe(404);
  expect(await (await adam.page.request.get(`${roost.url}/api/sync?cursor=0`)).text()).not.toContain("#4 now a surprise");
  await adam.page.reload();
  await expect(adam.page.locator("h1")).toHaveText("Nobody home here");
  await expect(adam.page.locator("body")).not.toContainText("#4");

  // Invited again: what was said in between stays unseen.
  await adam.page.goto("/chats");
  await connected(adam.page);
  await invite(mona.page, ADAM);
  await inList(adam.page, "Birthday plans").click();
  await write(mona.page, "#6 welcome back");
  await expect(onScreen(adam.page, "#6", "received")).toBeVisible();
  expect(await bubbleTexts(adam.page, "#")).toEqual(["#6 welcome back"]);
});

test("an open room: found, joined with its whole history, left again, and the list of each knows", async ({ browser }) => {
  const [mona, robin] = [await asMona(browser), await asRobin(browser)];
  const id = await makeRoom(mona.page, "Cinema", "open");
  await write(mona.page, "#1 which film?");
  await expect(onScreen(mona.page, "#1", "sent")).toBeVisible();
  await robin.page.goto("/chats");
  await robin.page.getByRole("button", { name: "Join Cinema" }).click();
  await robin.page.waitForURL(`**/chats/${id}`);
  await expect(onScreen(robin.page, "#1", "received")).toBeVisible();
  await expect(mona.page.locator(".chat-header").first()).toContainText("2 members");
  await write(robin.page, "#2 the one with the owl");
  await expect(onScreen(mona.page, "#2", "received")).toBeVisible();
  await expect(inList(mona.page, "Cinema")).toContainText(/Robin:\s*#2 the one with the owl/);

  // One chat notifies of nothing: the list says so.
  await robin.page.getByRole("link", { name: "About this room" }).click();
  await robin.page.getByLabel("Notify me about").selectOption("none");
  await expect(inList(robin.page, "Cinema").getByText("No notifications")).toBeAttached();

  await robin.page.getByText("Leave the room").click();
  await robin.page.getByRole("button", { name: "Yes, leave" }).click();
  await robin.page.waitForURL("**/chats");
  await expect(robin.page.getByRole("button", { name: "Join Cinema" })).toBeVisible();
  await expect(inList(robin.page, "Cinema")).toHaveCount(0);
  await expect(mona.page.locator(".chat-header").first()).toContainText("1 member");
});

test("without JavaScript: a room is made, refused with what was typed, talked in, invited to, muted, left", async ({ browser }) => {
  const { page } = await asMona(browser, { javaScriptEnabled: false });
  const robin = await asRobin(browser);
  await page.goto("/chats/new");
  await page.getByLabel("Name of the room").fill("   ");
  await page.locator('input[name="access"][value="closed"]').check();
  const [refused] = await Promise.all([page.waitForResponse((response) => response.request().method() === "POST"), page.getByRole("button", { name: "Make the room" }).click()]);
  expect(refused.status()).toBe(422);
  await expect(page.getByLabel("Name of the room")).toHaveAttribute("aria-invalid", "true");
  await expect(page.locator('input[name="access"][value="closed"]')).toBeChecked();
  await page.getByLabel("Name of the room").fill("Quiet room");
  await page.getByRole("button", { name: "Make the room" }).click();
  await page.waitForURL(/\/chats\/[0-9a-f]{32}/);
  const id = idIn(page);

  await page.locator("#body").fill("#1 without a script");
  await page.getByRole("button", { name: "Send" }).click();
  await page.getByRole("link", { name: "About this room" }).click();
  await page.getByRole("button", { name: "Invite Robin" }).click();
  await expect(page).toHaveURL(new RegExp(`/chats/${id}/info`));
  await expect(memberRow(page, "Robin")).toBeVisible();
  await postMessage(robin.page.request, roost.url, id, "#2 from Robin");
  await page.goto(`/chats/${id}`);
  const feed = page.frameLocator("iframe");
  await expect(feed.locator("[data-message]", { hasText: "#1" })).toBeVisible();
  await expect(feed.locator("li", { hasText: "#2 from Robin" }).locator("[id^=author-]")).toHaveText("Robin");

  await page.goto(`/chats/${id}/info`);
  await page.getByLabel("Notify me about").selectOption("mentions");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByLabel("Notify me about")).toHaveValue("mentions");
  await memberRow(page, "Robin").locator("summary").click();
  await memberRow(page, "Robin").getByRole("button", { name: "Yes, remove" }).click();
  await expect(memberRow(page, "Robin")).toHaveCount(0);
  expect((await robin.page.goto(`/chats/${id}`))!.status()).toBe(404);
  await page.getByText("Leave the room").click();
  await page.getByRole("button", { name: "Yes, leave" }).click();
  await expect(page).toHaveURL(/\/chats$/);
  await expect(page.getByText("Quiet room")).toHaveCount(0);
});

test("a room opens offline, and what is written there goes out once", async ({ browser }) => {
  const house = await startRoost();
  try {
    const { context, page } = await signedInAtHome(browser, house.url, PARENT, { serviceWorkers: "allow" });
    await controlled(page);
    const id = await makeRoom(page, "Garden", "open");
    await connected(page);
    await write(page, "#1 before");
    await expect(onScreen(page, "#1 before", "sent")).toBeVisible();
    await page.goto(`/chats/${id}`);
    await copyHolds(page, `/chats/${id}`, "#1 before");
    await page.close();
    await house.kill("app", "SIGKILL");

    const fresh = await context.newPage();
    await fresh.goto(`/chats/${id}`);
    await expect(offlineNotice(fresh)).toContainText("Opened offline");
    await expect(fresh.locator("h1")).toHaveText("Garden");
    await expect(onScreen(fresh, "#1 before", "sent")).toBeVisible();
    await write(fresh, "#2 written offline");
    await expect(onScreen(fresh, "#2", "sending")).toBeVisible();
    expect(await queuedTexts(fresh)).toEqual(["#2 written offline"]);
    await house.restart("app");
    await expect(onScreen(fresh, "#2", "sent")).toBeVisible({ timeout: patient(30_000) });
    await fresh.reload();
    expect(await bubbleTexts(fresh, "#")).toEqual(["#1 before", "#2 written offline"]);
  } finally {
    await house.stop();
  }
});
