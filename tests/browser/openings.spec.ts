/** A chat opened and left, over and over, leaves a page as it was. Covers issue 3's bar 7. */
import { faultSuite } from "#tests/faults/size.ts";
import { houseBehindProxy } from "./house-behind-proxy.ts";
import { bubbleTexts, connected, openParentsChat, OTHER, PARENT, postMessage, signedIn } from "./household.ts";
import { expect, test } from "./test.ts";

const { size, figures } = faultSuite("openings", { short: { openings: 30 }, full: { openings: 1_000 } });

// A trace keeps every page's nodes: this file counts them.
test.use({ trace: "off" });

test(`a chat opened and left ${size.openings} times: one bubble a message, and no handler, node or subscription more than before`, async ({ browser }) => {
  test.setTimeout(600_000);
  const house = await houseBehindProxy();
  try {
    const sender = await signedIn(browser, house.roost.url, PARENT);
    await sender.page.close();
    const { context, page } = await signedIn(browser, house.roost.url, OTHER);
    const conversationId = await openParentsChat(page);
    await connected(page);
    // A pointer that rests on a link has what it leads to loaded ahead, sooner or later: elements and handlers of their own.
    await page.mouse.move(1, 1);
    const openAndLeave = (times: number) =>
      page.evaluate(
        async ({ times, chat }) => {
          const until = (condition: () => boolean) =>
            new Promise<void>((resolve, reject) => {
              const deadline = performance.now() + 20_000;
              const look = () => (condition() ? resolve() : performance.now() > deadline ? reject(new Error(`still at ${location.pathname}`)) : void setTimeout(look, 5));
              look();
            });
          const follow = async (to: string, arrived: () => boolean) => {
            document.querySelector<HTMLAnchorElement>(`a[href="${to}"]`)!.click();
            await until(arrived);
          };
          for (let time = 0; time < times; time++) {
            await follow("/chats", () => location.pathname === "/chats" && !document.querySelector("textarea[name=body]"));
            await follow(chat, () => !!document.querySelector("textarea[name=body]"));
          }
        },
        { times, chat: `/chats/${conversationId}` },
      );
    const devtools = await context.newCDPSession(page);
    await devtools.send("Performance.enable");
    const measure = async () => {
      await devtools.send("HeapProfiler.collectGarbage");
      const { metrics } = await devtools.send("Performance.getMetrics");
      const of = (name: string) => metrics.find((metric) => metric.name === name)!.value;
      return { nodes: of("Nodes"), handlers: of("JSEventListeners") };
    };
    await openAndLeave(20);
    // By now what every page subscribes to stands.
    await page.evaluate(() => {
      const sockets: string[] = [];
      const { send } = WebSocket.prototype;
      WebSocket.prototype.send = function (data) {
        sockets.push(String(data));
        send.call(this, data);
      };
      Object.assign(window, { sockets });
    });
    const before = await measure();
    await openAndLeave(size.openings);
    let after = await measure();
    // What is still under way (an answer, a picture that is being decoded) may hold the page that was left last, and only that.
    for (let more = 0; more < 5 && after.nodes >= before.nodes * 1.1 + 50; more++) {
      await openAndLeave(1);
      after = await measure();
    }
    figures({ openings: size.openings, "DOM nodes before": before.nodes, "DOM nodes after": after.nodes, "handlers before": before.handlers, "handlers after": after.handlers });
    expect(after.nodes).toBeLessThan(before.nodes * 1.1 + 50);
    expect(after.handlers).toBeLessThan(before.handlers * 1.1 + 20);

    // Each subscription was ended before the next: as many as stand now are those of one page.
    const frames = await page.evaluate(() => (window as unknown as { sockets: string[] }).sockets);
    const count = (event: string) => frames.filter((frame) => frame.includes(`"${event}"`)).length;
    const standing = count("pusher:subscribe") - count("pusher:unsubscribe");
    expect(Math.abs(standing)).toBeLessThanOrEqual(1);

    expect((await postMessage(sender.context.request, house.roost.url, conversationId, "#1 once")).status()).toBe(201);
    await expect(page.locator("[data-message]", { hasText: "#1 once" })).toBeVisible();
    expect(await bubbleTexts(page, "#")).toEqual(["#1 once"]);
  } finally {
    await house.stop();
  }
});
