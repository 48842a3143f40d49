/** People of the demo household in real browsers. */
import type { APIRequestContext, Browser, BrowserContext, BrowserContextOptions, Page } from "@playwright/test";
import { expect } from "@playwright/test";
import { newId } from "#app/domain/ids.ts";
import { patient } from "#tests/support/patience.ts";

export const PASSWORD = "roost-demo-pass";
export const PARENT = "parent@roost.test";
export const OTHER = "other@roost.test";
export const ADMIN = "admin@roost.test";

/** A browser profile of its own, signed in by the form's own post, at the first page. */
export async function signedIn(browser: Browser, url: string, email: string, options: BrowserContextOptions = {}): Promise<{ context: BrowserContext; page: Page }> {
  const context = await browser.newContext({ baseURL: url, locale: "en-GB", timezoneId: "UTC", ...options });
  await context.request.post("/login", { headers: { Origin: url }, form: { email, password: PASSWORD }, maxRetries: 2, maxRedirects: 0 });
  const page = await context.newPage();
  await page.goto("/");
  await expect(page).toHaveURL(new URL("/", url).href);
  return { context, page };
}

/** Signs in through the form, in a browser that is there already. */
export async function signIn(page: Page, email: string): Promise<void> {
  // A page whose session has ended goes there by itself, and one of two navigations at once is aborted.
  await expect(() => page.goto("/login")).toPass();
  await page.locator('input[name="email"]').fill(email);
  await page.locator('input[name="password"]').fill(PASSWORD);
  // Whose session has ended may be brought back to where that was.
  await Promise.all([page.waitForURL((to) => to.pathname !== "/login"), page.locator('main form:has(input[name="password"]) button[type="submit"]').click()]);
}

/** Opens the chat that the seed made between the two parents; gives its id. */
export async function openParentsChat(page: Page): Promise<string> {
  await page.goto("/chats");
  // By the other one's name: rooms stand in the list, too.
  await page.locator(".conversation-row", { has: page.locator(".font-semibold", { hasText: /^(Mona|Adam)/ }) }).first().click();
  await page.waitForURL(/\/chats\/[0-9a-f]{32}/);
  // The address changes before the page does.
  await page.locator("#body").waitFor();
  return new URL(page.url()).pathname.split("/")[2]!;
}

/** The parents' private chat in either's list, rooms and their authors aside. */
export const parentsChat = (page: Page) => page.locator('a[href^="/chats/"]', { has: page.locator("bdi.font-semibold", { hasText: /^(Mona|Adam · آدم)$/ }) }).first();

/** Waits until the page says it is connected live. */
export const connected = (page: Page) => page.locator('[data-connection="connected"]:visible').first().waitFor({ timeout: patient(15_000) });

/** Sends through the JSON route as the signed-in person, as the offline queue does. */
export async function postMessage(request: APIRequestContext, url: string, conversationId: string, body: string, clientId = newId()) {
  // A kept connection may be closed by the server in the moment it is used; the clientId makes repeating harmless.
  return request.post(`${url}/api/messages`, { headers: { Origin: url }, data: { conversationId, clientId, body }, maxRetries: 2 });
}

/** The texts of the bubbles on the screen, in their order, that begin with a prefix. */
export const bubbleTexts = (page: Page, prefix: string) =>
  page.locator("[data-message]").evaluateAll((bubbles, start) => bubbles.map((bubble) => bubble.textContent.trim()).filter((text) => text.startsWith(start)), prefix);

/** The value below which a share of the numbers lies. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}
