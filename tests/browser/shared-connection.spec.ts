/** Tabs of one browser share one connection to Channels, and no end of a tab costs a message. Covers D1, D3 and issue 3's bar 8. */
import type { Page } from "@playwright/test";
import { freeze } from "./frozen.ts";
import { houseBehindProxy } from "./house-behind-proxy.ts";
import { bubbleTexts, connected, openParentsChat, OTHER, PARENT, postMessage, signedIn } from "./household.ts";
import { expect, test } from "./test.ts";
import { until } from "./until.ts";

/** Push works again in the tabs that are left within this, whatever became of the leader. */
const TAKEOVER_LIMIT_MS = 8_000;

test("four tabs, one connection: the leading tab closed, crashed, frozen; every message stands in every tab once, in order", async ({ browser }) => {
  test.setTimeout(400_000);
  const { roost, channels, stop } = await houseBehindProxy();
  try {
    const sender = await signedIn(browser, roost.url, PARENT);
    const { context, page: first } = await signedIn(browser, roost.url, OTHER);
    const conversationId = await openParentsChat(first);
    await sender.page.close();
    await connected(first);
    const tabs: Page[] = [first];
    for (let count = 1; count < 4; count++) {
      const tab = await context.newPage();
      await tab.goto(`/chats/${conversationId}`);
      await connected(tab);
      tabs.push(tab);
    }
    await until(() => channels.connections === 1, { what: "one connection for four tabs" });

    const expected: string[] = [];
    const send = async (count: number) => {
      for (let sent = 0; sent < count; sent++) {
        const text = `#${expected.length + 1} shared`;
        expect((await postMessage(sender.context.request, roost.url, conversationId, text)).status()).toBe(201);
        expected.push(text);
      }
    };
    const standsIn = async (pages: Page[], timeout = TAKEOVER_LIMIT_MS) => {
      for (const page of pages) await until(async () => (await bubbleTexts(page, "#")).length >= expected.length, { timeout, what: `${expected.length} messages` });
      for (const page of pages) expect(await bubbleTexts(page, "#")).toEqual(expected);
    };

    await send(10);
    await standsIn(tabs);

    // Closed.
    await send(3);
    await tabs.shift()!.close();
    await send(3);
    await standsIn(tabs);
    for (const tab of tabs) await connected(tab);
    await until(() => channels.connections === 1, { what: "one connection after the leader was closed" });

    // Crashed, with nothing said to anybody.
    const crashing = tabs.shift()!;
    const crashed = crashing.waitForEvent("crash");
    const devtools = await context.newCDPSession(crashing);
    await Promise.race([devtools.send("Page.crash").catch(() => {}), crashed]);
    await crashed;
    await send(6);
    await standsIn(tabs);
    for (const tab of tabs) await connected(tab);
    await until(() => channels.connections === 1, { what: "one connection after the leader crashed" });

    // Frozen: it still has the lock and the socket, and does nothing with them.
    const [frozen, last] = tabs as [Page, Page];
    const thaw = await freeze(frozen);
    await send(3);
    await standsIn([last]);
    await until(() => channels.connections === 2, { what: "a connection past the frozen tab" });
    await connected(last);
    await send(3);
    await standsIn([last], 2_000);
    await thaw();
    await standsIn([frozen, last], 3_000);
    await until(() => channels.connections === 1, { what: "the tab that woke to follow" });
    await send(3);
    await standsIn([frozen, last]);
  } finally {
    await stop();
  }
});
