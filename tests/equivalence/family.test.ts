/**
 * Bar 8 of the family's issue: for every command of families, timers, stars, chores and rewards, what an open dashboard, or shop, shows
 * after any delivery of the events equals a fresh load. The histories of equivalence.test.ts, for another screen.
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { openDashboard } from "#app/domain/families/queries.server.ts";
import { positionFor } from "#app/domain/sync/queries.server.ts";
import { faultSuite } from "#tests/faults/size.ts";
import type { Parts } from "./browser.ts";
import { Browser, REAL } from "./browser.ts";
import { CASES, type Case } from "./cases.ts";
import { databasePool } from "./database-pool.ts";
import { FAMILY_CASES } from "./family-cases.ts";
import { House, PEOPLE } from "./house.ts";
import { raced } from "./raced.ts";

const { size, full, seed, figures, replay } = faultSuite("equivalence-family", { short: { runs: 40 }, full: { runs: 10_000 } });
const database = databasePool(250);
const MUTANT_RUNS = 600;

/** New names and faces show on the dashboard, too. */
const OF_PEOPLE = ["accounts/updateProfile", "images/addImage", "images/removeImage"];
const PLAYED: Record<string, Case> = { ...FAMILY_CASES, ...Object.fromEntries(OF_PEOPLE.map((name) => [name, CASES[name]!])) };

const pick = fc.nat(60);
const command = fc.record({
  name: fc.oneof(...Object.entries(PLAYED).flatMap(([name, item]) => ("run" in item ? [{ weight: item.weight, arbitrary: fc.constant(name) }] : []))),
  // Mostly the parents: the others may do less.
  who: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 2, arbitrary: fc.nat(PEOPLE - 1) }),
  picks: fc.tuple(pick, pick, pick),
  ms: fc.oneof({ weight: 5, arbitrary: fc.constant(0) }, { weight: 5, arbitrary: fc.nat(5_000) }, { weight: 2, arbitrary: fc.nat(90_000) }, { weight: 1, arbitrary: fc.integer({ min: -50, max: 0 }) }),
});
type Command = typeof command extends fc.Arbitrary<infer C> ? C : never;

const browser = fc.nat(PEOPLE);
const action = fc.oneof(
  { weight: 12, arbitrary: fc.record({ do: fc.constant("command" as const), command }) },
  { weight: 8, arbitrary: fc.record({ do: fc.constant("push" as const), fate: fc.constantFrom("deliver", "double", "lose"), browser, pick }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("open" as const), browser, between: fc.array(command, { maxLength: 5 }) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom("ask", "answer"), browser }) },
);
type Action = typeof action extends fc.Arbitrary<infer A> ? A : never;

const history = fc.record({ seed: fc.nat(), smallPages: fc.boolean(), before: fc.array(command, { maxLength: 12 }), actions: fc.array(action, { maxLength: 40, size: "max" }) });
type History = typeof history extends fc.Arbitrary<infer H> ? H : never;

const total = { commands: 0, refused: 0, dashboards: 0, shops: 0, requests: 0, left: 0, events: 0, reloads: 0, timers: 0, chores: 0, entries: 0, runs: 0 };
/** Kinds of events that some dashboard has folded. */
const folded = new Set<string>();

async function live({ seed, smallPages, before, actions }: History, parts: Parts): Promise<void> {
  const house = await House.over(await database(), seed);
  const browsers: Browser[] = [];

  async function run({ name, who, picks, ms }: Command): Promise<void> {
    house.now += ms;
    const item = PLAYED[name]!;
    if ("run" in item) await house.attempt(() => item.run(house, house.people[who]!, picks));
    const published = await house.publish();
    for (const each of browsers) each.hear(published);
  }

  async function act(action: Action): Promise<void> {
    if (action.do === "command") return run(action.command);
    const each = browsers[action.browser % browsers.length]!;
    if (action.do === "open") {
      const waiting = [...action.between];
      const over = raced(house.ctx, async () => {
        const next = waiting.shift();
        if (next) await run(next);
      });
      // One screen of the two is opened anew, the other stays as old as it is.
      await (action.between.length % 2 === 0 ? each.openShop(over) : each.openFamily(over));
    } else if (action.do === "push") each.deliver(action.pick, action.fate);
    else if (action.do === "ask") await each.ask(smallPages);
    else each.takeAnswer();
  }

  // Two parents and a child; the fourth belongs to nobody yet.
  await run({ name: "families/createFamily", who: 0, picks: [1, 0, 0], ms: 1 });
  for (const [guest, role] of [[1, 1], [2, 3]] as const) {
    await run({ name: "families/invite", who: 0, picks: [role, 0, 0], ms: 1 });
    await run({ name: "families/acceptInvitation", who: guest, picks: [guest - 1, 0, 0], ms: 1 });
  }
  // Something to spend, and something to spend it on.
  await run({ name: "stars/addStars", who: 0, picks: [2, 40, 1], ms: 1 });
  for (const [pick, stock] of [[1, 4], [2, 5]] as const) await run({ name: "rewards/createProduct", who: 0, picks: [pick, stock, 0], ms: 1 });
  for (const each of before) await run(each);
  for (const { viewer } of [...house.people, house.people[0]!]) browsers.push(await Browser.start(house, viewer, parts));
  for (const each of browsers) {
    await each.openFamily(house.ctx);
    await each.openShop(house.ctx);
  }
  for (const each of actions) await act(each);

  for (const each of browsers) {
    await each.catchUp(smallPages);
    await each.reloadIfStale();
    for (const { screen, shown, fresh } of await each.compared()) {
      expect(shown, `${screen} of ${each.viewer.userId}`).toEqual(fresh);
      if (screen.endsWith(" left")) total.left++;
      else if (screen === "shop") total.shops++;
      else total.dashboards++;
    }
    if (each.family) {
      const { timers, chores, stars } = each.family.fold.current();
      total.timers += timers.length;
      total.chores += chores.length;
      total.entries += stars.recent.length;
      for (const event of each.log.runAfter(each.family.channel, each.family.fold.view.position.offsets[each.family.channel] ?? 0)) folded.add(event.event);
    }
    total.requests += each.shop?.fold.current().redemptions.length ?? 0;
    total.events += each.log.size;
    total.reloads += each.reloads;
  }
  total.commands += house.done;
  total.refused += house.refused;
  total.runs++;
}

test(`${size.runs} histories: stale dashboards and events show what a fresh load shows`, { timeout: 300_000 + size.runs * 500 }, async () => {
  await fc.assert(fc.asyncProperty(history, (each) => live(each, REAL)), { numRuns: size.runs, seed });
  figures({ ...total, again: replay });
  expect(total.dashboards).toBeGreaterThan(size.runs * 2);
  expect(total.shops).toBeGreaterThan(size.runs * 2);
  expect(total.requests).toBeGreaterThan(size.runs / 4);
  expect(folded.size).toBeGreaterThan(5);
  if (!full) return;
  expect(total.left).toBeGreaterThan(0);
  expect([...folded]).toEqual(expect.arrayContaining(["timer:started", "timer:updated", "timer:expired", "timer:cancelled", "timer:completed", "stars:updated", "chore:completed", "chore:updated", "family:changed", "family:member-changed", "redemption:updated", "wish:updated", "cache:revalidated"]));
});

/** What a few histories find, and what takes some hundreds. */
const QUICK = ["timer:updated", "timer:expired", "stars:updated", "chore:completed"];
const SLOW = ["timer:cancelled", "timer:completed", "family-left"];

describe("the comparison finds", () => {
  const overlooks = (event: string): Partial<Parts> => ({ reduceFamily: (state, each) => (each.event === event ? state : REAL.reduceFamily(state, each)) });
  const mutants: Record<string, Partial<Parts>> = {
    ...Object.fromEntries((full ? [...QUICK, ...SLOW] : QUICK).map((event) => [`a reducer that overlooks ${event}`, overlooks(event)])),
    "a shop that overlooks redemption:updated": { reduceShop: (state, each) => (each.event === "redemption:updated" ? state : REAL.reduceShop(state, each)) },
    "a position that is read after the data": {
      openDashboard: async (ctx, viewer) => {
        const loaded = await openDashboard(ctx, viewer);
        return { ...loaded, position: await positionFor(ctx, viewer, [loaded.channel]) };
      },
    },
  };
  test.each(Object.entries(mutants))("%s", { timeout: 300_000 }, async (_name, parts) => {
    const result = await fc.check(fc.asyncProperty(history, (each) => live(each, { ...REAL, ...parts })), { numRuns: MUTANT_RUNS, seed, endOnFailure: true });
    expect(result.failed).toBe(true);
  });
});
