/** A family of its own in real browsers: made by the forms, so that the demo household stays as it is. */
import type { Browser, BrowserContext, BrowserContextOptions, Page } from "@playwright/test";
import { newId } from "#app/domain/ids.ts";
import { PASSWORD, signInByPost } from "./household.ts";

export interface Head {
  email: string;
  context: BrowserContext;
  page: Page;
}

/** Posts a form as the signed-in person. */
export async function post(context: BrowserContext, url: string, path: string, form: Record<string, string>): Promise<string> {
  const answer = await context.request.post(`${url}${path}`, { headers: { Origin: url }, maxRetries: 2, form, maxRedirects: 0 });
  if (answer.status() !== 302) throw new Error(`${path} answered ${answer.status()}`);
  return answer.headers()["location"]!;
}

/** Somebody new, with a family of their own. */
export async function headOfFamily(browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<Head> {
  const context = await browser.newContext({ baseURL: url, locale: "en-GB", timezoneId: "UTC", ...options });
  const email = `${newId()}@roost.test`;
  await post(context, url, "/signup", { name: "Nour", email, password: PASSWORD, timeZone: "UTC" });
  await post(context, url, "/family", { intent: "family-create", name: "Nour and all", timeZone: "UTC", weekStart: "1" });
  return { email, context, page: await context.newPage() };
}

/** Another browser of the same person. */
export async function anotherDevice(browser: Browser, url: string, email: string, options: BrowserContextOptions = {}): Promise<{ context: BrowserContext; page: Page }> {
  const context = await browser.newContext({ baseURL: url, locale: "en-GB", timezoneId: "UTC", ...options });
  await signInByPost(context, url, email);
  return { context, page: await context.newPage() };
}
