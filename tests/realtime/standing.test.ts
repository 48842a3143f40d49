/** What is unread and what is muted, carried on by events in any order, equals a fresh load: over every command of the app and a real database. */
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { newMessage } from "#app/domain/conversations/events.ts";
import type { NOTIFY_LEVELS } from "#app/domain/notifications/schema.ts";
import { noticesOf } from "#app/domain/notifications/queries.server.ts";
import { totalUnread } from "#app/domain/notifications/notices.ts";
import { positionFor, syncFor } from "#app/domain/sync/queries.server.ts";
import type { LiveEvent } from "#app/realtime/live-event.ts";
import { readSynced } from "#app/realtime/live-event.ts";
import { Standing } from "#app/realtime/notifications/standing.ts";
import { testDatabase, type TestDatabase } from "#tests/support/database.ts";
import { CASES } from "#tests/equivalence/cases.ts";
import { faultSuite } from "#tests/faults/size.ts";
import { House, PEOPLE } from "#tests/equivalence/house.ts";

const { size, seed: SEED, figures, replay } = faultSuite("notifications", { short: { runs: 60 }, full: { runs: 1_500 } });
const RUNS = size.runs;

let database: TestDatabase;
beforeAll(async () => void (database = await testDatabase()));
afterAll(() => database.close());

const pick = fc.nat(60);
const command = fc.record({
  name: fc.oneof(...Object.entries(CASES).flatMap(([name, item]) => ("run" in item && !name.startsWith("accounts/") ? [{ weight: item.weight, arbitrary: fc.constant(name) }] : []))),
  who: fc.nat(PEOPLE - 1),
  picks: fc.tuple(pick, pick, pick),
});
const history = fc.record({ seed: fc.nat(), before: fc.array(command, { maxLength: 25, size: "max" }), between: fc.array(command, { maxLength: 5 }), after: fc.array(command, { maxLength: 40, size: "max" }), again: fc.nat(40), order: fc.nat() });

describe("standing", () => {
  test(`after any history of ${RUNS}, in any order of its events, doubled and loaded again in the middle`, async () => {
    let counted = 0;
    let told = 0;
    await fc.assert(
      fc.asyncProperty(history, async ({ seed, before, between, after, again, order }) => {
        const house = await House.over(database.db, seed);
        const { viewer } = house.people[0]!;
        const run = async (commands: typeof before) => {
          for (const { name, who, picks } of commands) {
            const item = CASES[name]!;
            if ("run" in item) await house.attempt(() => item.run(house, house.people[who]!, picks));
          }
        };
        /** As the root loader does it: the position first; others commit before the data is read. */
        const load = async (others: typeof before) => {
          const position = await positionFor(house.ctx, viewer);
          await run(others);
          return { position, notices: await noticesOf(house.ctx, viewer) };
        };
        await run([{ name: "conversations/openDirect", who: 1, picks: [0, 0, 0] }, ...before]);
        const first = await load(between);
        const standing = new Standing(viewer.userId, first.notices, first.position);
        await run(after.slice(0, again));
        const second = await load(between);
        await run(after.slice(again));

        const events: LiveEvent[] = (await syncFor(house.ctx, viewer, first.position.cursor)).events.map(readSynced);
        // Also what came before either load, late.
        const all = [...events, ...events.filter((_, index) => index % 3 === 0)];
        const shuffled = all.map((event, index) => ({ event, at: (Math.imul(order + index + 1, 2_654_435_761) >>> 0) % 10_007 })).sort((a, b) => a.at - b.at);
        shuffled.forEach(({ event }, index) => {
          if (index === Math.floor(shuffled.length / 2)) standing.load(second.notices, second.position);
          standing.take(event);
        });
        if (shuffled.length === 0) standing.load(second.notices, second.position);

        const fresh = await noticesOf(house.ctx, viewer);
        if (!standing.stale) expect(standing.total).toBe(totalUnread(fresh));
        expect(standing.sound).toBe(fresh.sound);
        for (const { id, level } of fresh.conversations) expect([id, standing.levelOf(id)]).toEqual([id, level ?? fresh.level]);
        counted += standing.total;
        told += shuffled.length;
      }),
      { numRuns: RUNS, seed: SEED, endOnFailure: true },
    );
    // Otherwise nothing was ever unread, and all of this proves nothing.
    expect(counted, replay).toBeGreaterThan(RUNS / 4);
    figures({ histories: RUNS, events: told, unread: counted });
  }, 600_000);
});

describe("by hand", () => {
  const EPOCH = { epoch: "e", seq: 10 };
  const notices = (unread: string, level: (typeof NOTIFY_LEVELS)[number] | null = null) => ({ level: "all" as const, sound: true, now: 0, conversations: [{ id: "c", room: null, level, readSeq: 0, lastSeq: 500, unread }] });
  const event = (name: string, data: unknown, seq: number, epoch = "e"): LiveEvent => ({ channel: "private-user-me", event: name, data, stamp: { id: `${name}${seq}`, seq, offset: seq, epoch, at: 0 } });
  const read = (upToSeq: number, seq = 11, userId = "me") => event("message-read", { conversationId: "c", userId, upToSeq }, seq);

  test("a muted conversation is not counted, and is again when it is no longer muted", () => {
    const standing = new Standing("me", notices("1,2,3", "none"), EPOCH);
    expect(standing.total).toBe(0);
    standing.take(event("notifications-changed", { conversationId: "c", level: null }, 12));
    expect(standing.total).toBe(3);
    // What was said earlier and comes later changes nothing.
    standing.take(event("notifications-changed", { conversationId: "c", level: "none" }, 11));
    expect(standing.total).toBe(3);
  });

  test("somebody else's reading changes nothing", () => {
    const standing = new Standing("me", notices("1,2,3"), EPOCH);
    standing.take(read(3, 11, "other"));
    expect(standing.total).toBe(3);
    standing.take(read(2));
    expect(standing.total).toBe(1);
  });

  test("of more than is counted, part of which was read elsewhere, only a load can tell", () => {
    const hundred = Array.from({ length: 100 }, (_, index) => index + 1).join(",");
    const standing = new Standing("me", notices(hundred), EPOCH);
    expect([standing.total, standing.stale]).toEqual([100, false]);
    standing.take(read(60));
    expect(standing.stale).toBe(true);
    standing.load({ ...notices(hundred), now: 1 }, { epoch: "e", seq: 11 });
    expect([standing.total, standing.stale]).toEqual([40, false]);
    standing.take(read(500, 12));
    expect([standing.total, standing.stale]).toEqual([0, false]);
  });

  test("an answer that another one has overtaken, and events of another life of the log, count for nothing", () => {
    const standing = new Standing("me", notices("1"), EPOCH);
    standing.load(notices("1,2,3,4"), { epoch: "e", seq: 9 });
    standing.take(event(newMessage.name, { conversationId: "c", seq: 501, senderId: "other" }, 12, "another"));
    expect(standing.total).toBe(1);
    standing.load(notices("1,2"), { epoch: "another", seq: 1 });
    expect(standing.total).toBe(2);
  });

  const message = (seq: number, place: number) => event(newMessage.name, { conversationId: "c", seq, senderId: "other" }, place);
  const quiet = { level: "all" as const, sound: true, now: 0, conversations: [] };

  test("what a load says nothing of was read by then: earlier messages count no more, though their reading is told later or not at all", () => {
    const standing = new Standing("me", quiet, EPOCH);
    standing.take(message(1, 11));
    expect(standing.total).toBe(1);
    standing.load({ ...quiet }, { epoch: "e", seq: 13 });
    expect(standing.total).toBe(0);
    // Late doubles of before the load.
    standing.take(message(2, 12));
    standing.take(read(1, 13));
    expect(standing.total).toBe(0);
    standing.take(message(3, 14));
    expect(standing.total).toBe(1);
  });

  test("joined, and written to, between the reading of the position and of the data", () => {
    const standing = new Standing("me", notices("1"), EPOCH);
    standing.take(message(1, 12));
    standing.take(event("conversation-added", { conversationId: "c" }, 11));
    expect(standing.total).toBe(1);
  });

  test("whoever comes back has muted nothing", () => {
    const standing = new Standing("me", quiet, EPOCH);
    standing.take(event("notifications-changed", { conversationId: "c", level: "none" }, 11));
    standing.take(event("conversation-removed", { conversationId: "c" }, 12));
    standing.take(event("conversation-added", { conversationId: "c" }, 13));
    expect(standing.levelOf("c")).toBe("all");
    standing.take(event("notifications-changed", { conversationId: "c", level: "mentions" }, 14));
    standing.take(event("conversation-added", { conversationId: "c" }, 13));
    expect(standing.levelOf("c")).toBe("mentions");
  });

  test("who is removed is gone, and is told so from then on", () => {
    const standing = new Standing("me", notices("1,2"), EPOCH);
    standing.take(event("conversation-removed", { conversationId: "c" }, 11));
    expect([standing.total, standing.isGone("c")]).toEqual([0, true]);
    standing.take(event("conversation-added", { conversationId: "c" }, 12));
    expect([standing.total, standing.isGone("c")]).toEqual([0, false]);
  });
});
