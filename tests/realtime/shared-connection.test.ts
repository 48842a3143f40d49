/** Many tabs, one connection: who leads, who follows, and that nothing is lost or doubled when the leader is gone. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ANSWER_MS, ASK_EVERY_MS, STARVED_MS } from "#app/realtime/shared-connection/follower.ts";
import { RECHECK_MS } from "#app/realtime/shared-connection/shared-connection.ts";
import { faultSuite } from "#tests/faults/size.ts";
import { SharedBrowser, type Tab } from "./shared-browser.ts";

/** From the moment a leader is frozen until push works again elsewhere: an answer missed, asked again, connected. */
const BYPASS_MS = ASK_EVERY_MS + ANSWER_MS + RECHECK_MS + 200;
const { size, seed, replay, figures } = faultSuite("shared-connection", { short: { histories: 80 }, full: { histories: 5_000 } });

async function opened(count: number) {
  const browser = new SharedBrowser();
  const tabs: Tab[] = [];
  for (let index = 0; index < count; index++) {
    const tab = browser.openTab();
    tab.engine.use("private-me");
    tabs.push(tab);
    await browser.clock.advance(200);
  }
  return { browser, tabs, leader: () => browser.connected[0]! };
}

/** Published now, is it pushed to these tabs at once, sooner than any sync that asks now could bring it? */
async function pushed(browser: SharedBrowser, tabs: Tab[], channel = "private-me") {
  browser.publish(channel);
  const id = browser.server.rows.at(-1)!.id;
  await browser.clock.advance(3);
  return tabs.every((tab) => tab.told.includes(id));
}

/** Every event on every screen, once, in order. */
function expectAllShown(browser: SharedBrowser, tabs: Tab[]) {
  for (const tab of tabs) {
    expect(tab.shown).toEqual(browser.server.rows.filter(({ seq }) => seq > tab.openedAt).map(({ id }) => id));
    expect(new Set(tab.told).size).toBe(tab.told.length);
    expect([...tab.told].sort()).toEqual([...tab.shown].sort());
  }
}

describe("tabs that share", () => {
  test("have one connection, and every event once", async () => {
    const { browser, tabs } = await opened(4);
    expect(browser.connected).toEqual([tabs[0]]);
    expect(tabs.map((tab) => tab.engine.state)).toEqual(["connected", "connected", "connected", "connected"]);
    expect(await pushed(browser, tabs)).toBe(true);
    for (let count = 0; count < 20; count++) browser.publish("private-me");
    await browser.clock.advance(10);
    for (const tab of tabs) expect(tab.shown).toHaveLength(21);
    expectAllShown(browser, tabs);
  });

  test("the leader subscribes to what any of them needs, for as long as one does", async () => {
    const { browser, tabs } = await opened(3);
    const { handlers } = tabs[0]!.connection!;
    const leaves = [tabs[1]!, tabs[2]!].map((tab) => tab.engine.use("private-chat"));
    await browser.clock.advance(100);
    expect([...handlers.keys()]).toEqual(["private-me", "private-chat"]);
    expect(tabs[0]!.connection!.subscriptions).toBe(2);
    expect(await pushed(browser, [tabs[1]!, tabs[2]!], "private-chat")).toBe(true);
    // The leader itself doesn't need it, and isn't told by push.
    expect(tabs[0]!.told).toHaveLength(0);
    leaves[0]!();
    await browser.clock.advance(3_000);
    expect([...handlers.keys()]).toContain("private-chat");
    leaves[1]!();
    await browser.clock.advance(3_000);
    expect([...handlers.keys()]).toEqual(["private-me"]);
  });

  test("a channel refused is refused to each; confirmed again, it is confirmed to each", async () => {
    const { browser, tabs } = await opened(2);
    const { connection } = tabs[0]!;
    connection!.refused.add("private-chat");
    tabs[1]!.engine.use("private-chat");
    await browser.clock.advance(200);
    expect([tabs[0]!.engine.state, tabs[1]!.engine.state]).toEqual(["connected", "polling"]);
    connection!.refused.clear();
    connection!.confirm("private-chat");
    await browser.clock.advance(200);
    expect(tabs[1]!.engine.state).toBe("connected");
  });

  test("a lost link shows in all of them, and so does its return", async () => {
    const { browser, tabs } = await opened(3);
    browser.setChannels(false);
    await browser.clock.advance(2_000);
    expect(new Set(tabs.map((tab) => tab.engine.state))).toEqual(new Set(["polling"]));
    browser.publish("private-me");
    browser.setChannels(true);
    await browser.clock.advance(2_000);
    expect(new Set(tabs.map((tab) => tab.engine.state))).toEqual(new Set(["connected"]));
    expectAllShown(browser, tabs);
  });

  test("tabs of another user have a connection of their own, and hear nothing of this one", async () => {
    const { browser, tabs } = await opened(2);
    const stranger = browser.openTab("somebody-else");
    stranger.engine.use("private-other");
    await browser.clock.advance(200);
    expect(browser.connected).toEqual([tabs[0], stranger]);
    expect(await pushed(browser, tabs)).toBe(true);
    expect(stranger.told).toHaveLength(0);
  });

  test("a device that slept doesn't change its leader", async () => {
    const { browser, tabs } = await opened(3);
    browser.clock.sleep(3_600_000);
    await browser.clock.advance(10_000);
    expect(browser.connected).toEqual([tabs[0]]);
    expect(browser.openedConnections).toBe(1);
    expect(tabs[0]!.connection!.wakes).toBeGreaterThan(0);
  });

  test("a tab to which the browser refuses locks has its own connection, and disturbs nobody", async () => {
    const { browser, tabs } = await opened(2);
    const alone = browser.openTab("me", { locksRefused: true });
    alone.engine.use("private-me");
    await browser.clock.advance(10_000);
    expect(browser.connected).toEqual([tabs[0], alone]);
    expect(await pushed(browser, [...tabs, alone])).toBe(true);
    expectAllShown(browser, [...tabs, alone]);
  });

  test("closed ones leave no timer, no lock and no listener behind", async () => {
    const { browser, tabs } = await opened(3);
    const before = browser.clock.pending;
    for (const tab of [tabs[1]!, tabs[0]!, tabs[2]!]) {
      tab.engine.stop();
      await browser.clock.advance(2_000);
    }
    expect(before).toBeGreaterThan(0);
    expect({ timers: browser.clock.pending, locks: browser.locks.count, buses: browser.buses.length, connections: browser.connected.length }).toEqual({ timers: 0, locks: 0, buses: 0, connections: 0 });
  });
});

describe("when the leader is gone", () => {
  for (const end of ["close", "kill"] as const) {
    test(`${end}: the next one leads at once, and nothing is lost or doubled`, async () => {
      const { browser, tabs } = await opened(3);
      browser.publish("private-me");
      tabs[0]![end]();
      browser.publish("private-me");
      await browser.clock.advance(30);
      browser.publish("private-me");
      // Connected after 50 ms; catching up is spread over the 1.5 s of any reconnect.
      await browser.clock.advance(1_700);
      const left = tabs.slice(1);
      expect(browser.connected).toEqual([tabs[1]]);
      expectAllShown(browser, left);
      expect(left.map((tab) => tab.shown.length)).toEqual([3, 3]);
      expect(await pushed(browser, left)).toBe(true);
      expect(left.map((tab) => tab.engine.state)).toEqual(["connected", "connected"]);
    });
  }

  test("a follower that is killed leaves its channels", async () => {
    const { browser, tabs } = await opened(2);
    tabs[1]!.engine.use("private-chat");
    await browser.clock.advance(100);
    tabs[1]!.kill();
    await browser.clock.advance(10);
    expect([...tabs[0]!.connection!.handlers.keys()]).toEqual(["private-me"]);
  });
});

describe("a leader that is frozen", () => {
  test("is bypassed by one tab, however many notice", async () => {
    const { browser, tabs } = await opened(4);
    tabs[0]!.freeze();
    browser.publish("private-me");
    await browser.clock.advance(BYPASS_MS);
    expect(browser.openedConnections).toBe(2);
    await browser.clock.advance(1_700);
    const others = tabs.slice(1);
    expect(others.map((tab) => tab.engine.state)).toEqual(["connected", "connected", "connected"]);
    expect(await pushed(browser, others)).toBe(true);
    expectAllShown(browser, others);
  });

  test("follows when it wakes, and has missed nothing", async () => {
    const { browser, tabs } = await opened(3);
    tabs[0]!.freeze();
    for (let count = 0; count < 10; count++) {
      browser.publish("private-me");
      await browser.clock.advance(2_500);
    }
    tabs[0]!.thaw();
    await browser.clock.advance(2_000);
    expect(browser.connected).toHaveLength(1);
    expect(browser.connected[0]).not.toBe(tabs[0]);
    expect(await pushed(browser, tabs)).toBe(true);
    expectAllShown(browser, tabs);
  });

  test("and doesn't come back: nobody waits for it", async () => {
    const { browser, tabs } = await opened(2);
    tabs[0]!.freeze();
    await browser.clock.advance(BYPASS_MS + 1_700);
    tabs[0]!.kill();
    await browser.clock.advance(5_000);
    expect(browser.connected).toEqual([tabs[1]]);
    expect(await pushed(browser, [tabs[1]!])).toBe(true);
  });

  test("a follower that is frozen disturbs nobody", async () => {
    const { browser, tabs } = await opened(3);
    tabs[2]!.freeze();
    await browser.clock.advance(30_000);
    browser.publish("private-me");
    tabs[2]!.thaw();
    await browser.clock.advance(2_000);
    expect(browser.openedConnections).toBe(1);
    expectAllShown(browser, tabs);
  });
});

describe("a hidden leader", () => {
  test("that is connected stays", async () => {
    const { browser, tabs } = await opened(2);
    tabs[0]!.hidden = true;
    await browser.clock.advance(30_000);
    expect(browser.openedConnections).toBe(1);
  });

  test("that can't connect gives way to a tab that is looked at, whose tries nobody slows down", async () => {
    const { browser, tabs } = await opened(3);
    tabs[0]!.hidden = tabs[1]!.hidden = true;
    tabs[0]!.connection!.become("connecting");
    await browser.clock.advance(STARVED_MS + 2 * ASK_EVERY_MS + 500);
    expect(browser.connected).toEqual([tabs[2]]);
    await browser.clock.advance(2_000);
    expect(await pushed(browser, tabs)).toBe(true);
  });
});

/** Of the living, the oldest first: that one most often leads. */
const tab = fc.oneof({ weight: 2, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(5) });
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant("publish" as const), channel: fc.constantFrom("private-me", "private-chat"), times: fc.integer({ min: 1, max: 4 }) }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant("wait" as const), ms: fc.oneof(fc.nat(30), fc.nat(6_000)) }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constantFrom("open", "open", "close", "kill", "freeze", "freeze", "thaw"), tab }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom("hide", "show", "visit", "leave"), tab }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("channels" as const), up: fc.boolean() }) },
);

test(`any closing, killing, freezing and hiding of tabs: one connection in the end, nothing lost, nothing twice (${replay})`, { timeout: 600_000 }, async () => {
  let leaders = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 40, size: "max" }), async (steps) => {
      const { browser } = await opened(3);
      const visits = new Map<Tab, () => void>();
      const living = () => browser.tabs.filter(({ alive }) => alive);
      for (const action of steps) {
        if (action.do === "publish") for (let count = 0; count < action.times; count++) browser.publish(action.channel);
        else if (action.do === "wait") await browser.clock.advance(action.ms);
        else if (action.do === "channels") browser.setChannels(action.up);
        else if (action.do === "open") {
          if (living().length < 6) browser.openTab().engine.use("private-me");
        } else {
          const chosen = living()[action.tab];
          if (!chosen || (chosen.frozen && !["kill", "thaw", "close"].includes(action.do))) continue;
          if (action.do === "hide" || action.do === "show") chosen.hidden = action.do === "hide";
          else if (action.do === "visit") {
            if (!visits.has(chosen)) visits.set(chosen, chosen.engine.use("private-chat"));
          } else if (action.do === "leave") {
            visits.get(chosen)?.();
            visits.delete(chosen);
          } else chosen[action.do]();
        }
      }
      for (const each of living()) each.thaw();
      browser.setChannels(true);
      browser.openTab().engine.use("private-me");
      await browser.clock.advance(60_000);
      browser.publish("private-me");
      await browser.clock.advance(30_000);
      expect(browser.connected).toHaveLength(1);
      expect(new Set(living().map((each) => each.engine.state))).toEqual(new Set(["connected"]));
      expect(await pushed(browser, living())).toBe(true);
      expectAllShown(browser, living());
      leaders += browser.openedConnections;
    }),
    { numRuns: size.histories, seed },
  );
  figures({ histories: size.histories, "leaders in all": leaders });
});
