/** Client events and presence through the one connection of many tabs. */
import { expect, test } from "vitest";
import type { PresentMember } from "#app/realtime/connection.ts";
import { LiveEngine } from "#app/realtime/engine.ts";
import { ANSWER_MS, ASK_EVERY_MS } from "#app/realtime/shared-connection/follower.ts";
import { TRIGGER_FRESH_MS } from "#app/realtime/shared-connection/leader.ts";
import { RECHECK_MS } from "#app/realtime/shared-connection/shared-connection.ts";
import { SharedBrowser, type Tab } from "./shared-browser.ts";

const ROOM = "presence-chat-room-r1";
const SETTLE_MS = 200;
const BYPASS_MS = ASK_EVERY_MS + ANSWER_MS + RECHECK_MS + SETTLE_MS;
const ADA: PresentMember = { id: "ada", name: "Ada" };
const BEN: PresentMember = { id: "ben", name: "Ben" };

/** Tabs that all have the room open. */
async function opened(count: number) {
  const browser = new SharedBrowser();
  const tabs: Tab[] = [];
  for (let index = 0; index < count; index++) {
    const tab = browser.openTab();
    tab.engine.use("private-me");
    tab.engine.use(ROOM);
    tabs.push(tab);
    await browser.clock.advance(SETTLE_MS);
  }
  return { browser, tabs };
}

const type = (tab: Tab, data: object = {}) => tab.engine.trigger(ROOM, "client-typing-start", data);
/** What all connections of the browser have ever sent. */
const sent = (tabs: Tab[]) => tabs.flatMap(({ connection }) => connection?.triggered ?? []);
/** Channels' own list, as the connection that leads now is told. */
const come = (browser: SharedBrowser, members: PresentMember[]) => browser.connected[0]!.connection!.handlers.get(ROOM)!.onMembers!(members);

test("a follower's typing goes out over the leader's connection, once; to no tab of its own browser", async () => {
  const { browser, tabs } = await opened(3);
  const heard: string[] = [];
  for (const tab of tabs) tab.engine.listen(({ event }) => heard.push(event));
  expect(type(tabs[2]!, { n: 1 })).toBe(true);
  expect(type(tabs[0]!, { n: 2 })).toBe(true);
  await browser.clock.advance(SETTLE_MS);
  expect(tabs[0]!.connection!.triggered).toEqual([
    { channel: ROOM, event: "client-typing-start", data: { n: 2 } },
    { channel: ROOM, event: "client-typing-start", data: { n: 1 } },
  ]);
  expect(tabs[2]!.connection).toBeNull();
  expect(heard).toEqual([]);
});

test("what others type reaches every tab, with who Channels says it was", async () => {
  const { browser, tabs } = await opened(3);
  const heard: unknown[] = [];
  for (const tab of tabs) tab.engine.listen(({ event, sender }) => heard.push([tab.id, event, sender]));
  tabs[0]!.connection!.push(ROOM, "client-typing-start", {}, "ada");
  await browser.clock.advance(SETTLE_MS);
  expect(heard).toEqual(tabs.map(({ id }) => [id, "client-typing-start", "ada"]));
});

test("not where the channel is not subscribed, nor where client events are off", async () => {
  const { browser, tabs } = await opened(2);
  expect(tabs[1]!.engine.trigger("presence-chat-room-other", "client-typing-start", {})).toBe(false);
  browser.setChannels(false);
  await browser.clock.advance(SETTLE_MS);
  expect(tabs.map((tab) => type(tab))).toEqual([false, false]);
  const world = new LiveEngine({ cursor: "0", push: true, clientEvents: false });
  expect(world.trigger(ROOM, "client-typing-start", {})).toBe(false);
});

test("the leader is closed in the middle: the next one sends what comes then, and nothing of before twice", async () => {
  const { browser, tabs } = await opened(3);
  type(tabs[2]!, { n: 1 });
  await browser.clock.advance(SETTLE_MS);
  tabs[0]!.close();
  // Nobody leads in this moment: it is lost, as it may be.
  type(tabs[2]!, { n: 2 });
  await browser.clock.advance(SETTLE_MS * 5);
  expect(type(tabs[2]!, { n: 3 })).toBe(true);
  await browser.clock.advance(SETTLE_MS);
  const numbers = sent(tabs).map(({ data }) => (data as { n: number }).n);
  expect(numbers).toEqual(numbers.includes(2) ? [1, 2, 3] : [1, 3]);
});

test("a frozen leader that wakes up sends nothing of what waited for it", async () => {
  const { browser, tabs } = await opened(2);
  const [leader, follower] = tabs as [Tab, Tab];
  leader.freeze();
  expect(type(follower, { n: 1 })).toBe(true);
  await browser.clock.advance(BYPASS_MS);
  expect(type(follower, { n: 2 })).toBe(true);
  await browser.clock.advance(SETTLE_MS);
  leader.thaw();
  await browser.clock.advance(SETTLE_MS);
  expect(sent(tabs).map(({ data }) => data)).toEqual([{ n: 2 }]);
});

test("frozen for a moment only, it still leads; what is older than a second is no longer true", async () => {
  const { browser, tabs } = await opened(2);
  const [leader, follower] = tabs as [Tab, Tab];
  leader.freeze();
  type(follower, { n: 1 });
  await browser.clock.advance(TRIGGER_FRESH_MS + 1);
  type(follower, { n: 2 });
  await browser.clock.advance(2);
  leader.thaw();
  await browser.clock.advance(SETTLE_MS);
  expect(sent(tabs).map(({ data }) => data)).toEqual([{ n: 2 }]);
});

test("who is here is known in every tab, also in one opened later, and anew after a change of the leader", async () => {
  const { browser, tabs } = await opened(2);
  const here = (tab: Tab) => tab.engine.members(ROOM)?.map(({ id }) => id) ?? null;
  expect(tabs.map(here)).toEqual([null, null]);
  come(browser, [ADA]);
  await browser.clock.advance(SETTLE_MS);
  expect(tabs.map(here)).toEqual([["ada"], ["ada"]]);

  const later = browser.openTab();
  later.engine.use(ROOM);
  await browser.clock.advance(SETTLE_MS);
  expect(here(later)).toEqual(["ada"]);
  come(browser, [ADA, BEN]);
  await browser.clock.advance(SETTLE_MS);
  expect(here(later)).toEqual(["ada", "ben"]);

  tabs[0]!.kill();
  await browser.clock.advance(10);
  expect(here(tabs[1]!)).toBeNull();
  await browser.clock.advance(ASK_EVERY_MS);
  come(browser, [BEN]);
  await browser.clock.advance(SETTLE_MS);
  expect([tabs[1]!, later].map(here)).toEqual([["ben"], ["ben"]]);
});

test("told again and again of the same people, a tab sees no change", async () => {
  const { browser, tabs } = await opened(2);
  come(browser, [ADA, BEN]);
  await browser.clock.advance(SETTLE_MS);
  let changes = 0;
  tabs[1]!.engine.onMembers(() => changes++);
  const before = tabs[1]!.engine.members(ROOM);
  await browser.clock.advance(10 * ASK_EVERY_MS);
  expect(tabs[1]!.engine.members(ROOM)).toBe(before);
  expect(changes).toBe(0);
  come(browser, [ADA]);
  await browser.clock.advance(SETTLE_MS);
  expect(changes).toBe(1);
});

test("a presence channel that is refused makes nobody poll", async () => {
  const { browser, tabs } = await opened(2);
  tabs[0]!.connection!.refused.add(ROOM);
  tabs[0]!.connection!.confirm(ROOM);
  await browser.clock.advance(SETTLE_MS);
  expect(tabs.map(({ engine }) => [engine.state, engine.members(ROOM)])).toEqual([["connected", null], ["connected", null]]);
});
