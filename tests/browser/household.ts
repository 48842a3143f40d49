/** People of the demo household in real browsers. */
import type { APIRequestContext, Browser, BrowserContext, BrowserContextOptions, Page } from "@playwright/test";
import { expect } from "@playwright/test";
import { newId } from "#app/domain/ids.ts";
import { patient } from "#tests/support/patience.ts";

export const PASSWORD = "roost-demo-pass";
export const PARENT = "parent@roost.test";
export const OTHER = "other@roost.test";
export const ADMIN = "admin@roost.test";

/** Signs in by the form's own post: a page of its own only for that would cost more than most tests' first one. */
export async function signInByPost(context: BrowserContext, url: string, email: string): Promise<void> {
  const answer = await context.request.post(`${url}/login`, { headers: { Origin: url }, form: { email, password: PASSWORD }, maxRetries: 2, maxRedirects: 0 });
  expect([answer.status(), answer.headers()["location"]]).toEqual([302, "/"]);
}

/** A browser profile of its own, signed in, with a page that is nowhere yet. */
export async function signedIn(browser: Browser, url: string, email: string, options: BrowserContextOptions = {}): Promise<{ context: BrowserContext; page: Page }> {
  const context = await browser.newContext({ baseURL: url, locale: "en-GB", timezoneId: "UTC", ...options });
  await signInByPost(context, url, email);
  return { context, page: await context.newPage() };
}

/** The same, at the first page. */
export async function signedInAtHome(...person: Parameters<typeof signedIn>): ReturnType<typeof signedIn> {
  const { context, page } = await signedIn(...person);
  await page.goto("/");
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

/** The chat that the seed made between the two parents, for one of them. */
export async function parentsChatId(request: APIRequestContext): Promise<string> {
  const list = await (await request.get("/chats", { maxRetries: 2 })).text();
  // By the other one's name: rooms stand in the list, too.
  const [, id] = /<a [^>]*href="\/chats\/([0-9a-f]{32})"(?:(?!<\/a>).)*<bdi class="truncate font-semibold">(?:Mona|Adam)/s.exec(list) ?? [];
  expect(id, "the parents' chat in the list").toBeDefined();
  return id!;
}

/** Opens it; gives its id. */
export async function openParentsChat(page: Page): Promise<string> {
  const id = await parentsChatId(page.request);
  await page.goto(`/chats/${id}`);
  await page.locator("#body").waitFor();
  return id;
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
