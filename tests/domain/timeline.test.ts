import { describe, expect, test } from "vitest";
import { GROUP_WITHIN_MS, placeMessages } from "#app/components/chat/timeline.ts";

const utcDay = (ms: number) => new Date(ms).toISOString().slice(0, 10);
const NOON = Date.UTC(2026, 2, 3, 12);
const at = (senderId: string, createdAt: number, key = `${senderId}${createdAt}`) => ({ key, senderId, createdAt });

describe("the chat's layout", () => {
  test("messages of one person within five minutes stand together", () => {
    const placed = placeMessages([at("a", NOON), at("a", NOON + GROUP_WITHIN_MS), at("a", NOON + 2 * GROUP_WITHIN_MS + 1), at("b", NOON + 2 * GROUP_WITHIN_MS + 2)], utcDay);
    expect(placed.map(({ startsGroup, endsGroup }) => [startsGroup, endsGroup])).toEqual([
      [true, false],
      [false, true],
      [true, true],
      [true, true],
    ]);
  });

  test("a day begins a group, in the reader's time zone", () => {
    const beforeMidnightUtc = Date.UTC(2026, 2, 3, 23, 59);
    const messages = [at("a", beforeMidnightUtc), at("a", beforeMidnightUtc + 60_000)];
    expect(placeMessages(messages, utcDay).map(({ newDay, startsGroup }) => [newDay, startsGroup])).toEqual([
      [true, true],
      [true, true],
    ]);
    const inRiyadh = (ms: number) => utcDay(ms + 3 * 3_600_000);
    expect(placeMessages(messages, inRiyadh).map(({ newDay, startsGroup }) => [newDay, startsGroup])).toEqual([
      [true, true],
      [false, false],
    ]);
  });

  test("nothing to place", () => expect(placeMessages([], utcDay)).toEqual([]));
});
