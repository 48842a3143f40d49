/**
 * Playwright's test, with the browser left as it was found (a page that still asks its dead house for news disturbs the
 * next test), and failing where a page threw something that nobody caught.
 */
import { test as base, type Browser } from "@playwright/test";

export { expect } from "@playwright/test";

/** What the pages of a browser threw, by whatever context they are in. */
const thrown = new WeakMap<Browser, string[]>();

function watched(browser: Browser): string[] {
  const known = thrown.get(browser);
  if (known) return known;
  const errors: string[] = [];
  thrown.set(browser, errors);
  const newContext = browser.newContext.bind(browser);
  browser.newContext = async (options) => {
    const context = await newContext(options);
    context.on("weberror", (error) => {
      const url = error.page()?.url() ?? "?";
      // Nothing of Roost runs in an empty page: only what a test put there. And the router calls off requests that nobody
      // waits for any more, without anybody to hear it.
      if (url !== "about:blank" && error.error().name !== "AbortError") errors.push(`${url}: ${told(error.error())}`);
    });
    return context;
  };
  return errors;
}

/** What a network gave up on has a message, and an empty stack. */
const told = ({ name, message, stack }: Error) => stack || `${name}: ${message}`;

export const test = base.extend<{ tidiedBrowser: void }>({
  tidiedBrowser: [
    async ({ browser }, use) => {
      const errors = watched(browser);
      errors.length = 0;
      const before = new Set(browser.contexts());
      await use();
      for (const context of browser.contexts()) if (!before.has(context)) await context.close();
      if (errors.length > 0) throw new Error(`A page threw what nobody caught: ${errors.join("\n")}`);
    },
    { auto: true },
  ],
});
