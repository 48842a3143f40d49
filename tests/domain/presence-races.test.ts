/**
 * Who is here under anything that may happen to what is told: webhooks doubled, late, out of order, lost, handled by
 * two app processes; clocks of processes and of the Channels server that differ and jump; questions that race with
 * news. Covers B8 and issue 4's bar 5. The real database, two connections to it; `npm run faults -- presence` is longer.
 */
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { userPresenceChannel } from "#app/domain/channels.ts";
import type { Context } from "#app/domain/context.ts";
import { openDirect } from "#app/domain/conversations/commands.server.ts";
import { newId } from "#app/domain/ids.ts";
import { hearOccupancy, markSeen, reconcileOccupancy, tellVisibility, turnOffline } from "#app/domain/presence/commands.server.ts";
import type { UserStatus } from "#app/domain/presence/events.ts";
import { check, hear, lapse, OFFLINE_AFTER_MS, see, SEEN_EVERY_MS, unknownPresence, type Presence } from "#app/domain/presence/policy.ts";
import { presenceOf, step } from "#app/domain/presence/rows.server.ts";
import type { Viewer } from "#app/domain/viewer.ts";
import type { Database } from "#db/database.ts";
import { logHead } from "#db/outbox/log.ts";
import { faultSuite } from "#tests/faults/size.ts";
import { MEMORY_FOLDER, testDatabase, type TestDatabase } from "#tests/support/database.ts";
import { contextOver, person } from "./people.ts";

const { size, seed, replay, figures } = faultSuite("presence", { short: { runs: 60, orders: 2_000 }, full: { runs: 4_000, orders: 200_000 } });
const PEOPLE = 3;
const START = Date.UTC(2026, 2, 3, 12);
/** Clocks that differ, but have not jumped. */
const SKEW_MS = 2_000;

let at: TestDatabase;
let other: Database;
beforeAll(async () => {
  at = await testDatabase("better-sqlite3", MEMORY_FOLDER);
  other = await at.openAnother();
});
afterAll(() => at.close());

test("any order of the same news, with doubles, ends alike: as the last of them by its own time says", () => {
  const news = fc.array(fc.record({ occupied: fc.boolean(), at: fc.integer({ min: START, max: START + 8 }) }), { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(news, fc.infiniteStream(fc.nat()), (sent, picks) => {
      const now = START + 20_000;
      const delivered = [...sent, ...sent].map((each) => ({ each, by: picks.next().value! })).sort((a, b) => a.by - b.by).map(({ each }) => each);
      const row = delivered.reduce((before, each) => hear(before, each, now), unknownPresence("u"));
      const last = Math.max(...sent.map((each) => each.at));
      const here = sent.some((each) => each.at === last && each.occupied);
      expect({ online: row.online, occupied: row.occupied, occupiedAt: row.occupiedAt }, replay).toEqual({ online: here, occupied: here, occupiedAt: last });
    }),
    { seed, numRuns: size.orders },
  );
});

test("whatever was told, by clocks that jump: once they agree again, a question and a minute say what is", () => {
  const time = fc.integer({ min: -3_600_000, max: 3_600_000 });
  const said = fc.oneof(
    fc.record({ do: fc.constant("hear" as const), occupied: fc.boolean(), at: time, now: time }),
    fc.record({ do: fc.constant("see" as const), at: time }),
    fc.record({ do: fc.constant("lapse" as const), now: time }),
    fc.record({ do: fc.constant("check" as const), occupied: fc.boolean(), now: time }),
  );
  fc.assert(
    fc.property(fc.array(said, { maxLength: 12 }), fc.boolean(), fc.boolean(), (history, connected, polls) => {
      let row: Presence = unknownPresence("u");
      for (const each of history) {
        if (each.do === "hear") row = hear(row, { occupied: each.occupied, at: START + each.at }, START + each.now);
        else if (each.do === "see") row = see(row, START + each.at);
        else if (each.do === "lapse") row = lapse(row, START + each.now);
        else row = check(row, { occupied: each.occupied, askedAt: START + each.now, known: row.occupiedAt }, START + each.now);
      }
      let now = START;
      // Two minutes of a quiet house: asked every half, looked every ten seconds; who polls asks every five.
      for (let tick = 0; tick <= 24; tick++, now += 5_000) {
        if (polls) row = see(row, now);
        if (tick % 6 === 0) row = check(row, { occupied: connected, askedAt: now, known: row.occupiedAt }, now);
        if (tick % 2 === 0) row = lapse(row, now);
      }
      expect({ online: row.online, occupied: row.occupied }, replay).toEqual({ online: connected || polls, occupied: connected });
      // Who asks was here now, whatever a clock that was ahead had noted.
      if (polls) expect(Math.abs(now - row.lastActive), replay).toBeLessThanOrEqual(OFFLINE_AFTER_MS);
    }),
    { seed, numRuns: size.orders },
  );
});

/** What really goes on with somebody, and what Channels says of it. */
interface Truth {
  connected: boolean;
  polls: boolean;
  shown: boolean;
}

const action = fc.oneof(
  { weight: 8, arbitrary: fc.record({ do: fc.constantFrom("connect", "leave"), who: fc.nat(PEOPLE - 1) }) },
  { weight: 8, arbitrary: fc.record({ do: fc.constant("deliver" as const), pick: fc.nat(30), fate: fc.constantFrom("once", "twice", "never"), process: fc.nat(1) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constantFrom("ask", "stop-asking"), who: fc.nat(PEOPLE - 1), process: fc.nat(1) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom("look", "question"), process: fc.nat(1) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("show" as const), who: fc.nat(PEOPLE - 1) }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant("wait" as const), ms: fc.constantFrom(1, 500, 3_000, 20_000, 70_000) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("settle" as const) }) },
);

test("two processes over one database: what others were told last is what is, in turns, and once all is said it is true", async () => {
  let events = 0;
  let steps = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(action, { minLength: 5, maxLength: 45, size: "max" }), fc.tuple(fc.integer({ min: -SKEW_MS, max: SKEW_MS }), fc.integer({ min: -SKEW_MS, max: SKEW_MS })), async (actions, skews) => {
      let now = START;
      const ctxs: Context[] = [at.db, other].map((db, index) => ({ db, newId, now: () => now + skews[index]! }));
      const setup = contextOver(at.db, START);
      const people: Viewer[] = [];
      for (let index = 0; index < PEOPLE; index++) people.push(await person(setup, `P${newId()}`));
      await openDirect(setup, people[0]!, { userId: people[1]!.userId });
      await openDirect(setup, people[0]!, { userId: people[2]!.userId });
      const { seq } = await logHead(at.db);
      const truth: Truth[] = people.map(() => ({ connected: false, polls: false, shown: true }));
      /** Not delivered yet. */
      const news: { channel: string; occupied: boolean; at: number }[] = [];
      /** Under way: what one process does while the other does something else. */
      const running: Promise<unknown>[] = [];
      const listed = () => Promise.resolve(new Set(people.flatMap(({ userId }, index) => (truth[index]!.connected ? [userPresenceChannel(userId)] : []))));
      const asks = (ctx: Context, who: number) => markSeen(ctx, new Map([[people[who]!.userId, ctx.now()]]));

      for (const each of actions) {
        now++;
        steps++;
        if (each.do === "connect" || each.do === "leave") {
          const connected = each.do === "connect";
          if (truth[each.who]!.connected === connected) continue;
          truth[each.who]!.connected = connected;
          news.push({ channel: userPresenceChannel(people[each.who]!.userId), occupied: connected, at: connected ? now : now + 3_000 });
        } else if (each.do === "deliver") {
          const [told] = news.splice(each.pick % Math.max(1, news.length), 1);
          if (!told || each.fate === "never") continue;
          // Nothing arrives before it was said.
          now = Math.max(now, told.at);
          running.push(hearOccupancy(ctxs[each.process]!, [told]));
          if (each.fate === "twice") running.push(hearOccupancy(ctxs[1 - each.process]!, [told]));
        } else if (each.do === "ask" || each.do === "stop-asking") {
          truth[each.who]!.polls = each.do === "ask";
          if (each.do === "ask") running.push(asks(ctxs[each.process]!, each.who));
        } else if (each.do === "look") running.push(turnOffline(ctxs[each.process]!));
        else if (each.do === "question") running.push(reconcileOccupancy(ctxs[each.process]!, listed));
        else if (each.do === "show") {
          const shown = (truth[each.who]!.shown = !truth[each.who]!.shown);
          const { userId } = people[each.who]!;
          running.push(
            at.db.transact(async (tx) => {
              await tx.all("UPDATE users SET show_last_active = ? WHERE id = ?", [Number(shown), userId]);
              await tellVisibility(tx, ctxs[0]!, { userId, shown });
            }),
          );
        } else {
          await Promise.all(running.splice(0));
          if (each.do === "wait") now += each.ms;
        }
      }
      await Promise.all(running.splice(0));
      await agreed();

      // Nothing is told any more; those who are here go on as they do.
      for (let tick = 0; tick <= 30; tick++, now += 5_000) {
        for (const [who, { polls }] of truth.entries()) if (polls) await asks(ctxs[tick % 2]!, who);
        if (tick % 6 === 0) await reconcileOccupancy(ctxs[tick % 2]!, listed);
        if (tick % 2 === 0) await turnOffline(ctxs[tick % 2]!);
      }
      const rows = await presenceOf(at.db, people.map(({ userId }) => userId));
      expect(rows.map(({ online, occupied }) => ({ online, occupied })), replay).toEqual(truth.map(({ connected, polls }) => ({ online: connected || polls, occupied: connected })));
      await agreed();

      async function agreed() {
        const told = await at.db.all<{ payload: string }>("SELECT payload FROM outbox_events WHERE seq > ? AND event = 'user-status-change' ORDER BY seq", [seq]);
        events += told.length;
        for (const row of await presenceOf(at.db, people.map(({ userId }) => userId))) {
          const own = told.map(({ payload }) => JSON.parse(payload) as UserStatus).filter(({ userId }) => userId === row.userId);
          expect(own.at(-1)?.online ?? false, replay).toBe(row.shown && row.online);
          // Hiding and showing again may repeat what others think already; coming and going alone never does.
          if (truth.every(({ shown }) => shown) && !actions.some((each) => each.do === "show")) expect(own.every(({ online }, index) => online === (index % 2 === 0)), replay).toBe(true);
          expect(row.lastActive, replay).toBeLessThanOrEqual(now + 2 * SKEW_MS + OFFLINE_AFTER_MS);
        }
      }
    }),
    { seed, numRuns: size.runs },
  );
  figures({ runs: size.runs, steps, "events seen": events });
});

test("the properties notice mistakes: the order of arrival, and a sign of life that comes too late", () => {
  const byArrival = (row: Presence, occupied: boolean, time: number): Presence => ({ ...row, occupied, online: occupied, occupiedAt: time });
  expect(byArrival(byArrival(unknownPresence("u"), false, START + 2), true, START + 1).online).not.toBe(hear(hear(unknownPresence("u"), { occupied: false, at: START + 2 }, START), { occupied: true, at: START + 1 }, START).online);
  const left = hear(hear(unknownPresence("u"), { occupied: true, at: START }, START), { occupied: false, at: START + 5_000 }, START + 5_000);
  expect(see(left, START + 1_999)).toBe(left);
  expect(see(left, START + 5_001).online).toBe(true);
  expect(see(see(left, START + 6_000), START + 6_000 + SEEN_EVERY_MS - 1).seenAt).toBe(START + 6_000);
});

test("a step that changes nothing writes nothing and tells nobody", async () => {
  const ctx = contextOver(at.db, START);
  const somebody = await person(ctx, `P${newId()}`);
  expect(await step(ctx, [somebody.userId, newId()], (row) => row)).toEqual({ online: 0, offline: 0 });
  expect(await at.db.all("SELECT 1 FROM user_presence WHERE user_id = ?", [somebody.userId])).toEqual([]);
});
