/** product.md E5. Bar 6 of the family's issue. */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { startOfDate, weekAt } from "#app/domain/calendar-days.ts";
import { newId } from "#app/domain/ids.ts";
import { findMembership } from "#app/domain/families/membership.server.ts";
import { addStars, removeStars, undoStars } from "#app/domain/stars/commands.server.ts";
import type { StarEntry } from "#app/domain/stars/entry.ts";
import { POST_SQL } from "#app/domain/stars/ledger.server.ts";
import { RECENT_SQL, STARS_SQL, starsOf } from "#app/domain/stars/queries.server.ts";
import { starsChangeSchema } from "#app/domain/stars/schema.ts";
import { seeded } from "#tests/realtime/seeded.ts";
import { bundled } from "#tests/support/bundle.ts";
import { DATABASE_KINDS, testDatabase, type TestDatabase } from "#tests/support/database.ts";
import { cleanEnvironment } from "#tests/support/processes.ts";
import { eachWithHousehold } from "./each-with-household.ts";
import { household, newestSeq, refusalOf, told, type Household } from "./household.ts";

const seed = Number(process.env["SEED"] || Math.floor(Math.random() * 2 ** 31));
console.log(`star ledger: again with SEED=${seed}`);

let at: TestDatabase;
let house: Household;
eachWithHousehold((made, database) => ([house, at] = [made, database]));

let keys = 0;
const change = (amount: number, besides: Partial<{ memberId: string; reason: string; key: string }> = {}) => ({ memberId: house.child.userId, amount, reason: "Helped", key: `key-${String(keys++).padStart(8, "0")}`, ...besides });
const stars = async (zone = house.family.timeZone, weekStart = house.family.weekStart) => starsOf(at.db, (await findMembership(at.db, house.parent))!, weekAt(zone, weekStart, house.ctx.now()));
const balance = async (memberId = house.child.userId) => (await stars()).members[memberId]!.balance;
const sums = () => at.db.all<{ memberId: string; sum: number; balance: number; lowest: number }>(
  `SELECT e.member_id AS memberId, sum(amount) AS sum, (SELECT balance FROM star_ledger l WHERE l.family_id = e.family_id AND l.member_id = e.member_id ORDER BY seq DESC LIMIT 1) AS balance, min(balance) AS lowest
   FROM star_ledger e GROUP BY e.family_id, e.member_id`,
);

describe("the ledger", () => {
  test("adds and removes with a reason; each is told with the new balance and the entry", async () => {
    const before = await newestSeq(house);
    const added = await addStars(house.ctx, house.parent, change(5, { reason: "Dishes" }));
    const removed = await removeStars(house.ctx, house.parent, change(2, { reason: "Cinema" }));
    expect(added).toMatchObject({ amount: 5, balance: 5, kind: "manual", reason: "Dishes", actorId: house.parent.userId, reversalOf: null });
    expect(removed).toMatchObject({ amount: -2, balance: 3 });
    expect(await told(house, before)).toEqual([
      { event: "stars:updated", data: { memberId: house.child.userId, newBalance: 5, entry: added, reverses: null } },
      { event: "stars:updated", data: { memberId: house.child.userId, newBalance: 3, entry: removed, reverses: null } },
    ]);
    expect(await balance()).toBe(3);
    expect(await balance(house.sibling.userId)).toBe(0);
  });

  test("refuses what would make it negative, and writes nothing", async () => {
    await addStars(house.ctx, house.parent, change(5));
    const before = await newestSeq(house);
    expect(await refusalOf(removeStars(house.ctx, house.parent, change(6)))).toBe("not-enough-stars");
    expect(await newestSeq(house)).toBe(before);
    expect(await balance()).toBe(5);
  });

  test("the same key again is the first entry again, also when the stars are spent; with other content it is refused", async () => {
    const input = change(5);
    const first = await addStars(house.ctx, house.parent, input);
    const spent = change(5);
    const removed = await removeStars(house.ctx, house.parent, spent);
    const before = await newestSeq(house);
    expect(await addStars(house.ctx, house.parent, input)).toEqual(first);
    expect(await removeStars(house.ctx, house.parent, spent)).toEqual(removed);
    for (const other of [{ amount: 6 }, { reason: "Other" }, { memberId: house.sibling.userId }]) expect(await refusalOf(addStars(house.ctx, house.parent, { ...input, ...other }))).toBe("key-reused");
    expect(await refusalOf(removeStars(house.ctx, house.parent, input))).toBe("key-reused");
    expect(await newestSeq(house)).toBe(before);
    // The other parent's key is another key.
    expect((await addStars(house.ctx, house.other, input)).id).not.toBe(first.id);
  });

  test.each(DATABASE_KINDS)("on %s nothing in it can be changed, removed or replaced", async (kind) => {
    const own = await testDatabase(kind);
    try {
      house = await household(own.db);
      const entry = await addStars(house.ctx, house.parent, change(5));
      await addStars(house.ctx, house.parent, change(1));
      const rows = () => own.db.all("SELECT * FROM star_ledger ORDER BY seq");
      const before = await rows();
      const columns = "seq, id, family_id, member_id, amount, balance, kind, reason, cause_key, reversal_of, actor_id, created_at";
      for (const sql of [
        "UPDATE star_ledger SET amount = 50",
        "UPDATE star_ledger SET reason = reason",
        "DELETE FROM star_ledger",
        `REPLACE INTO star_ledger (${columns}) SELECT ${columns} FROM star_ledger`,
        `INSERT OR REPLACE INTO star_ledger (${columns}) SELECT NULL, lower(hex(randomblob(16))), ${columns.split(", ").slice(2).join(", ")} FROM star_ledger`,
        `INSERT INTO star_ledger (${columns}) SELECT ${columns} FROM star_ledger WHERE true ON CONFLICT DO UPDATE SET amount = 9`,
      ]) {
        await expect(own.db.batch([{ sql }]), sql).rejects.toThrow(/append-only/);
        expect(await rows()).toEqual(before);
      }
      await expect(own.db.batch([{ sql: "INSERT INTO star_ledger (id, family_id, member_id, amount, balance, kind, reason, cause_key, actor_id, created_at) VALUES ('x', ?, ?, -1, -1, 'manual', 'r', 'c', ?, 1)", args: [house.family.id, entry.memberId, entry.actorId] }])).rejects.toThrow(/star_ledger_balance/);
    } finally {
      await own.close();
    }
  });

  test("20 removals of 10 at once with a balance of 10, from two processes: one succeeds", { timeout: 300_000 }, async () => {
    await addStars(house.ctx, house.parent, change(10));
    const children = [remover(10), remover(10)];
    await Promise.all(children.map(({ ready }) => ready));
    for (const { go } of children) go();
    const counts = await Promise.all(children.map(({ succeeded }) => succeeded));
    expect(counts.reduce((sum, count) => sum + count)).toBe(1);
    expect(await sums()).toEqual([{ memberId: house.child.userId, sum: 0, balance: 0, lowest: 0 }]);
  });
});

const REMOVING = await bundled(fileURLToPath(new URL("./children/remove-stars.ts", import.meta.url)));

/** A process that takes 10 stars from the child `times` times at once, when told to. */
function remover(times: number) {
  const child = spawn(process.execPath, [REMOVING, at.url, JSON.stringify(house.parent), house.child.userId, String(times), "10"], { stdio: ["pipe", "pipe", "inherit"], env: cleanEnvironment() as NodeJS.ProcessEnv });
  let output = "";
  let isReady: () => void = () => undefined;
  const ready = new Promise<void>((resolve) => (isReady = resolve));
  child.stdout.on("data", (chunk) => {
    output += String(chunk);
    if (output.startsWith("ready\n")) isReady();
  });
  const succeeded = new Promise<number>((resolve, reject) => child.once("close", (code) => (code === 0 ? resolve(Number(output.split("\n")[1])) : reject(new Error(`the process ended with ${code}`)))));
  return { ready, go: () => child.stdin.write("go\n"), succeeded };
}

describe("undoing", () => {
  test("posts the exact opposite, once; an undoing cannot be undone", async () => {
    const added = await addStars(house.ctx, house.parent, change(5, { reason: "Dishes" }));
    const before = await newestSeq(house);
    const undone = await undoStars(house.ctx, house.other, { entryId: added.id });
    expect(undone).toMatchObject({ amount: -5, balance: 0, kind: "reversal", reversalOf: added.id, actorId: house.other.userId });
    expect(await undoStars(house.ctx, house.parent, { entryId: added.id })).toEqual(undone);
    expect(await told(house, before)).toEqual([{ event: "stars:updated", data: { memberId: house.child.userId, newBalance: 0, entry: undone, reverses: { id: added.id, amount: 5, createdAt: added.createdAt } } }]);
    expect(await refusalOf(undoStars(house.ctx, house.parent, { entryId: undone.id }))).toBe("not-undoable");
  });

  test("of stars that are spent is refused: no floor at zero", async () => {
    const added = await addStars(house.ctx, house.parent, change(5));
    await removeStars(house.ctx, house.parent, change(3));
    expect(await refusalOf(undoStars(house.ctx, house.parent, { entryId: added.id }))).toBe("not-enough-stars");
    expect(await balance()).toBe(2);
  });

  test("1,000 random doings and undoings end at zero, the balance is the sum at every step", async () => {
    const random = seeded(seed);
    const pick = <T>(list: T[]): T => list[Math.floor(random() * list.length)]!;
    const members = [house.child.userId, house.sibling.userId, house.other.userId];
    const expected = new Map(members.map((id) => [id, 0]));
    const open: StarEntry[] = [];
    let done = 0;
    let refused = 0;
    while (done < 1_000 || open.length > 0) {
      if (done < 1_000 && (open.length === 0 || random() < 0.6)) {
        const memberId = pick(members);
        const input = change(1 + Math.floor(random() * 20), { memberId });
        const taking = random() < 0.4;
        const fits = !taking || expected.get(memberId)! >= input.amount;
        const outcome = (taking ? removeStars : addStars)(house.ctx, house.parent, input);
        if (!fits) refused += Number((await refusalOf(outcome)) === "not-enough-stars");
        else {
          const entry = await outcome;
          open.push(entry);
          expected.set(memberId, expected.get(memberId)! + entry.amount);
          expect(entry.balance).toBe(expected.get(memberId));
        }
        done++;
      } else {
        // Those that were taken first, when an undoing does not fit.
        const entry = pick(open.filter(({ memberId, amount }) => expected.get(memberId)! >= amount));
        const undone = await undoStars(house.ctx, house.parent, { entryId: entry.id });
        open.splice(open.indexOf(entry), 1);
        expected.set(entry.memberId, expected.get(entry.memberId)! - entry.amount);
        expect(undone.balance).toBe(expected.get(entry.memberId));
      }
    }
    expect(refused).toBeGreaterThan(0);
    for (const { sum, balance, lowest } of await sums()) {
      expect([sum, balance]).toEqual([0, 0]);
      expect(lowest).toBeGreaterThanOrEqual(0);
    }
  });
});

describe("the week", () => {
  test("sums by day in the family's zone and from its first day; what was undone never was", async () => {
    // Cairo, week from Saturday. Tuesday 3 March 2026, 14:00 there.
    await addStars(house.ctx, house.parent, change(3));
    house.ctx.time.now = startOfDate("Africa/Cairo", "2026-03-04") - 1;
    await addStars(house.ctx, house.parent, change(4));
    house.ctx.time.now += 1;
    const wednesday = await addStars(house.ctx, house.parent, change(10));
    await removeStars(house.ctx, house.parent, change(6));
    house.ctx.time.now = startOfDate("Africa/Cairo", "2026-03-06") + 5;
    await undoStars(house.ctx, house.parent, { entryId: wednesday.id });
    const { week, members, recent } = await stars();
    expect(week.days).toEqual(["2026-02-28", "2026-03-01", "2026-03-02", "2026-03-03", "2026-03-04", "2026-03-05", "2026-03-06"]);
    expect(members[house.child.userId]).toMatchObject({ balance: 1, gained: [0, 0, 0, 7, 0, 0, 0], lost: [0, 0, 0, 0, 6, 0, 0] });
    expect(recent.map(({ amount, undone }) => [amount, undone])).toEqual([[-10, false], [-6, false], [10, true], [4, false], [3, false]]);
    // Elsewhere the same instants are other days: there it was Wednesday soon after noon in Cairo.
    expect((await stars("Pacific/Kiritimati", 1)).members[house.child.userId]).toMatchObject({ gained: [0, 0, 7, 0, 0, 0, 0], lost: [0, 0, 6, 0, 0, 0, 0] });
    house.ctx.time.now = startOfDate("Africa/Cairo", "2026-03-07");
    expect((await stars()).members[house.child.userId]).toMatchObject({ balance: 1, gained: [0, 0, 0, 0, 0, 0, 0], lost: [0, 0, 0, 0, 0, 0, 0] });
  });

  test("neither sums nor the newest entries scan the ledger", async () => {
    const plan = async (sql: string, args: (string | number)[]) => (await at.db.all<{ detail: string }>(`EXPLAIN QUERY PLAN ${sql}`, args)).map(({ detail }) => detail).filter((detail) => /^SCAN (e|last|undone|star_ledger|m)\b/.test(detail));
    expect(await plan(STARS_SQL, ["[]", "f"])).toEqual([]);
    expect(await plan(RECENT_SQL, ["f"])).toEqual([]);
    expect(await plan(POST_SQL, Array.from({ length: 17 }, () => 1))).toEqual([]);
    expect(await plan("SELECT * FROM star_ledger AS e WHERE reason = ?", ["x"])).toHaveLength(1);
  });
});

describe("who may", () => {
  test("children do not, not even for themselves; strangers find nothing", async () => {
    const entry = await addStars(house.ctx, house.parent, change(5));
    for (const [who, code] of [[house.child, "forbidden"], [house.stranger, "not-found"], [house.loner, "not-found"]] as const) {
      expect(await refusalOf(addStars(house.ctx, who, change(1)))).toBe(code);
      expect(await refusalOf(removeStars(house.ctx, who, change(1)))).toBe(code);
      expect(await refusalOf(undoStars(house.ctx, who, { entryId: entry.id }))).toBe(code);
    }
    expect(await refusalOf(addStars(house.ctx, house.parent, change(1, { memberId: house.stranger.userId })))).toBe("not-found");
    expect(await refusalOf(undoStars(house.ctx, house.parent, { entryId: newId() }))).toBe("not-found");
  });

  test("what a form sends is checked", () => {
    const good = { memberId: house.child.userId, amount: "5", reason: "  Two\nlines ", key: "abcdefgh" };
    expect(starsChangeSchema.parse(good)).toEqual({ ...good, amount: 5, reason: "Two lines" });
    for (const bad of [{ amount: "0" }, { amount: "1.5" }, { amount: "1001" }, { amount: "x" }, { reason: " " }, { reason: "x".repeat(121) }, { key: "short" }, { memberId: "x" }]) expect(starsChangeSchema.safeParse({ ...good, ...bad }).success).toBe(false);
  });
});
