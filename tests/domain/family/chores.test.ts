/** product.md E6. Bar 7 of the family's issue, but for the dates (recurrence.test.ts). */
import { describe, expect, test } from "vitest";
import { assigneeOf, type ChoreData } from "#app/domain/chores/chore.ts";
import { approveChore, archiveChore, changeChore, claimChore, createChore, refuseChore, undoChore } from "#app/domain/chores/commands.server.ts";
import { choresOf, FAMILY_CHORES_WHERE, SHOWN_AFTER_MS } from "#app/domain/chores/queries.server.ts";
import type { Recurrence } from "#app/domain/chores/recurrence.ts";
import { CHORES_SQL } from "#app/domain/chores/rows.server.ts";
import { choreCreateSchema, type ChoreCreateInput } from "#app/domain/chores/schema.ts";
import { changeFamily, removeMember } from "#app/domain/families/commands.server.ts";
import { findMembership } from "#app/domain/families/membership.server.ts";
import { removeStars } from "#app/domain/stars/commands.server.ts";
import type { Viewer } from "#app/domain/viewer.ts";
import { seeded } from "#tests/realtime/seeded.ts";
import type { TestDatabase } from "#tests/support/database.ts";
import { eachWithHousehold } from "./each-with-household.ts";
import { newestSeq, refusalOf, SETTINGS, told, type Household } from "./household.ts";

const seed = Number(process.env["SEED"] || Math.floor(Math.random() * 2 ** 31));
console.log(`chores: again with SEED=${seed}`);

let at: TestDatabase;
let house: Household;
eachWithHousehold((made, database) => ([house, at] = [made, database]));

/** The house's clock stands on it. */
const TODAY = "2026-03-03";
const DAY_MS = 86_400_000;
const DAILY: Recurrence = { kind: "daily", from: "due" };

const make = (besides: Partial<ChoreCreateInput> = {}): Promise<ChoreData> =>
  createChore(house.ctx, house.parent, { name: "Dishes", icon: null, stars: 3, recurrence: DAILY, assignment: "fixed", assignees: [house.child.userId], dueOn: TODAY, ...besides });
const on = ({ id }: ChoreData, dueOn: string = TODAY) => ({ choreId: id, dueOn });
const shape = ({ occurrences }: ChoreData) => occurrences.map(({ dueOn, state, assignedTo, claim }) => [dueOn, state, assignedTo, claim?.memberId ?? null]);
const balance = async ({ userId }: Viewer) => (await at.db.all<{ balance: number }>("SELECT balance FROM star_ledger WHERE member_id = ? ORDER BY seq DESC LIMIT 1", [userId]))[0]?.balance ?? 0;
const listed = async () => choresOf(at.db, (await findMembership(at.db, house.parent))!, house.ctx.now());

describe("claiming", () => {
  test("by a child waits for a parent; the approval awards the stars, once, and the next turn is open since the claim", async () => {
    const chore = await make();
    const before = await newestSeq(house);
    const claimed = await claimChore(house.ctx, house.child, on(chore));
    expect(shape(claimed)).toEqual([[TODAY, "claimed", house.child.userId, house.child.userId], ["2026-03-04", "open", house.child.userId, null]]);
    expect(await balance(house.child)).toBe(0);
    const approved = await approveChore(house.ctx, house.parent, on(chore));
    expect(shape(approved)).toEqual([[TODAY, "done", house.child.userId, house.child.userId], ["2026-03-04", "open", house.child.userId, null]]);
    expect(await approveChore(house.ctx, house.other, on(chore))).toEqual(approved);
    expect(await balance(house.child)).toBe(3);
    const events = await told(house, before);
    expect(events.map(({ event }) => event)).toEqual(["chore:updated", "chore:completed", "stars:updated"]);
    expect(events[1]!.data).toEqual({ chore: approved, memberId: house.child.userId, starsAwarded: 3 });
    expect(await listed()).toEqual([approved]);
  });

  test("twice, and fifty times at once, is one claim", async () => {
    const chore = await make();
    const before = await newestSeq(house);
    const second = { ...house.ctx, db: await at.openAnother() };
    const answers = await Promise.all(Array.from({ length: 50 }, (_, index) => claimChore(index % 2 ? house.ctx : second, house.child, on(chore))));
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(await told(house, before)).toHaveLength(1);
    expect(await at.db.all("SELECT state FROM chore_claims")).toEqual([{ state: "claimed" }]);
  });

  test("approved by both parents at once, it is awarded once", async () => {
    const chore = await make();
    await claimChore(house.ctx, house.child, on(chore));
    await Promise.all(Array.from({ length: 20 }, (_, index) => approveChore(house.ctx, index % 2 ? house.parent : house.other, on(chore))));
    expect(await at.db.all("SELECT amount, kind FROM star_ledger")).toEqual([{ amount: 3, kind: "chore" }]);
  });

  test("counts at once where the family has it so", async () => {
    await changeFamily(house.ctx, house.parent, { ...SETTINGS, choresCountAtOnce: true });
    const done = await claimChore(house.ctx, house.child, on(await make()));
    expect(done.occurrences[0]).toMatchObject({ state: "done" });
    expect(await balance(house.child)).toBe(3);
  });

  test("by a parent counts at once, for whose turn it is", async () => {
    await claimChore(house.ctx, house.parent, on(await make()));
    expect([await balance(house.child), await balance(house.parent)]).toEqual([3, 0]);
    await claimChore(house.ctx, house.parent, on(await make({ assignment: "first-come", assignees: [] })));
    expect(await balance(house.parent)).toBe(3);
  });

  test("first come: whoever claims first has it; the other is told that it is taken", async () => {
    const chore = await make({ assignment: "first-come", assignees: [] });
    await claimChore(house.ctx, house.sibling, on(chore));
    expect(await refusalOf(claimChore(house.ctx, house.child, on(chore)))).toBe("chore-impossible");
    const among = await make({ assignment: "first-come", assignees: [house.sibling.userId] });
    expect(await refusalOf(claimChore(house.ctx, house.child, on(among)))).toBe("forbidden");
  });

  test("not before its day, for children: nobody earns ahead. The day is the family's", async () => {
    const chore = await make({ dueOn: "2026-03-04" });
    expect(await refusalOf(claimChore(house.ctx, house.child, on(chore, "2026-03-04")))).toBe("chore-not-due");
    // 22:00 UTC on the 3rd is midnight in Cairo.
    house.ctx.time.now = Date.UTC(2026, 2, 3, 22);
    expect(shape(await claimChore(house.ctx, house.child, on(chore, "2026-03-04"))).map(([dueOn]) => dueOn)).toEqual(["2026-03-04", "2026-03-05"]);
  });

  test("what was missed is passed over", async () => {
    const chore = await make({ dueOn: "2026-02-20" });
    expect(shape(await claimChore(house.ctx, house.child, on(chore, "2026-02-20"))).map(([dueOn]) => dueOn)).toEqual(["2026-02-20", "2026-03-04"]);
  });

  test("one for once has no next, stays for a week and is then no longer shown", async () => {
    const chore = await make({ recurrence: { kind: "once" } });
    await claimChore(house.ctx, house.parent, on(chore));
    expect((await listed()).map(shape)).toEqual([[[TODAY, "done", house.child.userId, house.child.userId]]]);
    house.ctx.time.now += SHOWN_AFTER_MS;
    expect(await listed()).toEqual([]);
  });
});

describe("taking back", () => {
  test("a refused claim is open again, and the turn that it had opened is gone", async () => {
    const chore = await make();
    await claimChore(house.ctx, house.child, on(chore));
    const refused = await refuseChore(house.ctx, house.parent, on(chore));
    expect(shape(refused)).toEqual([[TODAY, "open", house.child.userId, null]]);
    expect(await refusalOf(refuseChore(house.ctx, house.parent, on(chore)))).toBe("chore-impossible");
    expect(await refusalOf(approveChore(house.ctx, house.parent, on(chore)))).toBe("chore-impossible");
    await claimChore(house.ctx, house.child, on(chore));
    await approveChore(house.ctx, house.parent, on(chore));
    expect(await refusalOf(refuseChore(house.ctx, house.parent, on(chore)))).toBe("chore-impossible");
    expect(await balance(house.child)).toBe(3);
  });

  test("an undone one takes its stars back, exactly; done again it is another award", async () => {
    const chore = await make();
    for (let round = 0; round < 3; round++) {
      await claimChore(house.ctx, house.parent, on(chore));
      expect(await balance(house.child)).toBe(3);
      expect(shape(await undoChore(house.ctx, house.parent, on(chore)))).toEqual([[TODAY, "open", house.child.userId, null]]);
      expect(await balance(house.child)).toBe(0);
    }
    expect((await at.db.all<{ amount: number }>("SELECT amount FROM star_ledger ORDER BY seq")).map(({ amount }) => amount)).toEqual([3, -3, 3, -3, 3, -3]);
    expect(await refusalOf(undoChore(house.ctx, house.parent, on(chore)))).toBe("chore-impossible");
  });

  test("where the stars are spent, nothing of it happens", async () => {
    const chore = await make();
    const done = await claimChore(house.ctx, house.parent, on(chore));
    await removeStars(house.ctx, house.parent, { memberId: house.child.userId, amount: 1, reason: "Spent", key: "spent-one" });
    expect(await refusalOf(undoChore(house.ctx, house.parent, on(chore)))).toBe("not-enough-stars");
    expect(await listed()).toEqual([done]);
  });

  test("a child takes back its own, until a parent has approved it", async () => {
    const chore = await make({ assignment: "first-come", assignees: [] });
    await claimChore(house.ctx, house.child, on(chore));
    expect(await refusalOf(undoChore(house.ctx, house.sibling, on(chore)))).toBe("forbidden");
    await undoChore(house.ctx, house.child, on(chore));
    await claimChore(house.ctx, house.child, on(chore));
    await approveChore(house.ctx, house.parent, on(chore));
    expect(await refusalOf(undoChore(house.ctx, house.child, on(chore)))).toBe("forbidden");
    for (const verb of [approveChore, refuseChore]) expect(await refusalOf(verb(house.ctx, house.child, on(chore)))).toBe("forbidden");
  });

  test("an older one, when the next is done already: both stay what they are, and no turn comes twice", async () => {
    const chore = await make();
    await claimChore(house.ctx, house.parent, on(chore));
    house.ctx.time.now += DAY_MS;
    await claimChore(house.ctx, house.parent, on(chore, "2026-03-04"));
    expect(shape(await undoChore(house.ctx, house.parent, on(chore)))).toEqual([[TODAY, "open", house.child.userId, null], ["2026-03-04", "done", house.child.userId, house.child.userId], ["2026-03-05", "open", house.child.userId, null]]);
    await claimChore(house.ctx, house.parent, on(chore));
    expect(await at.db.all("SELECT due_on AS dueOn, turn FROM chore_occurrences ORDER BY turn")).toEqual([{ dueOn: TODAY, turn: 0 }, { dueOn: "2026-03-04", turn: 1 }, { dueOn: "2026-03-05", turn: 2 }]);
  });
});

describe("taking turns", () => {
  const three = () => [house.child.userId, house.sibling.userId, house.other.userId];

  test("each in the order in which they were named", async () => {
    const chore = await make({ assignment: "rotating", assignees: three() });
    const turns: (string | null)[] = [];
    for (let day = 0; day < 6; day++) {
      const [open] = (await listed())[0]!.occurrences.filter(({ state }) => state === "open");
      turns.push(open!.assignedTo);
      await claimChore(house.ctx, house.parent, on(chore, open!.dueOn));
      house.ctx.time.now += DAY_MS;
    }
    expect(turns).toEqual([...three(), ...three()]);
  });

  test("not who is not on turn; a parent's word counts for whose turn it is", async () => {
    const chore = await make({ assignment: "rotating", assignees: three() });
    expect(await refusalOf(claimChore(house.ctx, house.sibling, on(chore)))).toBe("forbidden");
    await claimChore(house.ctx, house.parent, on(chore));
    expect([await balance(house.child), await balance(house.sibling)]).toEqual([3, 0]);
  });

  test("stays fair through 400 random claims, approvals, refusals and undoings: turns differ by at most one, stars match what counts", async () => {
    const chore = await make({ assignment: "rotating", assignees: three(), recurrence: { kind: "daily", from: "completion" } });
    const random = seeded(seed);
    let done = 0;
    for (let round = 0; round < 400; round++) {
      const occurrences = await at.db.all<{ dueOn: string; state: string }>("SELECT due_on AS dueOn, state FROM chore_occurrences WHERE chore_id = ? ORDER BY turn DESC LIMIT 6", [chore.id]);
      const { dueOn } = occurrences[Math.floor(random() * occurrences.length)]!;
      const verb = [claimChore, claimChore, approveChore, refuseChore, undoChore][Math.floor(random() * 5)]!;
      const who = random() < 0.5 ? house.parent : [house.child, house.sibling][Math.floor(random() * 2)]!;
      if ((await refusalOf(verb(house.ctx, who, on(chore, dueOn)))) === null) done++;
      if (random() < 0.5) house.ctx.time.now += DAY_MS;
      const all = await at.db.all<{ turn: number; assignedTo: string }>("SELECT turn, assigned_to AS assignedTo FROM chore_occurrences WHERE chore_id = ? ORDER BY turn", [chore.id]);
      expect(all.map(({ turn }) => turn)).toEqual(all.map((_, index) => index));
      const counts = three().map((id) => all.filter(({ assignedTo }) => assignedTo === id).length);
      expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
    }
    expect(done).toBeGreaterThan(100);
    const earned = await at.db.all<{ memberId: string; stars: number }>("SELECT member_id AS memberId, 3 * count(*) AS stars FROM chore_claims WHERE state = 'approved' GROUP BY member_id ORDER BY member_id");
    const sums = await at.db.all<{ memberId: string; stars: number }>("SELECT member_id AS memberId, sum(amount) AS stars FROM star_ledger GROUP BY member_id HAVING sum(amount) <> 0 ORDER BY member_id");
    expect(sums).toEqual(earned);
    expect(await at.db.all("SELECT o.state FROM chore_occurrences o JOIN chore_claims l ON l.id = o.claim_id WHERE (o.state = 'done') <> (l.state = 'approved') OR (o.state = 'open')")).toEqual([]);
  });

  test("the fairness check would notice turns that go by who did it last", () => {
    expect([0, 1, 2, 3].map((turn) => assigneeOf("rotating", ["a", "b"], turn))).toEqual(["a", "b", "a", "b"]);
    expect([0, 1].map((turn) => assigneeOf("fixed", ["a", "b"], turn))).toEqual(["a", "a"]);
    expect([assigneeOf("first-come", ["a"], 0), assigneeOf("rotating", [], 5), assigneeOf("fixed", [], 0)]).toEqual([null, null, null]);
  });

  test("goes on without who has left the family", async () => {
    const chore = await make({ assignment: "rotating", assignees: three() });
    const fixed = await make({ name: "Cat" });
    const before = await newestSeq(house);
    await removeMember(house.ctx, house.parent, { memberId: house.child.userId });
    const chores = await listed();
    expect(chores.map(({ assignees, occurrences }) => [assignees, occurrences[0]!.assignedTo])).toEqual(expect.arrayContaining([[three().slice(1), house.sibling.userId], [[], null]]));
    expect((await told(house, before)).map(({ event }) => event).sort()).toEqual(["chore:updated", "chore:updated", "family:member-changed"]);
    await claimChore(house.ctx, house.sibling, on(fixed));
    await claimChore(house.ctx, house.sibling, on(chore));
  });
});

describe("changing", () => {
  test("keeps what is due; the new assignment holds for what is open; the list forgets archived ones", async () => {
    const chore = await make();
    await claimChore(house.ctx, house.child, on(chore));
    const changed = await changeChore(house.ctx, house.parent, { choreId: chore.id, name: "Kitchen", icon: "sparkles", stars: 5, recurrence: { kind: "every-n-days", every: 2, from: "due" }, assignment: "fixed", assignees: [house.sibling.userId] });
    expect(changed).toMatchObject({ name: "Kitchen", stars: 5, version: 3, assignees: [house.sibling.userId] });
    expect(shape(changed)).toEqual([[TODAY, "claimed", house.child.userId, house.child.userId], ["2026-03-04", "open", house.sibling.userId, null]]);
    // What it was worth when it was claimed.
    await approveChore(house.ctx, house.parent, on(chore));
    expect(await balance(house.child)).toBe(3);
    await archiveChore(house.ctx, house.parent, { choreId: chore.id });
    expect((await told(house)).at(-1)).toMatchObject({ event: "chore:updated", data: { chore: { id: chore.id, isArchived: true } } });
    expect(await listed()).toEqual([]);
    expect(await refusalOf(claimChore(house.ctx, house.parent, on(chore, "2026-03-04")))).toBe("not-found");
  });

  test("a stranger, somebody of no family, another date, and strangers as assignees: nothing is found", async () => {
    const chore = await make();
    for (const who of [house.stranger, house.loner]) {
      for (const verb of [claimChore, approveChore, refuseChore, undoChore]) expect(await refusalOf(verb(house.ctx, who, on(chore)))).toBe("not-found");
      expect(await refusalOf(archiveChore(house.ctx, who, { choreId: chore.id }))).toBe("not-found");
    }
    expect(await refusalOf(claimChore(house.ctx, house.parent, on(chore, "2026-03-09")))).toBe("not-found");
    expect(await refusalOf(make({ assignees: [house.stranger.userId] }))).toBe("not-found");
    expect(await listed()).toHaveLength(1);
  });

  test("what a form sends is checked", () => {
    const good = { name: "Dishes", stars: "2", recurrence: "weekdays", weekdays: ["5", "0", "0"], assignment: "rotating", assignees: [house.child.userId, house.sibling.userId], dueOn: "2024-02-29" };
    expect(choreCreateSchema.parse(good)).toEqual({ name: "Dishes", icon: null, stars: 2, recurrence: { kind: "weekdays", days: [0, 5], from: "due" }, assignment: "rotating", assignees: good.assignees, dueOn: "2024-02-29" });
    expect(choreCreateSchema.parse({ ...good, recurrence: "monthly", monthDay: "31", from: "completion", assignment: "fixed", assignees: house.child.userId }).recurrence).toEqual({ kind: "monthly", day: 31, from: "completion" });
    const bad: Record<string, unknown>[] = [{ dueOn: "2023-02-29" }, { dueOn: "x" }, { weekdays: [] }, { weekdays: ["7"] }, { recurrence: "monthly" }, { recurrence: "every-n-days", everyDays: "0" }, { recurrence: "hourly" }, { assignees: [] }, { assignment: "fixed" }, { assignees: ["x"] }, { name: "" }, { stars: "-1" }];
    for (const each of bad) expect([each, choreCreateSchema.safeParse({ ...good, ...each }).success]).toEqual([each, false]);
  });

  test("the list is read by indexes", async () => {
    const plan = await at.db.all<{ detail: string }>(`EXPLAIN QUERY PLAN ${CHORES_SQL} ${FAMILY_CHORES_WHERE}`, ["f", 0]);
    expect(plan.filter(({ detail }) => /^SCAN (c|l|chore_\w+|ahead|late)\b/.test(detail))).toEqual([]);
  });
});
