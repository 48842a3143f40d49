/** Only what was really visible counts as read (B7): on the screen, for a moment, in a tab that is looked at. */
import { beforeEach, expect, test } from "vitest";
import { SEEN_AFTER_MS, SeenTracker } from "#app/components/chat/seen-tracker.ts";
import { virtualClock, type VirtualClock } from "./virtual-clock.ts";

let clock: VirtualClock;
let visible: boolean;
let seen: number[];
let tracker: SeenTracker;

beforeEach(() => {
  clock = virtualClock();
  visible = true;
  seen = [];
  tracker = new SeenTracker({ after: clock.after, isVisible: () => visible, onSeen: (seq) => seen.push(seq) });
});

const aMoment = () => clock.advance(SEEN_AFTER_MS);

test("what stands there for a moment is seen, once, and many are one report", async () => {
  for (const seq of [3, 5, 4]) tracker.moved(seq, true);
  expect(seen).toEqual([]);
  await aMoment();
  tracker.moved(4, true);
  tracker.look();
  await aMoment();
  expect(seen).toEqual([5]);
});

test("what flies past is not seen", async () => {
  tracker.moved(1, true);
  tracker.moved(9, true);
  tracker.moved(9, false);
  await aMoment();
  expect(seen).toEqual([1]);
});

test("scrolling back reports nothing; going on from there does", async () => {
  tracker.moved(9, true);
  await aMoment();
  tracker.moved(9, false);
  tracker.moved(2, true);
  await aMoment();
  tracker.moved(10, true);
  await aMoment();
  expect(seen).toEqual([9, 10]);
});

test("a tab in the background sees nothing, whatever it lays out; looked at again, it sees what is there then", async () => {
  visible = false;
  for (const seq of [1, 2, 3]) tracker.moved(seq, true);
  await clock.advance(60_000);
  expect([seen, clock.pending]).toEqual([[], 0]);
  tracker.moved(3, false);
  visible = true;
  tracker.look();
  await aMoment();
  expect(seen).toEqual([2]);
});

test("a tab that leaves within the moment has not seen", async () => {
  tracker.moved(1, true);
  visible = false;
  await aMoment();
  expect(seen).toEqual([]);
  visible = true;
  tracker.look();
  await aMoment();
  expect(seen).toEqual([1]);
});

test("one's own messages have no number and are never reported; stopped, nothing is", async () => {
  tracker.moved(0, true);
  await aMoment();
  tracker.moved(1, true);
  tracker.stop();
  await aMoment();
  expect(seen).toEqual([]);
});
