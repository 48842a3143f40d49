/** The chat for ears and for keys: what a screen reader hears, and one tab stop with arrows inside. Covers B2, C2, D5. */
import type { Locator, Page } from "@playwright/test";
import { patient } from "#tests/support/patience.ts";
import { startRoost, type Roost } from "#tests/support/processes.ts";
import { ADMIN, connected, OTHER, PARENT, postMessage, signedIn } from "./household.ts";
import { onScreen, write } from "./offline-probes.ts";
import { expect, test } from "./test.ts";

let roost: Roost;
test.beforeAll(async () => void (roost = await startRoost()));
test.afterAll(() => roost.stop());

const viewport = { width: 1440, height: 900 };
/** More than a page of messages, so that there are earlier ones. */
const HISTORY = 60;
const ADAM = "Adam · آدم";

const post = (page: Page, path: string, form: Record<string, string>) => page.request.post(roost.url + path, { headers: { Origin: roost.url }, maxRetries: 2, form, maxRedirects: 0 });

/** An open room of two with a past, and one message that has a link. */
async function room(mona: Page, adam: Page): Promise<string> {
  const made = await post(mona, "/chats", { intent: "create-room", name: "Veranda", access: "open" });
  const id = made.headers()["location"]!.split("/")[2]!;
  await post(adam, "/chats", { intent: "join", conversationId: id });
  for (let index = 0; index < HISTORY; index++) expect((await postMessage(adam.request, roost.url, id, `past ${index}`)).status()).toBe(201);
  expect((await postMessage(adam.request, roost.url, id, "look: https://roost.test/owl")).status()).toBe(201);
  return id;
}

/** Writes down everything that comes into any live region of the page. */
async function listen(page: Page) {
  await page.evaluate(() => {
    const heard: string[] = [];
    const LIVE = '[aria-live]:not([aria-live="off"]), [role="status"], [role="alert"]';
    new MutationObserver((changes) => {
      for (const { target, addedNodes, type } of changes) {
        const element = target instanceof Element ? target : target.parentElement;
        if (type === "characterData" && element?.closest(LIVE)) heard.push(target.textContent ?? "");
        for (const added of addedNodes) {
          if (element?.closest(LIVE)) heard.push(added.textContent ?? "");
          else if (added instanceof Element) for (const region of [added, ...added.querySelectorAll("*")]) if (region.matches(LIVE) && region.textContent) heard.push(region.textContent);
        }
      }
    }).observe(document.body, { childList: true, subtree: true, characterData: true });
    Object.assign(window, { heard });
  });
}
/** What somebody asked for by a press may say how it is getting on. */
const heard = async (page: Page) => (await page.evaluate(() => (window as unknown as { heard: string[] }).heard)).filter((text) => text !== "Loading earlier messages");

test("a screen reader hears author and text of what others write, once: no times, no history, no echo, no chatter", async ({ browser }) => {
  const mona = await signedIn(browser, roost.url, PARENT, { viewport });
  const adam = await signedIn(browser, roost.url, OTHER, { viewport });
  const robin = await signedIn(browser, roost.url, ADMIN, { viewport });
  const id = await room(mona.page, adam.page);
  await Promise.all([mona.page.goto(`/chats/${id}`), adam.page.goto(`/chats/${id}`)]);
  await Promise.all([connected(mona.page), connected(adam.page)]);
  await expect(mona.page.getByText("past 59")).toBeVisible();
  await listen(mona.page);

  // Typing is seen, and not heard; the message is heard once, although push, echo and sync may bring it twice.
  // Typed again until it is seen: what is typed once may be over before a busy page shows it.
  await expect(async () => {
    await adam.page.locator("#body").fill("");
    await adam.page.locator("#body").pressSequentially("#1 dinner?");
    await expect(mona.page.locator(".typing-line")).toContainText(ADAM, { timeout: patient(1_000) });
  }).toPass({ timeout: patient(20_000) });
  await adam.page.locator("#body").press("Enter");
  await expect(onScreen(mona.page, "#1", "received")).toBeVisible();
  await expect.poll(() => heard(mona.page)).toEqual([`${ADAM}: #1 dinner?`]);

  // One's own, the past, a change, somebody coming in.
  await write(mona.page, "#2 my own");
  await expect(onScreen(mona.page, "#2", "read")).toBeVisible();
  await mona.page.getByRole("link", { name: "Earlier messages" }).click();
  await expect(mona.page.getByText("past 0", { exact: true })).toBeAttached();
  const messageId = await adam.page.evaluate(async () => {
    const { events } = (await (await fetch("/api/sync?cursor=0")).json()) as { events: { event: string; data: { id: string; body: string } }[] };
    return events.find(({ event, data }) => event === "new-message" && data.body === "#1 dinner?")!.data.id;
  });
  await post(adam.page, `/chats/${id}`, { intent: "edit", messageId, body: "#1 dinner at mine?" });
  await expect(onScreen(mona.page, "#1 dinner at mine?", "received")).toBeAttached();
  await post(robin.page, "/chats", { intent: "join", conversationId: id });
  await expect(mona.page.locator(".chat-header").first()).toContainText("3 members");

  await post(adam.page, `/chats/${id}`, { intent: "delete", messageId });
  expect((await postMessage(robin.page.request, roost.url, id, "#3 hello")).status()).toBe(201);
  await expect(onScreen(mona.page, "#3", "received")).toBeAttached();
  await expect.poll(() => heard(mona.page)).toEqual([`${ADAM}: #1 dinner?`, "Robin: #3 hello"]);
});

const focused = (locator: Locator) => expect(locator).toBeFocused();

test("messages and chats are one tab stop each: arrows, Home, End and Escape inside, controls of a message behind it", async ({ browser }) => {
  const mona = await signedIn(browser, roost.url, PARENT, { viewport });
  const adam = await signedIn(browser, roost.url, OTHER, { viewport });
  const id = await room(mona.page, adam.page);
  const { page } = mona;
  const { keyboard } = page;
  await page.goto(`/chats/${id}`);
  await connected(page);
  const message = (text: string) => page.getByRole("listitem", { name: `${ADAM} ${text}`, exact: true });
  const body = page.locator("#body");
  const attach = page.getByRole("button", { name: "Attach" });

  // Backwards from the composer: its other button, the newest message, and then out of the messages.
  await body.focus();
  await keyboard.press("Shift+Tab");
  await focused(attach);
  await keyboard.press("Shift+Tab");
  await focused(message("look: https://roost.test/owl"));
  await keyboard.press("Shift+Tab");
  await focused(page.getByRole("link", { name: "About this room" }));
  await keyboard.press("Tab");
  // What is in a message comes after it, and only there.
  await keyboard.press("Tab");
  await focused(page.getByRole("link", { name: "https://roost.test/owl", exact: true }));
  await keyboard.press("Tab");
  await focused(message("look: https://roost.test/owl").getByRole("button", { name: "What to do with this message" }));
  await keyboard.press("Tab");
  await focused(attach);
  await keyboard.press("Tab");
  await focused(body);

  await keyboard.press("Shift+Tab");
  await keyboard.press("Shift+Tab");
  await keyboard.press("ArrowUp");
  await focused(message("past 59"));
  await keyboard.press("ArrowUp");
  await keyboard.press("ArrowDown");
  await focused(message("past 59"));
  await keyboard.press("Home");
  await focused(page.getByRole("link", { name: "Earlier messages" }));
  await expect(page.getByRole("link", { name: "Earlier messages" })).toBeInViewport();
  // The first ones come in above; the focus stays among the messages.
  await keyboard.press("Enter");
  await expect(message("past 0")).toBeAttached();
  await focused(message("past 0"));
  await keyboard.press("End");
  await focused(message("look: https://roost.test/owl"));
  await keyboard.press("ArrowDown");
  await focused(message("look: https://roost.test/owl"));
  await keyboard.press("Escape");
  await focused(body);

  // The list of chats: one stop, at the open one.
  await page.getByRole("link", { name: "New room" }).focus();
  await keyboard.press("Tab");
  const chats = page.getByRole("region", { name: "Chats" }).locator("a[data-stop]");
  await focused(chats.and(page.locator("[aria-current=page]")));
  expect(await chats.count()).toBeGreaterThan(1);
  await keyboard.press("End");
  await focused(chats.last());
  await keyboard.press("Home");
  await focused(chats.first());
  await keyboard.press("ArrowDown");
  await focused(chats.nth(1));
  await keyboard.press("Tab");
  expect(await page.evaluate(() => document.activeElement?.matches("a[data-stop]"))).toBe(false);

  // What stands beside the chat is reached and left by keys.
  await page.getByRole("link", { name: "About this room" }).focus();
  await keyboard.press("Enter");
  await focused(page.getByRole("heading", { name: "About this room" }));
  // Removed by keys, too: what was pressed is gone then, and the focus is at the members.
  await page.locator("summary", { hasText: "Remove" }).focus();
  await keyboard.press("Enter");
  await keyboard.press("Tab");
  await focused(page.getByRole("button", { name: "Yes, remove" }));
  await keyboard.press("Enter");
  await focused(page.getByRole("heading", { name: "1 member" }));
  await keyboard.press("Escape");
  await expect(page.getByRole("complementary")).toHaveCount(0);
  await focused(page.getByRole("link", { name: "About this room" }));
});
