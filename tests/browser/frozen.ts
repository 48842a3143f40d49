import type { Page } from "@playwright/test";

/**
 * Stops everything that a page does, as a browser that freezes it would: timers, messages and the events of its
 * sockets wait, while the sockets stay open. (DevTools' own "frozen" state spares pages that are visible, as all
 * pages under test are.)
 * @returns lets it go on
 */
export async function freeze(page: Page): Promise<() => Promise<void>> {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("Debugger.enable");
  const paused = new Promise((resolve) => devtools.once("Debugger.paused", resolve));
  await devtools.send("Debugger.pause");
  await paused;
  return async () => {
    await devtools.send("Debugger.resume");
    await devtools.detach();
  };
}
