/**
 * For every command of the app: what an open screen shows after any delivery of the events equals a fresh load, also
 * when others commit between the loader's reads, and before the screen is subscribed. A command without a case fails.
 * What is not live by decision (lists of people one has no chat with, the settings page) is in docs/testing.md.
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { MemberChanged } from "#app/domain/conversations/events.ts";
import { openConversation } from "#app/domain/conversations/open-conversation.server.ts";
import { positionFor } from "#app/domain/sync/queries.server.ts";
import { faultSuite } from "#tests/faults/size.ts";
import type { Parts } from "./browser.ts";
import { Browser, REAL } from "./browser.ts";
import { CASES } from "./cases.ts";
import { COMMANDS, mismatched } from "./commands.ts";
import { databasePool } from "./database-pool.ts";
import { FAMILY_CASES } from "./family-cases.ts";
import { House, PEOPLE } from "./house.ts";
import { raced } from "./raced.ts";

const { size, seed, figures, replay } = faultSuite("equivalence", { short: { runs: 70 }, full: { runs: 10_000 } });
const database = databasePool(500);
/** So many runs find each of the mistakes made on purpose below. */
const MUTANT_RUNS = 1_000;
/** How often, beside the other actions, somebody opens a screen while others go on; oftener, mistakes show five times as soon. */
const OPENS = 2;
const MUTANTS_OPENS = 10;

/** Those of the family have histories of their own (family.test.ts). */
const ALL_CASES = { ...CASES, ...FAMILY_CASES };

const pick = fc.nat(60);
const command = fc.record({
  name: fc.oneof(...Object.entries(CASES).flatMap(([name, item]) => ("run" in item ? [{ weight: item.weight, arbitrary: fc.constant(name) }] : []))),
  who: fc.nat(PEOPLE - 1),
  picks: fc.tuple(pick, pick, pick),
  /** The clocks of several servers: mostly still, mostly forward. */
  ms: fc.oneof({ weight: 5, arbitrary: fc.constant(0) }, { weight: 5, arbitrary: fc.nat(5_000) }, { weight: 1, arbitrary: fc.integer({ min: -50, max: 0 }) }),
});
type Command = typeof command extends fc.Arbitrary<infer C> ? C : never;

const browser = fc.nat(PEOPLE);
const actionWith = (opens: number) =>
  fc.oneof(
    { weight: 12, arbitrary: fc.record({ do: fc.constant("command" as const), command }) },
    { weight: 8, arbitrary: fc.record({ do: fc.constant("push" as const), fate: fc.constantFrom("deliver", "double", "lose"), browser, pick }) },
    { weight: opens, arbitrary: fc.record({ do: fc.constantFrom("open-list", "open-chat"), browser, pick, between: fc.array(command, { maxLength: 5 }) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant("close-chat" as const), browser, pick }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constantFrom("ask", "answer"), browser }) },
  );
type Action = ReturnType<typeof actionWith> extends fc.Arbitrary<infer A> ? A : never;

const historyWith = (opens: number) => fc.record({ seed: fc.nat(), smallPages: fc.boolean(), before: fc.array(command, { maxLength: 12 }), long: fc.nat(11), actions: fc.array(actionWith(opens), { maxLength: 40, size: "max" }) });
type History = ReturnType<typeof historyWith> extends fc.Arbitrary<infer H> ? H : never;

const total = { commands: 0, refused: 0, screens: 0, rooms: 0, removed: 0, events: 0, reloads: 0, sessionsEnded: 0, runs: 0 };

async function live({ seed, smallPages, before, long, actions }: History, parts: Parts): Promise<void> {
  const house = await House.over(await database(), seed);
  const browsers: Browser[] = [];

  async function run({ name, who, picks, ms }: Command): Promise<void> {
    house.now += ms;
    const item = CASES[name]!;
    const person = house.people[who]!;
    if ("run" in item) await house.attempt(() => item.run(house, person, picks));
    const published = await house.publish();
    for (const each of browsers) each.hear(published);
  }

  async function act(action: Action): Promise<void> {
    if (action.do === "command") return run(action.command);
    const each = browsers[action.browser % browsers.length]!;
    if (action.do === "open-list" || action.do === "open-chat") {
      const waiting = [...action.between];
      const ctx = raced(house.ctx, async () => {
        const next = waiting.shift();
        if (next) await run(next);
      });
      if (action.do === "open-list") await each.openList(ctx);
      else await each.openChat(ctx, action.pick);
    } else if (action.do === "close-chat") each.closeChat(action.pick);
    else if (action.do === "push") each.deliver(action.pick, action.fate);
    else if (action.do === "ask") await each.ask(smallPages);
    else each.takeAnswer();
  }

  // Somebody has chats already, one of them, seldom, longer than a page.
  for (const other of [1, 2]) await run({ name: "conversations/openDirect", who: 0, picks: [other, 0, 0], ms: 1 });
  if (long === 0) for (let count = 0; count < 52; count++) await run({ name: "conversations/sendMessage", who: count % 2, picks: [0, count, 1], ms: 1 });
  // A closed room of three and an open one of two.
  for (const [access, guests] of [[0, [1, 2]], [1, [1]]] as const) {
    await run({ name: "rooms/createRoom", who: 0, picks: [access, access, 0], ms: 1 });
    for (const guest of guests) await run({ name: "rooms/inviteToRoom", who: 0, picks: [2, guest, 0], ms: 1 });
    // The newest of everybody's conversations: something was said in it, and read.
    await run({ name: "conversations/sendMessage", who: 0, picks: [0, 1, 1], ms: 1 });
    for (const guest of guests) await run({ name: "conversations/markRead", who: guest, picks: [0, 0, 0], ms: 1 });
  }
  for (const each of before) await run(each);
  // One for each of the people, and a second one of the first.
  for (const { viewer, sessions } of [...house.people, house.people[0]!]) {
    const second = browsers.some((each) => each.viewer.userId === viewer.userId);
    browsers.push(await Browser.start(house, { ...viewer, sessionId: sessions[second ? 1 : 0] }, parts));
  }
  const hasSession = async ({ viewer }: Browser) => (await house.ctx.db.all("SELECT 1 FROM sessions WHERE id = ?", [viewer.sessionId])).length > 0;
  const signedIn = new Set<Browser>();
  for (const each of browsers) if (await hasSession(each)) signedIn.add(each);
  for (const each of browsers) await each.openList(house.ctx);
  for (const each of browsers) await each.openChat(house.ctx, 0);
  for (const each of actions) await act(each);

  for (const each of browsers) {
    await each.catchUp(smallPages);
    await each.reloadIfStale();
    for (const { screen, shown, fresh } of await each.compared()) {
      expect(shown, `${screen} of ${each.viewer.userId}`).toEqual(fresh);
      total.screens++;
      if (screen.startsWith("room")) total.rooms++;
      if (screen.startsWith("left")) total.removed++;
    }
    // A session that ended before the browser was there is for its first request to find out.
    if (signedIn.has(each)) {
      const ended = !(await hasSession(each));
      expect(each.toldOfEnd(each.viewer.sessionId), "told of the session's end").toBe(ended);
      if (ended) total.sessionsEnded++;
    }
    total.events += each.log.size;
    total.reloads += each.reloads;
  }
  total.commands += house.done;
  total.refused += house.refused;
  total.runs++;
}

describe("every command has its case", () => {
  test("each that the app's domains export, and none that is no more", () => {
    expect(COMMANDS.length).toBeGreaterThan(10);
    expect(mismatched(COMMANDS, ALL_CASES)).toEqual([]);
  });

  test("one without a case, or without a command, is found; an exemption says why", () => {
    expect(mismatched([...COMMANDS, "timers/turnBack"], ALL_CASES)).toEqual(["timers/turnBack"]);
    expect(mismatched(COMMANDS.slice(1), ALL_CASES)).toEqual([COMMANDS[0]]);
    for (const item of Object.values(ALL_CASES)) if ("exempt" in item) expect(item.exempt.length).toBeGreaterThan(20);
  });
});

test(`${size.runs} histories: stale screens and events show what a fresh load shows`, { timeout: 300_000 + size.runs * 500 }, async () => {
  await fc.assert(fc.asyncProperty(historyWith(OPENS), (each) => live(each, REAL)), { numRuns: size.runs, seed });
  figures({ ...total, again: replay });
  expect(total.screens).toBeGreaterThan(size.runs * 4);
  expect(total.sessionsEnded).toBeGreaterThan(0);
  expect(total.rooms).toBeGreaterThan(size.runs);
  expect(total.removed).toBeGreaterThan(0);
  // Nearly all is folded: loading anew is for new conversations, and for reading in between.
  expect(total.reloads).toBeLessThan(total.screens / 5);
});

describe("the comparison finds", () => {
  const mutants: Record<string, Partial<Parts>> = {
    "a reducer that overlooks edits": { reduceMessages: (state, event) => (event.event === "message-updated" ? state : REAL.reduceMessages(state, event)) },
    "a reducer that overlooks new names": { reduceMessages: (state, event) => (event.event === "member-changed" ? state : REAL.reduceMessages(state, event)) },
    "a reducer that goes on showing hidden positions": { reduceMessages: (state, event) => (event.event === "member-changed" && (event.data as MemberChanged).receipts === false ? state : REAL.reduceMessages(state, event)) },
    "a reducer that overlooks who comes and goes": { reduceMessages: (state, event) => (event.event === "member-changed" && (event.data as MemberChanged).change ? state : REAL.reduceMessages(state, event)) },
    "a room that stays open to who was removed": { reduceMembership: (state) => state },
    "a list that overlooks deletions": { reduceChatList: (state, event) => (event.event === "message-deleted" ? state : REAL.reduceChatList(state, event)) },
    "a position that is read after the data": {
      openConversation: async (ctx, viewer, id, before) => {
        const loaded = await openConversation(ctx, viewer, id, before);
        return { ...loaded, position: await positionFor(ctx, viewer, [loaded.conversation.channel]) };
      },
    },
  };
  test.each(Object.entries(mutants))("%s", { timeout: 300_000 }, async (_name, parts) => {
    const result = await fc.check(fc.asyncProperty(historyWith(MUTANTS_OPENS), (each) => live(each, { ...REAL, ...parts })), { numRuns: MUTANT_RUNS, seed, endOnFailure: true });
    // By comparison, not by a crash.
    expect(result.errorInstance).toMatchObject({ name: "AssertionError" });
  });
});
