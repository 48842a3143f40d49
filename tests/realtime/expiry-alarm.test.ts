/** The end of a timer in a browser with several tabs: heard once, shown once, and not at all when it is long past. Covers E2. */
import { expect, test } from "vitest";
import type { TimerData } from "#app/domain/timers/machine.ts";
import { ExpiryAlarm, LATE_MS, type AlarmEnvironment } from "#app/realtime/clock/expiry-alarm.ts";
import type { ToShow } from "#app/realtime/notifications/environment.ts";
import { memoryLedger } from "#app/realtime/notifications/ledger.ts";

const NOW = 1_700_000_000_000;
const TIMER = { id: "a".repeat(32), version: 2, endsAt: NOW - 200, name: "Tea" } as TimerData;
const END = { now: NOW, sound: true, title: "Time is up", body: "Tea" };

/** A browser whose tabs share ledger, tray and lock. */
function browser(permission: "granted" | "default" = "granted") {
  const ledger = memoryLedger();
  const tray = new Map<string, ToShow>();
  const logged: string[] = [];
  let turn: Promise<void> = Promise.resolve();
  let chimes = 0;
  const open = ({ looking = false, touched = true }: { looking?: boolean; touched?: boolean } = {}) =>
    new ExpiryAlarm({
      exclusively: (work) => (turn = turn.then(work)),
      permission: () => permission,
      looking: () => looking,
      chime: { allowed: () => touched, play: () => void (chimes += 1) },
      tray: { shown: () => Promise.resolve([...tray.values()]), show: (one) => Promise.resolve(void tray.set(one.tag, one)), close: (tag) => Promise.resolve(void tray.delete(tag)) },
      ledger,
      log: (message) => void logged.push(message),
    } satisfies AlarmEnvironment);
  return { open, tray, logged, settled: () => turn, chimes: () => chimes };
}

test("three tabs that nobody looks at: one notification, one sound", async () => {
  const one = browser();
  for (const tab of [one.open(), one.open(), one.open()]) tab.ended(TIMER, END);
  await one.settled();
  expect([...one.tray.values()]).toMatchObject([{ path: "/family", title: "Time is up", body: "Tea", silent: true }]);
  expect(one.chimes()).toBe(1);
  expect(one.logged).toEqual([]);
});

test("the first tab may make no sound: the next one that may does", async () => {
  const one = browser("default");
  for (const tab of [one.open({ touched: false }), one.open({ touched: true }), one.open({ touched: true })]) tab.ended(TIMER, END);
  await one.settled();
  expect([one.chimes(), one.tray.size]).toEqual([1, 0]);
});

test("no tab may make a sound: the system's own stands in", async () => {
  const one = browser();
  one.open({ touched: false }).ended(TIMER, END);
  await one.settled();
  expect([one.chimes(), [...one.tray.values()][0]?.silent]).toEqual([0, false]);
});

test("looked at: heard, and not notified of in another tab", async () => {
  const one = browser();
  one.open({ looking: true }).ended(TIMER, END);
  one.open().ended(TIMER, END);
  await one.settled();
  expect([one.chimes(), one.tray.size]).toEqual([1, 0]);
});

test("without the wish to hear anything: only shown", async () => {
  const one = browser();
  one.open().ended(TIMER, { ...END, sound: false });
  await one.settled();
  expect([one.chimes(), one.tray.size]).toEqual([0, 1]);
});

test("ended while the device slept: neither; just in time: both", async () => {
  const one = browser();
  one.open().ended({ ...TIMER, endsAt: NOW - LATE_MS - 1 }, END);
  await one.settled();
  expect([one.chimes(), one.tray.size]).toEqual([0, 0]);
  one.open().ended({ ...TIMER, endsAt: NOW - LATE_MS }, END);
  await one.settled();
  expect([one.chimes(), one.tray.size]).toEqual([1, 1]);
});

test("confirmed elsewhere: the notification goes", async () => {
  const one = browser();
  const tab = one.open();
  tab.ended(TIMER, END);
  tab.over("b".repeat(32));
  await one.settled();
  expect(one.tray.size).toBe(1);
  tab.over(TIMER.id);
  await one.settled();
  expect(one.tray.size).toBe(0);
});
