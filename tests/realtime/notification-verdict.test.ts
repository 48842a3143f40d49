/** When a message is worth a notification: the whole matrix of level, conversation, visibility and permission. Covers B9, A4, C2, issue 4's bar 6. */
import { describe, expect, test } from "vitest";
import type { NotifyLevel } from "#app/domain/conversations/conversation.ts";
import { effectiveLevel } from "#app/domain/notifications/notices.ts";
import type { Rung } from "#app/realtime/notifications/ring.ts";
import { ring, RING_PAUSE_MS } from "#app/realtime/notifications/ring.ts";
import { ServerClock } from "#app/realtime/notifications/server-clock.ts";
import type { Facts, Permission, Verdict } from "#app/realtime/notifications/verdict.ts";
import { verdictOn } from "#app/realtime/notifications/verdict.ts";

/** Own level, the conversation's; then for a private chat, a room that names one, a room that does not. */
const TABLE: [NotifyLevel, NotifyLevel | null, Verdict, Verdict, Verdict][] = [
  ["all", null, "show", "show", "show"],
  ["all", "all", "show", "show", "show"],
  ["all", "mentions", "show", "show", "not-named"],
  ["all", "none", "muted", "muted", "muted"],
  ["mentions", null, "show", "show", "not-named"],
  ["mentions", "all", "show", "show", "show"],
  ["mentions", "mentions", "show", "show", "not-named"],
  ["mentions", "none", "muted", "muted", "muted"],
  ["none", null, "muted", "muted", "muted"],
  ["none", "all", "show", "show", "show"],
  ["none", "mentions", "show", "show", "not-named"],
  ["none", "none", "muted", "muted", "muted"],
];
const CONVERSATIONS = { "private chat": { direct: true, named: false }, "room that names one": { direct: false, named: true }, "room that does not": { direct: false, named: false } };
/** What becomes of "show". */
const SEEN: [visible: boolean, Permission, Verdict][] = [
  [false, "granted", "show"],
  [false, "default", "not-permitted"],
  [false, "denied", "not-permitted"],
  [false, "unsupported", "not-permitted"],
  [true, "granted", "looking"],
  [true, "default", "looking"],
  [true, "denied", "looking"],
  [true, "unsupported", "looking"],
];
const ROWS = TABLE.flatMap(([own, conversation, ...verdicts]) =>
  Object.entries(CONVERSATIONS).flatMap(([kind, said], column) => SEEN.map(([looking, permission, shown]) => ({ own, conversation, kind, said, looking, permission, expected: verdicts[column] === "show" ? shown : verdicts[column]! }))),
);
const PLAIN: Facts = { own: false, gone: false, read: false, level: "all", direct: true, named: true, looking: false, permission: "granted" };

describe("the matrix", () => {
  test("is complete", () => {
    expect(ROWS).toHaveLength(3 * 4 * 3 * 2 * 4);
    expect(new Set(ROWS.map(({ expected: _, said: __, ...row }) => JSON.stringify(row))).size).toBe(ROWS.length);
    expect(Object.fromEntries(["show", "looking", "muted"].map((verdict) => [verdict, ROWS.filter(({ expected }) => expected === verdict).length]))).toEqual({ show: 20, looking: 80, muted: 96 });
  });

  test.each(ROWS)("own $own, conversation $conversation, $kind, visible $looking, permission $permission: $expected", ({ own, conversation, said, looking, permission, expected }) => {
    expect(verdictOn({ ...PLAIN, ...said, level: effectiveLevel(conversation, { level: own }), looking, permission })).toBe(expected);
  });

  test.each([["own"], ["gone"], ["read"]] as const)("what is %s is never shown, whatever else", (fact) => {
    for (const { own, conversation, said, looking, permission } of ROWS) expect(verdictOn({ ...PLAIN, ...said, level: effectiveLevel(conversation, { level: own }), looking, permission, [fact]: true })).not.toBe("show");
    expect(verdictOn({ ...PLAIN, [fact]: true })).toBe(fact);
    expect(verdictOn(PLAIN)).toBe("show");
  });
});

describe("the sound", () => {
  const MINUTE = 60_000;
  test("one speaks for all that had happened when it was made", () => {
    const rung = ring(null, 5 * MINUTE, 480 * MINUTE, 1_000)!;
    expect(rung).toEqual({ covers: 480 * MINUTE, at: 1_000 });
    // The catch-up goes on, for as long as it likes.
    for (let minute = 6; minute <= 480; minute += 6) expect(ring(rung, minute * MINUTE, 480 * MINUTE + minute, 1_000 + minute * MINUTE)).toBeNull();
    expect(ring(rung, 480 * MINUTE + 1, 481 * MINUTE, 1_000 + MINUTE)).toEqual({ covers: 481 * MINUTE, at: 1_000 + MINUTE });
  });

  test("a lively room is no alarm bell", () => {
    const rung: Rung = { covers: 0, at: 1_000 };
    expect(ring(rung, 10, 20, 1_000 + RING_PAUSE_MS - 1)).toBeNull();
    expect(ring(rung, 10, 20, 1_000 + RING_PAUSE_MS)).not.toBeNull();
  });

  test("a device's clock that is set back silences nothing", () => {
    expect(ring({ covers: 0, at: 10_000_000 }, 10, 20, 1_000)).not.toBeNull();
  });

  test("the server's time is known by a device whose clock is ten minutes off", () => {
    for (const off of [-10 * MINUTE, 0, 10 * MINUTE]) {
      const clock = new ServerClock();
      clock.answered(1_000_000, 1_000_000 + off + 40);
      expect(clock.at(2_000_000 + off)).toBe(2_000_000 - 40);
      clock.heard(1_500_000, 1_500_000 + off + 15);
      // News of hours ago tell nothing about now.
      clock.heard(500_000, 1_600_000 + off);
      expect(clock.at(2_000_000 + off)).toBe(2_000_000 - 15);
    }
    expect(new ServerClock().at(7)).toBe(7);
  });
});
