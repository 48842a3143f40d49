import { expect, test } from "vitest";
import { EventLog } from "#app/realtime/event-log.ts";
import { Fold } from "#app/realtime/fold.ts";
import type { LoggedEvent } from "#app/realtime/live-event.ts";
import { View } from "#app/realtime/view.ts";

const event = (seq: number, channel: string, offset: number, epoch = "1"): LoggedEvent => ({ channel, event: "e", data: seq, stamp: { id: `${epoch}-${seq}`, seq, offset, epoch, at: 0 } });

function seqs(log: EventLog, channels: readonly string[] | "all", offsets: Record<string, number>, seq = 0) {
  let applied = 0;
  const fold = new Fold<number[]>(new View(log, { epoch: "1", seq, cursor: "", offsets }, channels), [], (state, { stamp }) => {
    applied++;
    return [...state, stamp.seq];
  });
  return { fold, applied: () => applied };
}

test("each event is applied once, and the state is the same object until something is shown", () => {
  const log = new EventLog();
  const { fold, applied } = seqs(log, ["a"], { a: 0 });
  for (let seq = 1; seq <= 1_000; seq++) {
    log.add([event(seq, "a", seq)]);
    fold.current();
  }
  expect(fold.current()).toHaveLength(1_000);
  expect(applied()).toBe(1_000);
  const before = fold.current();
  log.add([event(2_000, "b", 1)]);
  log.add([event(1_002, "a", 1_002)]);
  expect(fold.current()).toBe(before);
});

test("a hole filled late on one channel puts its events where they belong among the others'", () => {
  const log = new EventLog();
  const { fold } = seqs(log, ["a", "b"], { a: 0, b: 0 });
  log.add([event(1, "a", 1), event(4, "a", 3), event(3, "b", 1)]);
  expect(fold.current()).toEqual([1, 3]);
  log.add([event(2, "a", 2)]);
  expect(fold.current()).toEqual([1, 2, 3, 4]);
});

test("an event of another life of the log is not laid over older data", () => {
  const log = new EventLog();
  const { fold } = seqs(log, ["a"], { a: 0 });
  log.add([event(1, "a", 1), event(2, "a", 2, "2")]);
  expect(fold.current()).toEqual([1]);
});

test("offsets the loader gave decide; without them sync's coverage does", () => {
  const log = new EventLog();
  log.startAt(10);
  const given = seqs(log, ["a"], { a: 7 }, 10);
  const unknown = seqs(log, ["a"], {}, 10);
  log.add([event(12, "a", 9)]);
  expect(given.fold.current()).toEqual([]);
  expect(unknown.fold.current()).toEqual([]);
  expect(unknown.fold.view.waits()).toBe(true);
  log.add([event(11, "a", 8)]);
  expect(given.fold.current()).toEqual([11, 12]);
  expect(unknown.fold.current()).toEqual([]);
  log.covered(12);
  expect(unknown.fold.current()).toEqual([11, 12]);
});

test("trimming takes only what lies before, and refuses what sync has not covered", () => {
  const log = new EventLog();
  log.startAt(0);
  log.add([event(1, "a", 1), event(2, "a", 2), event(3, "a", 3)]);
  log.trim(2);
  expect(log.size).toBe(3);
  log.covered(3);
  log.trim(2);
  expect(log.size).toBe(1);
  // A late double of what is gone does not come back.
  expect(log.add([event(1, "a", 1)])).toEqual([]);
  expect(log.floor).toBe(2);
});
