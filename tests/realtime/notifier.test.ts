/** Notifications across the tabs of a browser: once, in one tab, whoever dies; at most one sound after a sleep. Covers B9, issue 4's bar 6. */
import { describe, expect, test } from "vitest";
import { conversationRemoved, messageDeleted, messageRead, unreadChanged } from "#app/domain/conversations/events.ts";
import { notificationsChanged } from "#app/domain/notifications/events.ts";
import { GATHER_MOST_MS, MOST_AT_ONCE, tagOf } from "#app/realtime/notifications/notifier.ts";
import { RING_PAUSE_MS } from "#app/realtime/notifications/ring.ts";
import type { Step } from "./notifying-browser.ts";
import { ME, notifyingBrowser, OTHER } from "./notifying-browser.ts";
import { faultSuite } from "#tests/faults/size.ts";
import { seeded } from "./seeded.ts";

describe("one message", () => {
  test("three tabs, by push, hint and catch-up, in any order: one notification, one sound", async () => {
    const browser = notifyingBrowser();
    const tabs = [browser.open(), browser.open(), browser.open()] as const;
    const { event, hint } = browser.message("direct", "Dinner is\n ready");
    tabs[0].take(hint, event);
    tabs[1].take(event, hint);
    tabs[2].take(hint);
    await browser.settle();
    // One of them hears it by a check much later.
    tabs[2].take(event);
    await browser.settle(30_000);
    expect(browser.announced).toMatchObject([{ tag: tagOf("direct"), path: "/chats/direct", title: "Badr", body: "Dinner is ready" }]);
    expect(browser.sounds).toBe(1);
    expect(browser.logged).toEqual([]);
  });

  test("by its hint alone: it stands until the message has come and is read, and counts with the next one, also in a tab that knows both by hints alone", async () => {
    const browser = notifyingBrowser();
    const [dying, living] = [browser.open(), browser.open()];
    const first = browser.message("direct", "first");
    const second = browser.message("direct", "second");
    dying.killAt("after show");
    dying.take(first.hint);
    await browser.settle();
    living.take(second.hint);
    await browser.settle();
    expect([...browser.tray.values()]).toMatchObject([{ messageIds: [first.id, second.id], body: "second +1" }]);
    // What the hints spoke of comes by catch-up: nothing new.
    living.take(first.event, second.event);
    await browser.settle();
    expect(browser.announced.map(({ body }) => body)).toEqual(["first", "second +1"]);
    expect(browser.tray.size).toBe(1);
    living.take(browser.other(unreadChanged.name, { conversationId: "direct", upTo: second.id, upToSeq: second.number, readAt: browser.clock.now() }));
    await browser.settle();
    expect(browser.tray.size).toBe(0);
  });

  test("one's own, sent from elsewhere, is none", async () => {
    const browser = notifyingBrowser();
    browser.open().take(browser.message("direct", "from my phone", { sender: ME }).event);
    await browser.settle();
    expect(browser.announced).toEqual([]);
  });

  test("looked at in another tab: none, and none later when that chat is left", async () => {
    const browser = notifyingBrowser();
    const [first, second] = [browser.open(), browser.open()];
    browser.looked.add("direct");
    const { event } = browser.message("direct", "seen as it came");
    first.take(event);
    await browser.settle();
    browser.looked.clear();
    second.take(event);
    await browser.settle();
    expect(browser.announced).toEqual([]);
    const next = browser.message("direct", "not seen");
    first.take(next.event);
    await browser.settle();
    expect(browser.announced).toHaveLength(1);
  });

  test("seen as it came, and left at once: none, in no tab", async () => {
    const browser = notifyingBrowser();
    const tabs = [browser.open(), browser.open()];
    browser.looked.add("direct");
    const { event, hint } = browser.message("direct", "a glance");
    for (const tab of tabs) tab.take(hint, event);
    tabs[0]!.kill();
    browser.looked.clear();
    await browser.settle();
    expect(browser.announced).toEqual([]);
  });

  test("without permission nothing is shown or heard; once it is given, what comes then is", async () => {
    const browser = notifyingBrowser();
    const tab = browser.open();
    for (const permission of ["default", "denied", "unsupported"] as const) {
      browser.permission = permission;
      tab.take(browser.message("direct", permission).event);
      await browser.settle();
    }
    expect([browser.announced, browser.sounds]).toEqual([[], 0]);
    browser.permission = "granted";
    tab.take(browser.message("direct", "now").event);
    await browser.settle();
    expect(browser.announced.map(({ body }) => body)).toEqual(["now"]);
  });

  test("muted: none, by hint neither; mentions alone: by name, and in private chats", async () => {
    const browser = notifyingBrowser({ levels: { "d-muted": "none", room: "mentions", "d-mentions": "mentions" } });
    const tab = browser.open();
    const muted = browser.message("d-muted", "psst");
    tab.take(muted.hint, muted.event, browser.message("room", "to everybody").event, browser.message("room", "to @Amalia").event);
    await browser.settle();
    expect(browser.announced).toEqual([]);
    tab.take(browser.message("room", "to @amal!").event, browser.message("d-mentions", "to you").event);
    await browser.settle();
    expect(browser.announced.map(({ title, body }) => [title, body]).sort()).toEqual([
      ["Badr in Kitchen", "to @amal!"],
      ["Badr", "to you"],
    ]);
  });

  test("a choice made elsewhere a moment ago holds already", async () => {
    const browser = notifyingBrowser();
    const tab = browser.open();
    tab.take(browser.message("direct", "loud").event);
    tab.take(browser.other(notificationsChanged.name, { conversationId: "direct", level: "none" }));
    await browser.settle();
    expect(browser.announced).toEqual([]);
    tab.take(browser.other(notificationsChanged.name, { conversationId: "direct", level: null }), browser.other(notificationsChanged.name, { conversationId: null, level: "all", sound: false }));
    tab.take(browser.message("direct", "quiet").event);
    await browser.settle();
    expect([browser.announced.map(({ body, silent }) => [body, silent]), browser.sounds]).toEqual([[["quiet", true]], 0]);
  });

  test.each([
    ["a conversation", { conversationId: "direct" }],
    ["everything", { conversationId: null }],
  ])("what was said while %s was muted stays quiet, also in a tab that comes to it after the choice was taken back", async (_, whose) => {
    const browser = notifyingBrowser();
    const mute = browser.other(notificationsChanged.name, { ...whose, level: "none", sound: true });
    const psst = browser.message("direct", "psst").event;
    const unmute = browser.other(notificationsChanged.name, { ...whose, level: whose.conversationId === null ? "all" : null, sound: true });
    const loud = browser.message("direct", "loud").event;
    browser.open().take(mute, psst, unmute, loud);
    // The message before the choices, as two channels may bring it.
    browser.open().take(psst, mute, unmute, loud);
    await browser.settle();
    expect(browser.announced.map(({ body }) => body)).toEqual(["loud"]);
  });
});

describe("what is no longer news goes", () => {
  const shown = async () => {
    const browser = notifyingBrowser();
    const tab = browser.open();
    const first = browser.message("direct", "one");
    const second = browser.message("direct", "two");
    tab.take(first.hint, first.event, second.event);
    await browser.settle();
    expect([...browser.tray.values()].map(({ title, body }) => [title, body])).toEqual([["Badr", "two +1"]]);
    return { browser, tab, first, second };
  };
  const read = (upToSeq: number, userId = ME.userId) => ({ conversationId: "direct", userId, upTo: "m", upToSeq, readAt: 0 });

  test.each([
    ["read on another device", messageRead.name, read(2)],
    ["read where receipts are hidden", unreadChanged.name, read(2)],
    ["its last message deleted", messageDeleted.name, null],
    ["removed from the conversation", conversationRemoved.name, { conversationId: "direct" }],
  ])("%s", async (_, name, data) => {
    const { browser, tab, second } = await shown();
    tab.take(browser.other(name, data ?? { id: second.id, conversationId: "direct" }));
    await browser.settle();
    expect([...browser.tray.values()]).toEqual([]);
  });

  test.each([
    ["half of it read", messageRead.name, read(1)],
    ["the other one has read it", messageRead.name, read(2, OTHER.userId)],
    ["another chat left", conversationRemoved.name, { conversationId: "another" }],
    ["another message deleted", messageDeleted.name, { id: "another", conversationId: "direct" }],
  ])("but not: %s", async (_, name, data) => {
    const { browser, tab } = await shown();
    tab.take(browser.other(name, data));
    await browser.settle();
    expect(browser.tray.size).toBe(1);
  });

  test("read, deleted or left before it was shown: never shown", async () => {
    const browser = notifyingBrowser();
    const tab = browser.open();
    const message = browser.message("direct", "one");
    tab.take(message.event, browser.other(messageRead.name, read(1)));
    const deleted = browser.message("direct", "two");
    tab.take(deleted.event, browser.other(messageDeleted.name, { id: deleted.id, conversationId: "direct" }));
    tab.take(browser.message("room", "three").event, browser.other(conversationRemoved.name, { conversationId: "room" }));
    await browser.settle();
    expect(browser.announced).toEqual([]);
  });
});

describe("a tab that is killed in the middle", () => {
  const STEPS: Step[] = ["before ring", "after ring", "before show", "after show", "before note"];

  test.each(STEPS)("%s: the next one announces what was not, and nothing twice", async (step) => {
    const browser = notifyingBrowser();
    const [leader, second, third] = [browser.open(), browser.open(), browser.open()];
    leader.killAt(step);
    const messages = [browser.message("direct", "one"), browser.message("room", "two")];
    for (const tab of [leader, second, third]) tab.take(...messages.flatMap(({ hint, event }) => [hint, event]));
    await browser.settle();
    const ids = browser.announced.flatMap(({ messageIds }) => messageIds).sort();
    expect(ids).toEqual(messages.map(({ id }) => id).sort());
    expect(browser.sounds).toBeLessThanOrEqual(1);
    expect(browser.logged).toEqual([]);
  });

  test("killed before it was its turn: another one does it", async () => {
    const browser = notifyingBrowser();
    const [leader, second] = [browser.open(), browser.open()];
    const { event } = browser.message("direct", "one");
    leader.take(event);
    second.take(event);
    leader.kill();
    await browser.settle();
    expect(browser.announced).toHaveLength(1);
  });

  test("any number of tabs, messages and deaths at random: each message once", async () => {
    const { size, seed, figures } = faultSuite("notifications", { short: { runs: 150 }, full: { runs: 5_000 } });
    let all = 0;
    for (let run = 0; run < size.runs; run++) {
      const random = seeded(seed + run);
      const below = (most: number) => Math.floor(random() * most);
      const browser = notifyingBrowser();
      const mortal = Array.from({ length: 3 }, () => browser.open());
      // Somebody survives; without anybody there is nobody to tell.
      const tabs = [...mortal, browser.open()];
      for (const tab of mortal) if (random() < 0.7) tab.killAt(STEPS[below(STEPS.length)]!);
      const sent: string[] = [];
      for (let burst = 0; burst < 4; burst++) {
        const messages = Array.from({ length: 1 + below(3) }, () => browser.message(["direct", "room", "d2"][below(3)]!, "x"));
        sent.push(...messages.map(({ id }) => id));
        for (const tab of [...tabs].sort(() => random() - 0.5)) {
          for (const { event, hint } of messages) tab.take(...(random() < 0.5 ? [hint, event] : [event]));
          if (random() < 0.5) await browser.settle(below(300));
        }
        await browser.settle(500);
      }
      await browser.settle(5_000);
      const ids = browser.announced.flatMap(({ messageIds }) => messageIds);
      all += sent.length;
      expect([run, [...new Set(ids)].sort()]).toEqual([run, sent.sort()]);
      // What stands there unread is told again together with what is new; nothing is announced anew.
      expect([run, browser.announced.filter((notification, index) => browser.announced.slice(0, index).some(({ messageIds }) => messageIds.includes(notification.messageIds.at(-1)!)))]).toEqual([run, []]);
    }
    figures({ browsers: size.runs, messages: all });
  }, 600_000);
});

describe("8 hours asleep", () => {
  const HOUR = 3_600_000;

  /** 400 messages in 12 chats, which three tabs catch up with page by page, each in its own time. */
  async function wakeUp(options: { touched?: boolean; skew?: number } = {}) {
    const browser = notifyingBrowser({ touched: options.touched ?? true });
    const tabs = [browser.open(), browser.open(), browser.open()];
    const start = browser.clock.now();
    browser.clock.sleep(8 * HOUR);
    const messages = Array.from({ length: 400 }, (_, index) => browser.message(`${index % 2 ? "d" : "r"}${index % 12}`, `night ${index}`, { at: start + (index * 8 * HOUR) / 400 + (options.skew ?? 0) }).event);
    for (const tab of tabs) {
      if (options.skew !== undefined) tab.notifier.clock.answered(start + options.skew, start);
      tab.catchingUp = true;
    }
    for (let page = 0; page < 8; page++) {
      tabs.forEach((tab, index) => tab.take(...messages.slice(Math.max(0, page - index) * 50, (page - index + 1) * 50)));
      // A slow network: longer than anybody waits for the rest.
      await browser.settle(GATHER_MOST_MS + 2_000);
    }
    tabs.forEach((tab) => {
      tab.take(...messages);
      tab.catchingUp = false;
    });
    await browser.settle(60_000);
    return { browser, tabs };
  }

  test.each([["its own", true], ["the system's, where the page may make none", false]] as const)("at most one sound: %s", async (_, touched) => {
    const { browser, tabs } = await wakeUp({ touched });
    expect(browser.sounds).toBe(1);
    expect(new Set(browser.announced.flatMap(({ messageIds }) => messageIds)).size).toBe(400);
    // Many chats at once are one notification.
    expect([...browser.tray.values()].map(({ title, body, path }) => [title, body, path])).toEqual([["400 messages", "12 chats", "/chats"]]);
    // Life goes on: what is said now is heard.
    await browser.settle(RING_PAUSE_MS);
    const morning = browser.message("d1", "good morning").event;
    for (const tab of tabs) tab.take(morning);
    await browser.settle();
    expect(browser.sounds).toBe(2);
    expect(browser.announced.at(-1)).toMatchObject({ title: "Badr", body: "good morning" });
  });

  test.each([-10, 10])("also on a device whose clock is %i minutes off", async (minutes) => {
    expect((await wakeUp({ skew: minutes * 60_000 })).browser.sounds).toBe(1);
  });

  test("what was read on another device meanwhile is not announced, though catch-up brings it page by page", async () => {
    const browser = notifyingBrowser();
    const tab = browser.open();
    browser.clock.sleep(8 * HOUR);
    const messages = Array.from({ length: 5 }, (_, index) => browser.message("direct", `night ${index}`).event);
    tab.catchingUp = true;
    tab.take(...messages);
    await browser.settle(1_000);
    tab.take(browser.other(messageRead.name, { conversationId: "direct", userId: ME.userId, upTo: "m", upToSeq: 5, readAt: 0 }));
    tab.catchingUp = false;
    await browser.settle();
    expect([browser.announced, browser.sounds]).toEqual([[], 0]);
  });

  test("a lively hour: no sound within the pause after another, and a sound when it is over", async () => {
    const browser = notifyingBrowser();
    const tab = browser.open();
    for (let sent = 0; sent < 60; sent++) {
      tab.take(browser.message("direct", `${sent}`).event);
      await browser.settle(1_000);
    }
    expect(browser.sounds).toBeGreaterThan(5);
    expect(browser.sounds).toBeLessThanOrEqual(Math.ceil(60_000 / RING_PAUSE_MS));
  });

  test("the notification of many chats goes when all of them are read", async () => {
    const { browser, tabs } = await wakeUp();
    const read = (conversationId: string) => browser.other(messageRead.name, { conversationId, userId: ME.userId, upTo: "m", upToSeq: 1_000, readAt: 0 });
    for (let chat = 0; chat < 11; chat++) tabs[0]!.take(read(`${chat % 2 ? "d" : "r"}${chat}`));
    await browser.settle();
    expect(browser.tray.size).toBe(1);
    tabs[0]!.take(read("d11"));
    await browser.settle();
    expect(browser.tray.size).toBe(0);
  });

  test.each([
    [true, [true, true, true]],
    [false, [false, true, true]],
  ])(`up to ${MOST_AT_ONCE} chats are announced one by one, with one sound; the page may make it: %j`, async (touched, silent) => {
    const browser = notifyingBrowser({ touched });
    browser.open().take(...Array.from({ length: MOST_AT_ONCE }, (_, index) => browser.message(`d${index}`, "x").event));
    await browser.settle();
    expect(browser.announced.map(({ tag }) => tag)).toEqual(["d0", "d1", "d2"].map(tagOf));
    expect(browser.announced.map((notification) => notification.silent)).toEqual(silent);
    expect(browser.sounds).toBe(1);
  });
});
