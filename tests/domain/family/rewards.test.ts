/** product.md E7. Bar 7 of the shop's issue: stars held, taken and freed; stock; promotions; once only; undo. */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { newId } from "#app/domain/ids.ts";
import { changeFamily, removeMember } from "#app/domain/families/commands.server.ts";
import { openDashboard } from "#app/domain/families/queries.server.ts";
import * as rewards from "#app/domain/rewards/commands.server.ts";
import { ASK_SQL } from "#app/domain/rewards/commands.server.ts";
import { nextChange, priceOf, timed } from "#app/domain/rewards/price.ts";
import { openShop, STOCKS_SQL } from "#app/domain/rewards/queries.server.ts";
import { DECIDED_SQL, WAITING_SQL } from "#app/domain/rewards/redemptions.server.ts";
import { heldBy, type PromotionData, type RedemptionData } from "#app/domain/rewards/reward.ts";
import { productChangeSchema, promotionCreateSchema, redeemSchema } from "#app/domain/rewards/schema.ts";
import { addStars, removeStars, undoStars } from "#app/domain/stars/commands.server.ts";
import { BALANCES_SQL } from "#app/domain/stars/queries.server.ts";
import type { Viewer } from "#app/domain/viewer.ts";
import { instantOf, isWallTime, wallTimeIn } from "#app/domain/wall-clock.ts";
import { seeded } from "#tests/realtime/seeded.ts";
import { bundled } from "#tests/support/bundle.ts";
import { DATABASE_KINDS, testDatabase, type TestDatabase } from "#tests/support/database.ts";
import { cleanEnvironment } from "#tests/support/processes.ts";
import { eachWithHousehold } from "./each-with-household.ts";
import { household, newestSeq, refusalOf, SETTINGS, told, type Household } from "./household.ts";

const seed = Number(process.env["SEED"] || Math.floor(Math.random() * 2 ** 31));
console.log(`rewards: again with SEED=${seed}`);

let at: TestDatabase;
let house: Household;
eachWithHousehold((made, database) => ([house, at] = [made, database]));

const product = async (besides: Partial<Parameters<typeof rewards.createProduct>[2]> = {}, of = house) =>
  (await rewards.createProduct(of.ctx, of.parent, { name: "Cinema", description: null, price: 10, stock: null, categoryId: null, isActive: true, ...besides })).productId;
const give = (amount: number, whom = house.child, of = house) => addStars(of.ctx, of.parent, { memberId: whom.userId, amount, reason: "Helped", key: newId() });
const ask = (productId: string, who = house.child, of = house) => rewards.askForReward(of.ctx, who, { productId, key: newId() });
const of = ({ id }: RedemptionData) => ({ redemptionId: id });

async function purse(who: Viewer = house.child, from = house) {
  const { balances, redemptions } = await openShop(from.ctx, from.parent);
  return { balance: balances[who.userId]!.balance, held: heldBy(redemptions, who.userId) };
}
const stockOf = async (productId: string) => (await openShop(house.ctx, house.parent)).stocks[productId]!.stock;

describe("asking, approving, refusing", () => {
  test("asking holds the stars and a piece, approving takes the stars, each step is told with what is left", async () => {
    await give(25);
    const id = await product({ stock: 2 });
    const before = await newestSeq(house);
    const asked = await ask(id);
    expect(asked).toMatchObject({ productId: id, productName: "Cinema", memberId: house.child.userId, price: 10, fullPrice: 10, state: "waiting", version: 1, decidedBy: null });
    expect(await purse()).toEqual({ balance: 25, held: 10 });
    expect(await stockOf(id)).toBe(1);
    const approved = await rewards.approveRedemption(house.ctx, house.other, of(asked));
    expect(approved).toMatchObject({ state: "approved", version: 2, decidedBy: house.other.userId });
    expect(await purse()).toEqual({ balance: 15, held: 0 });
    expect(await stockOf(id)).toBe(1);
    expect((await told(house, before)).map(({ event, data }) => [event, data["stock"] ?? data["newBalance"]])).toEqual([
      ["redemption:updated", { stock: 1, version: 1 }],
      ["redemption:updated", { stock: 1, version: 2 }],
      ["stars:updated", 15],
    ]);
  });

  test("refusing, and taking back, free both", async () => {
    await give(10);
    const id = await product({ stock: 1 });
    for (const free of [(one: RedemptionData) => rewards.refuseRedemption(house.ctx, house.parent, of(one)), (one: RedemptionData) => rewards.cancelRedemption(house.ctx, house.child, of(one))]) {
      const asked = await ask(id);
      expect([await purse(), await stockOf(id)]).toEqual([{ balance: 10, held: 10 }, 0]);
      const freed = await free(asked);
      expect(await free(asked)).toEqual(freed);
      expect([await purse(), await stockOf(id)]).toEqual([{ balance: 10, held: 0 }, 1]);
    }
  });

  test("undoing an approval is the exact reversal and brings the piece back; from the list of stars, too; twice is once", async () => {
    await give(30);
    const id = await product({ stock: 3 });
    const first = await rewards.approveRedemption(house.ctx, house.parent, of(await ask(id)));
    const undone = await rewards.undoRedemption(house.ctx, house.parent, of(first));
    expect(undone.state).toBe("undone");
    expect(await rewards.undoRedemption(house.ctx, house.other, of(first))).toEqual(undone);
    expect([await purse(), await stockOf(id)]).toEqual([{ balance: 30, held: 0 }, 3]);

    const second = await rewards.approveRedemption(house.ctx, house.parent, of(await ask(id)));
    const { stars } = await openDashboard(house.ctx, house.parent);
    const paid = stars.recent.find(({ kind, undone: isUndone }) => kind === "reward" && !isUndone)!;
    const before = await newestSeq(house);
    const reversal = await undoStars(house.ctx, house.parent, { entryId: paid.id });
    expect(reversal).toMatchObject({ amount: 10, kind: "reversal", reversalOf: paid.id });
    expect(await undoStars(house.ctx, house.parent, { entryId: paid.id })).toEqual(reversal);
    expect([await purse(), await stockOf(id)]).toEqual([{ balance: 30, held: 0 }, 3]);
    expect((await told(house, before)).map(({ event }) => event)).toEqual(["redemption:updated", "stars:updated"]);
    expect((await openShop(house.ctx, house.parent)).redemptions.find(({ id: one }) => one === second.id)?.state).toBe("undone");
  });

  test("what was decided stays so", async () => {
    await give(20);
    const id = await product();
    const refused = await rewards.refuseRedemption(house.ctx, house.parent, of(await ask(id)));
    const approved = await rewards.approveRedemption(house.ctx, house.parent, of(await ask(id)));
    const before = await newestSeq(house);
    expect(await refusalOf(rewards.approveRedemption(house.ctx, house.parent, of(refused)))).toBe("redemption-impossible");
    expect(await refusalOf(rewards.undoRedemption(house.ctx, house.parent, of(refused)))).toBe("redemption-impossible");
    expect(await refusalOf(rewards.refuseRedemption(house.ctx, house.parent, of(approved)))).toBe("redemption-impossible");
    expect(await refusalOf(rewards.cancelRedemption(house.ctx, house.child, of(approved)))).toBe("redemption-impossible");
    expect(await rewards.approveRedemption(house.ctx, house.other, of(approved))).toEqual(approved);
    expect(await newestSeq(house)).toBe(before);
  });

  test("the same key is the same request, however it stands; for another reward it is refused; without a key it is another one", async () => {
    await give(50);
    const id = await product();
    const key = newId();
    const asked = await rewards.askForReward(house.ctx, house.child, { productId: id, key });
    const before = await newestSeq(house);
    expect(await rewards.askForReward(house.ctx, house.child, { productId: id, key })).toEqual(asked);
    expect(await newestSeq(house)).toBe(before);
    const approved = await rewards.approveRedemption(house.ctx, house.parent, of(asked));
    expect(await rewards.askForReward(house.ctx, house.child, { productId: id, key })).toEqual(approved);
    expect(await refusalOf(rewards.askForReward(house.ctx, house.child, { productId: await product(), key }))).toBe("key-reused");
    await give(50, house.sibling);
    expect((await rewards.askForReward(house.ctx, house.sibling, { productId: id, key })).id).not.toBe(asked.id);
    expect((await rewards.askForReward(house.ctx, house.child, { productId: id })).id).not.toBe(asked.id);
  });

  test("who leaves the family takes nothing along: what waits is free again", async () => {
    await give(10);
    const id = await product({ stock: 1 });
    const asked = await ask(id);
    await removeMember(house.ctx, house.parent, { memberId: house.child.userId });
    const { redemptions, stocks } = await openShop(house.ctx, house.parent);
    expect([redemptions.find(({ id: one }) => one === asked.id)?.state, stocks[id]!.stock]).toEqual(["cancelled", 1]);
  });
});

describe("never more than there is", () => {
  test("stars that are held cannot be spent twice, nor taken away, nor undone from under them", async () => {
    const given = await give(15);
    const id = await product();
    const asked = await ask(id);
    expect(await refusalOf(ask(id))).toBe("not-enough-stars");
    const take = (amount: number) => removeStars(house.ctx, house.parent, { memberId: house.child.userId, amount, reason: "Spent", key: newId() });
    expect(await refusalOf(take(6))).toBe("not-enough-stars");
    expect(await refusalOf(undoStars(house.ctx, house.parent, { entryId: given.id }))).toBe("not-enough-stars");
    await take(5);
    expect(await purse()).toEqual({ balance: 10, held: 10 });
    await rewards.approveRedemption(house.ctx, house.parent, of(asked));
    expect(await purse()).toEqual({ balance: 0, held: 0 });
  });

  test("20 requests at once for the last one, from two processes: one succeeds, and its stars alone are held", { timeout: 300_000 }, async () => {
    await give(100);
    await give(100, house.sibling);
    const id = await product({ stock: 1 });
    const children = [asker(id, 10), asker(id, 10)];
    await Promise.all(children.map(({ ready }) => ready));
    for (const { go } of children) go();
    const counts = await Promise.all(children.map(({ succeeded }) => succeeded));
    expect(counts.reduce((sum, count) => sum + count)).toBe(1);
    expect(await stockOf(id)).toBe(0);
    expect((await purse()).held + (await purse(house.sibling)).held).toBe(10);
  });

  test("many at once with stars for one: one succeeds; many approvals at once take the price once", async () => {
    await give(19);
    const id = await product();
    const outcomes = await Promise.all(Array.from({ length: 10 }, () => refusalOf(ask(id))));
    expect(outcomes.filter((code) => code === null)).toHaveLength(1);
    expect(new Set(outcomes.filter((code) => code !== null))).toEqual(new Set(["not-enough-stars"]));
    const [waiting] = (await openShop(house.ctx, house.parent)).redemptions;
    await Promise.all(Array.from({ length: 5 }, (_, index) => rewards.approveRedemption(house.ctx, index % 2 ? house.parent : house.other, of(waiting!))));
    expect(await purse()).toEqual({ balance: 9, held: 0 });
  });

  test("500 random steps: balance minus held and stock never below zero, and the books agree at every step", async () => {
    const random = seeded(seed);
    const pick = <T>(list: readonly T[]): T | undefined => list[Math.floor(random() * list.length)];
    const pieces = 6;
    const id = await product({ stock: pieces, price: 7 });
    const children = [house.child, house.sibling];
    const refusals = new Map<string, number>();
    for (let step = 0; step < 500; step++) {
      const who = pick(children)!;
      const { redemptions } = await openShop(house.ctx, house.parent);
      const one = pick(redemptions) ?? { id: newId(), memberId: who.userId };
      const owner = children.find(({ userId }) => userId === one.memberId) ?? who;
      const steps = [
        () => ask(id, who),
        () => ask(id, who),
        () => give(1 + Math.floor(random() * 9), who),
        () => removeStars(house.ctx, house.parent, { memberId: who.userId, amount: 1 + Math.floor(random() * 9), reason: "x", key: newId() }),
        () => rewards.approveRedemption(house.ctx, house.parent, { redemptionId: one.id }),
        () => rewards.refuseRedemption(house.ctx, house.parent, { redemptionId: one.id }),
        () => rewards.cancelRedemption(house.ctx, owner, { redemptionId: one.id }),
        () => rewards.undoRedemption(house.ctx, house.parent, { redemptionId: one.id }),
      ];
      const code = await refusalOf(pick(steps)!());
      if (code) refusals.set(code, (refusals.get(code) ?? 0) + 1);
      const [books] = await at.db.all<{ free: number; stock: number; out: number }>(
        `SELECT (SELECT min(coalesce((SELECT balance FROM star_ledger l WHERE l.family_id = m.family_id AND l.member_id = m.user_id ORDER BY seq DESC LIMIT 1), 0)
             - (SELECT coalesce(sum(price), 0) FROM redemptions r WHERE r.family_id = m.family_id AND r.member_id = m.user_id AND state = 'waiting')) FROM family_members m) AS free,
           (SELECT stock FROM products WHERE id = ?) AS stock, (SELECT count(*) FROM redemptions WHERE state IN ('waiting', 'approved')) AS out`,
        [id],
      );
      expect(books!.free).toBeGreaterThanOrEqual(0);
      expect(books!.stock).toBeGreaterThanOrEqual(0);
      expect(books!.stock + books!.out).toBe(pieces);
    }
    expect([...refusals.keys()]).toEqual(expect.arrayContaining(["out-of-stock", "not-enough-stars"]));
  });
});

const ASKING = await bundled(fileURLToPath(new URL("./children/ask-for-reward.ts", import.meta.url)));

/** A process that asks `times` times at once for both children, when told to. */
function asker(productId: string, times: number) {
  const child = spawn(process.execPath, [ASKING, at.url, JSON.stringify([house.child, house.sibling]), productId, String(times)], { stdio: ["pipe", "pipe", "inherit"], env: cleanEnvironment() as NodeJS.ProcessEnv });
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

describe("the catalogue", () => {
  test("what is off the shelf, or not offered, cannot be asked for; what was asked for can still be decided", async () => {
    await give(30);
    const id = await product({ stock: 5 });
    const asked = await ask(id);
    const change = { productId: id, name: "Cinema", description: null, price: 12, stock: 5, stockBefore: 5, categoryId: null, isActive: false };
    await rewards.changeProduct(house.ctx, house.parent, change);
    expect(await refusalOf(ask(id))).toBe("reward-gone");
    await rewards.archiveProduct(house.ctx, house.parent, { productId: id });
    expect(await refusalOf(ask(id))).toBe("reward-gone");
    expect(await refusalOf(ask(newId()))).toBe("not-found");
    expect(await rewards.approveRedemption(house.ctx, house.parent, of(asked))).toMatchObject({ state: "approved", price: 10 });
  });

  test("a form that was open while others asked changes the stock by what it says, not to what it saw", async () => {
    await give(30);
    const id = await product({ stock: 5 });
    const fields = { productId: id, name: "Cinema", description: null, price: 10, categoryId: null, isActive: true };
    await ask(id);
    await rewards.changeProduct(house.ctx, house.parent, { ...fields, stock: 5, stockBefore: 5 });
    expect(await stockOf(id)).toBe(4);
    await rewards.changeProduct(house.ctx, house.parent, { ...fields, stock: 7, stockBefore: 5 });
    expect(await stockOf(id)).toBe(6);
    await rewards.changeProduct(house.ctx, house.parent, { ...fields, stock: 0, stockBefore: 7 });
    expect(await stockOf(id)).toBe(0);
    await rewards.changeProduct(house.ctx, house.parent, { ...fields, stock: null, stockBefore: 0 });
    expect(await stockOf(id)).toBe(null);
    // It took a piece when there was a number of them: endless stays endless.
    await rewards.refuseRedemption(house.ctx, house.parent, of((await openShop(house.ctx, house.parent)).redemptions[0]!));
    expect(await stockOf(id)).toBe(null);
  });

  test("shelves are ordered; one that is taken down leaves its rewards and ends its promotions; a key makes one thing", async () => {
    const made = [];
    for (const name of ["A", "B", "C"]) made.push((await rewards.createCategory(house.ctx, house.parent, { name, icon: null, hue: 0, key: `key-of-${name}-form` })).categoryId);
    expect(await rewards.createCategory(house.ctx, house.parent, { name: "A", icon: null, hue: 0, key: "key-of-A-form" })).toEqual({ categoryId: made[0] });
    expect(await refusalOf(rewards.createCategory(house.ctx, house.parent, { name: "Z", icon: null, hue: 0, key: "key-of-A-form" }))).toBe("key-reused");
    const names = async () => (await openShop(house.ctx, house.parent)).catalogue.categories.map(({ name }) => name).join("");
    const moves: [number, number, string][] = [[0, 2, "BCA"], [0, 0, "ABC"], [2, -1, "CAB"], [1, 99, "CAB"], [2, 1, "ACB"]];
    for (const [index, to, order] of moves) {
      await rewards.moveCategory(house.ctx, house.parent, { categoryId: made[index]!, to });
      expect(await names()).toBe(order);
    }
    const before = await newestSeq(house);
    await rewards.moveCategory(house.ctx, house.parent, { categoryId: made[0]!, to: 0 });
    expect(await newestSeq(house)).toBe(before);

    const id = await product({ categoryId: made[1]! });
    await rewards.createPromotion(house.ctx, house.parent, { name: "Half", kind: "percent", value: 50, startsAt: "2026-03-01T00:00", endsAt: "2026-04-01T00:00", productId: null, categoryId: made[1]! });
    await rewards.archiveCategory(house.ctx, house.parent, { categoryId: made[1]! });
    const { catalogue } = await openShop(house.ctx, house.parent);
    expect([catalogue.categories.length, catalogue.promotions.length, catalogue.products.find((one) => one.id === id)?.categoryId]).toEqual([2, 0, null]);
    expect(await refusalOf(product({ categoryId: made[1]! }))).toBe("not-found");
  });

  test("every change tells the family which tags and pages are out of date, in its transaction; the next read is fresh", async () => {
    const id = await product();
    await openShop(house.ctx, house.child);
    const { categoryId } = await rewards.createCategory(house.ctx, house.parent, { name: "Out", icon: null, hue: 0 });
    const changes: [() => Promise<unknown>, string[]][] = [
      [() => rewards.changeCompany(house.ctx, house.parent, { name: "Our shop", motto: "All for all", hue: 3 }), ["company"]],
      [() => rewards.changeCategory(house.ctx, house.parent, { categoryId, name: "Outside", icon: "bike", hue: 2 }), ["categories"]],
      [() => rewards.changeProduct(house.ctx, house.parent, { productId: id, name: "Pool", description: "On Friday", price: 8, stock: null, stockBefore: null, categoryId, isActive: true }), ["products"]],
      [() => rewards.createPromotion(house.ctx, house.parent, { name: "Week", kind: "price", value: 3, startsAt: "2026-03-01T00:00", endsAt: "2026-04-01T00:00", productId: id, categoryId: null }), ["promotions"]],
      [() => rewards.archiveProduct(house.ctx, house.parent, { productId: id }), ["products", "promotions"]],
    ];
    for (const [change, tags] of changes) {
      const before = await newestSeq(house);
      await change();
      const events = await told(house, before);
      expect(events.map(({ event, data }) => [event, data["tags"]])).toEqual([["cache:revalidated", tags]]);
      expect(events[0]!.data["paths"]).toContain("/rewards");
      const { catalogue } = await openShop(house.ctx, house.child);
      if (tags[0] === "company") expect(catalogue.company).toMatchObject({ name: "Our shop", motto: "All for all", hue: 3 });
      if (tags[0] === "categories") expect(catalogue.categories).toMatchObject([{ name: "Outside", icon: "bike" }]);
      if (tags[0] === "products") expect(catalogue.products.map(({ name }) => name)).toEqual(tags.length === 1 ? ["Pool"] : []);
      if (tags[0] === "promotions") expect(catalogue.promotions).toMatchObject([{ name: "Week", value: 3 }]);
    }
    // What is refused changes no version and tells nobody.
    const before = await newestSeq(house);
    const [versions] = await at.db.all("SELECT group_concat(tag || version) AS all_of FROM cache_tags");
    expect(await refusalOf(rewards.changeCompany(house.ctx, house.child, { name: "Mine", motto: null, hue: 0 }))).toBe("forbidden");
    expect(await refusalOf(rewards.archiveProduct(house.ctx, house.stranger, { productId: id }))).toBe("not-found");
    expect([await newestSeq(house), await at.db.all("SELECT group_concat(tag || version) AS all_of FROM cache_tags")]).toEqual([before, [versions]]);
  });
});

describe("promotions", () => {
  const promotion = (besides: Partial<PromotionData>): PromotionData => ({ id: newId(), name: "P", kind: "percent", value: 20, startsAt: "2026-03-01T00:00", endsAt: "2026-03-10T00:00", productId: null, categoryId: null, image: null, ...besides });
  const now = Date.UTC(2026, 2, 3, 12);
  const cost = (price: number, ...promotions: Partial<PromotionData>[]) => priceOf({ id: "p", categoryId: "c", price }, promotions.map((one) => timed(promotion(one), "Africa/Cairo")), now);

  test("percent is rounded down, to one at least; another price never makes it dearer; of several the best counts", () => {
    expect(cost(7, { value: 20 })).toMatchObject({ price: 5, fullPrice: 7 });
    expect(cost(1, { value: 50 }).price).toBe(1);
    expect(cost(100, { value: 99 }).price).toBe(1);
    expect(cost(10, { kind: "price", value: 12 })).toMatchObject({ price: 10, promotion: null });
    expect(cost(10, { value: 20 }, { kind: "price", value: 4 }, { value: 50 })).toMatchObject({ price: 4, promotion: { kind: "price" } });
    expect(cost(10, { value: 20, endsAt: "2026-03-05T00:00" }, { value: 20, endsAt: "2026-03-09T00:00" }, { value: 20, endsAt: "2026-03-06T00:00" }).promotion?.endsAt).toBe("2026-03-09T00:00");
    expect(cost(10).promotion).toBe(null);
  });

  test("each is for all, for a category or for one reward", () => {
    expect(cost(10, { categoryId: "c" }).price).toBe(8);
    expect(cost(10, { categoryId: "other" }).price).toBe(10);
    expect(cost(10, { productId: "p" }).price).toBe(8);
    expect(cost(10, { productId: "other" }).price).toBe(10);
  });

  test("begins and ends by the family's clock, to the minute", async () => {
    await give(100);
    const id = await product();
    // Four in the afternoon until ten in Cairo: two hours ahead of UTC.
    await rewards.createPromotion(house.ctx, house.parent, { name: "Tonight", kind: "percent", value: 30, startsAt: "2026-03-03T16:00", endsAt: "2026-03-03T22:00", productId: null, categoryId: null });
    const at_ = async (time: number) => {
      house.ctx.time.now = time;
      return (await ask(id)).price;
    };
    expect(await at_(Date.UTC(2026, 2, 3, 14) - 1)).toBe(10);
    expect(await at_(Date.UTC(2026, 2, 3, 14))).toBe(7);
    expect(await at_(Date.UTC(2026, 2, 3, 20) - 1)).toBe(7);
    expect(await at_(Date.UTC(2026, 2, 3, 20))).toBe(10);
    // The same family elsewhere: the same figures on another clock.
    await changeFamily(house.ctx, house.parent, { ...SETTINGS, timeZone: "Asia/Tokyo" });
    expect(await at_(Date.UTC(2026, 2, 3, 7))).toBe(7);
    expect(await at_(Date.UTC(2026, 2, 3, 14))).toBe(10);
  });

  test("what it was said to cost is the most that is held; cheaper is fine", async () => {
    await give(100);
    const id = await product();
    await rewards.createPromotion(house.ctx, house.parent, { name: "Soon over", kind: "price", value: 4, startsAt: "2026-03-01T00:00", endsAt: "2026-03-03T15:00", productId: id, categoryId: null });
    expect((await rewards.askForReward(house.ctx, house.child, { productId: id, price: 10 })).price).toBe(4);
    house.ctx.time.now = Date.UTC(2026, 2, 3, 13);
    expect(await refusalOf(rewards.askForReward(house.ctx, house.child, { productId: id, price: 4 }))).toBe("price-changed");
    expect(await purse()).toEqual({ balance: 100, held: 4 });
  });

  test("clocks that are changed: what they skip begins with the skip, what they show twice with the first", () => {
    // Berlin: from two to three on 29 March, from three back to two on 25 October.
    expect(instantOf("Europe/Berlin", "2026-03-29T02:30")).toBe(Date.UTC(2026, 2, 29, 1));
    expect(instantOf("Europe/Berlin", "2026-03-29T03:00")).toBe(Date.UTC(2026, 2, 29, 1));
    expect(instantOf("Europe/Berlin", "2026-10-25T02:30")).toBe(Date.UTC(2026, 9, 25, 0, 30));
    expect(instantOf("Europe/Berlin", "2026-10-25T12:00")).toBe(Date.UTC(2026, 9, 25, 11));
    expect(instantOf("Australia/Lord_Howe", "2026-04-05T01:45")).toBe(Date.UTC(2026, 3, 4, 14, 45));
    expect(instantOf("UTC", "2026-03-03T00:00")).toBe(Date.UTC(2026, 2, 3));
    const random = seeded(seed);
    for (const zone of ["Africa/Cairo", "America/New_York", "Asia/Kathmandu", "Pacific/Chatham"]) {
      for (let tries = 0; tries < 50; tries++) {
        const minute = Math.floor((Date.UTC(2026, 0, 1) + random() * 365 * 86_400_000) / 60_000) * 60_000;
        const time = wallTimeIn(zone, minute);
        // The first instant of that time: the one we came from, or the hour before where it is shown twice.
        expect([0, 3_600_000]).toContain(minute - instantOf(zone, time));
        expect(wallTimeIn(zone, instantOf(zone, time))).toBe(time);
      }
    }
    for (const wrong of ["2026-02-30T10:00", "2026-03-03T24:00", "2026-03-03", "2026-03-03T10:00:00", "x"]) expect(isWallTime(wrong)).toBe(false);
  });

  test("the next change is the nearest beginning or end ahead", () => {
    const times = [timed(promotion({ startsAt: "2026-03-04T00:00", endsAt: "2026-03-06T00:00" }), "UTC"), timed(promotion({ startsAt: "2026-03-01T00:00", endsAt: "2026-03-05T00:00" }), "UTC")];
    expect([nextChange(times, Date.UTC(2026, 2, 3)), nextChange(times, Date.UTC(2026, 2, 4)), nextChange(times, Date.UTC(2026, 2, 6))]).toEqual([Date.UTC(2026, 2, 4), Date.UTC(2026, 2, 5), null]);
  });
});

describe("who may, and what forms send", () => {
  test("strangers find nothing, children decide nothing, a sibling's request is not theirs to take back", async () => {
    await give(10);
    const id = await product();
    const asked = await ask(id);
    expect(await refusalOf(rewards.approveRedemption(house.ctx, house.child, of(asked)))).toBe("forbidden");
    expect(await refusalOf(rewards.cancelRedemption(house.ctx, house.sibling, of(asked)))).toBe("forbidden");
    expect(await refusalOf(ask(id, house.parent))).toBe("forbidden");
    for (const who of [house.stranger, house.loner]) expect(await refusalOf(rewards.approveRedemption(house.ctx, who, of(asked)))).toBe("not-found");
    expect((await openShop(house.ctx, house.stranger)).redemptions).toEqual([]);
    expect(await refusalOf(openShop(house.ctx, house.loner))).toBe("not-found");
    expect(await refusalOf(rewards.createPromotion(house.ctx, house.stranger, { name: "Mine", kind: "percent", value: 50, startsAt: "2026-03-01T00:00", endsAt: "2026-04-01T00:00", productId: id, categoryId: null }))).toBe("not-found");
  });

  test("a wish is one's own, one at a time; the same again tells nobody", async () => {
    const [first, second] = [await product(), await product({ name: "Pool" })];
    const before = await newestSeq(house);
    for (const productId of [first, first, second, null]) await rewards.setWish(house.ctx, house.child, { productId });
    expect((await told(house, before)).map(({ event, data }) => [event, (data["wish"] as { productId: string | null }).productId])).toEqual([["wish:updated", first], ["wish:updated", second], ["wish:updated", null]]);
    expect(await refusalOf(rewards.setWish(house.ctx, house.child, { productId: newId() }))).toBe("not-found");
    expect(await refusalOf(rewards.setWish(house.ctx, house.parent, { productId: first }))).toBe("forbidden");
  });

  test("what a form sends is checked", () => {
    const id = newId();
    expect(redeemSchema.parse({ productId: id, key: "abcdefgh", price: "3" })).toEqual({ productId: id, key: "abcdefgh", price: 3 });
    const good = { productId: id, name: " A\nreward ", description: "", price: "5", stock: "", stockBefore: "3", categoryId: "", isActive: "on" };
    expect(productChangeSchema.parse(good)).toEqual({ productId: id, name: "A reward", description: null, price: 5, stock: null, stockBefore: 3, categoryId: null, isActive: true });
    for (const bad of [{ name: " " }, { price: "0" }, { price: "1.5" }, { price: "1001" }, { stock: "-1" }, { stock: "x" }, { categoryId: "x" }, { isActive: "yes" }, { description: "x".repeat(201) }]) expect([bad, productChangeSchema.safeParse({ ...good, ...bad }).success]).toEqual([bad, false]);
    const offer = { name: "Week", kind: "percent", value: "20", startsAt: "2026-03-03T16:00", endsAt: "2026-03-04T16:00", target: `product:${id}` };
    expect(promotionCreateSchema.parse(offer)).toEqual({ name: "Week", kind: "percent", value: 20, startsAt: "2026-03-03T16:00", endsAt: "2026-03-04T16:00", productId: id, categoryId: null });
    for (const bad of [{ value: "100" }, { value: "0" }, { endsAt: "2026-03-03T16:00" }, { startsAt: "yesterday" }, { startsAt: "2026-02-30T10:00" }, { target: "product:x" }, { target: "everything" }, { kind: "gift" }]) expect([bad, promotionCreateSchema.safeParse({ ...offer, ...bad }).success]).toEqual([bad, false]);
  });
});

test("no statement of the shop scans a table", async () => {
  const plan = async (sql: string, args: (string | number)[]) => (await at.db.all<{ detail: string }>(`EXPLAIN QUERY PLAN ${sql}`, args)).map(({ detail }) => detail).filter((detail) => /^SCAN (?!CONSTANT ROW|m\b.*VIRTUAL)/.test(detail));
  for (const [sql, count] of [[WAITING_SQL, 1], [DECIDED_SQL, 1], [STOCKS_SQL, 1], [BALANCES_SQL, 1], [ASK_SQL, 15]] as const) expect([sql, await plan(sql, Array.from({ length: count }, () => 1))]).toEqual([sql, []]);
  expect(await plan("SELECT * FROM redemptions WHERE product_name = ?", ["x"])).toHaveLength(1);
});

test.each(DATABASE_KINDS)("the same on %s", async (kind) => {
  const own = await testDatabase(kind);
  try {
    const there = await household(own.db);
    await give(30, there.child, there);
    const id = await product({ stock: 2 }, there);
    const before = await newestSeq(there);
    const asked = await ask(id, there.child, there);
    await rewards.approveRedemption(there.ctx, there.parent, of(asked));
    await rewards.undoRedemption(there.ctx, there.parent, of(asked));
    const outcomes = await Promise.all(Array.from({ length: 4 }, () => refusalOf(ask(id, there.child, there))));
    expect(outcomes.toSorted()).toEqual(["out-of-stock", "out-of-stock", null, null].toSorted());
    expect(await purse(there.child, there)).toEqual({ balance: 30, held: 20 });
    expect((await told(there, before)).map(({ event }) => event)).toEqual(["redemption:updated", "redemption:updated", "stars:updated", "redemption:updated", "stars:updated", "redemption:updated", "redemption:updated"]);
  } finally {
    await own.close();
  }
});
