/** Playwright's test, with the browser left as it was found: a page that still asks its dead house for news disturbs the next test. */
import { test as base } from "@playwright/test";

export { expect } from "@playwright/test";

export const test = base.extend<{ tidiedBrowser: void }>({
  tidiedBrowser: [
    async ({ browser }, use) => {
      const before = new Set(browser.contexts());
      await use();
      for (const context of browser.contexts()) if (!before.has(context)) await context.close();
    },
    { auto: true },
  ],
});
