/** product.md A2, E3. Bar 9 of the family's issue: role × action, written down a second time and tried with every command. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as chores from "#app/domain/chores/commands.server.ts";
import type { ChoreData } from "#app/domain/chores/chore.ts";
import * as families from "#app/domain/families/commands.server.ts";
import { FAMILY_ACTIONS, FAMILY_ROLES, mayInFamily, PERMISSIONS, type FamilyAction, type FamilyRole, type Permission } from "#app/domain/families/policy.ts";
import { openDashboard } from "#app/domain/families/queries.server.ts";
import { removeImage } from "#app/domain/images/commands.server.ts";
import * as rewards from "#app/domain/rewards/commands.server.ts";
import * as stars from "#app/domain/stars/commands.server.ts";
import type { StarEntry } from "#app/domain/stars/entry.ts";
import * as timers from "#app/domain/timers/commands.server.ts";
import type { TimerData } from "#app/domain/timers/machine.ts";
import type { TimerTemplate } from "#app/domain/timers/queries.server.ts";
import type { Viewer } from "#app/domain/viewer.ts";
import { MEMORY_FOLDER, testDatabase, type TestDatabase } from "#tests/support/database.ts";
import { household, newestSeq, refusalOf, SETTINGS, told, type Household } from "./household.ts";

/** A new action does not compile without its line here, and fails without one in the code. */
const MATRIX: Record<FamilyAction, Record<FamilyRole, Permission>> = {
  view: { parent: "any", child: "any", tablet: "any" },
  "family-change": { parent: "any", child: "none", tablet: "none" },
  invite: { parent: "any", child: "none", tablet: "none" },
  "invitation-revoke": { parent: "any", child: "none", tablet: "none" },
  "child-create": { parent: "any", child: "none", tablet: "none" },
  "child-reset-pin": { parent: "any", child: "none", tablet: "none" },
  "child-picture": { parent: "any", child: "own", tablet: "none" },
  "member-remove": { parent: "any", child: "none", tablet: "none" },
  "tablet-create": { parent: "any", child: "none", tablet: "none" },
  "tablet-revoke": { parent: "any", child: "none", tablet: "none" },
  "template-create": { parent: "any", child: "none", tablet: "none" },
  "template-change": { parent: "any", child: "none", tablet: "none" },
  "template-archive": { parent: "any", child: "none", tablet: "none" },
  "timer-start": { parent: "any", child: "own", tablet: "none" },
  "timer-set-stars": { parent: "any", child: "none", tablet: "none" },
  "timer-pause": { parent: "any", child: "own", tablet: "none" },
  "timer-resume": { parent: "any", child: "own", tablet: "none" },
  "timer-extend": { parent: "any", child: "none", tablet: "none" },
  "timer-cancel": { parent: "any", child: "own", tablet: "none" },
  "timer-sync": { parent: "any", child: "any", tablet: "none" },
  "timer-confirm": { parent: "any", child: "none", tablet: "none" },
  "stars-add": { parent: "any", child: "none", tablet: "none" },
  "stars-remove": { parent: "any", child: "none", tablet: "none" },
  "stars-undo": { parent: "any", child: "none", tablet: "none" },
  "chore-create": { parent: "any", child: "none", tablet: "none" },
  "chore-change": { parent: "any", child: "none", tablet: "none" },
  "chore-archive": { parent: "any", child: "none", tablet: "none" },
  "chore-claim": { parent: "any", child: "own", tablet: "none" },
  "chore-approve": { parent: "any", child: "none", tablet: "none" },
  "chore-refuse": { parent: "any", child: "none", tablet: "none" },
  "chore-undo": { parent: "any", child: "own", tablet: "none" },
  "redemption-ask": { parent: "none", child: "any", tablet: "none" },
  "redemption-cancel": { parent: "none", child: "own", tablet: "none" },
  "redemption-approve": { parent: "any", child: "none", tablet: "none" },
  "redemption-refuse": { parent: "any", child: "none", tablet: "none" },
  "redemption-undo": { parent: "any", child: "none", tablet: "none" },
  "wish-set": { parent: "none", child: "any", tablet: "none" },
  "company-change": { parent: "any", child: "none", tablet: "none" },
  "category-create": { parent: "any", child: "none", tablet: "none" },
  "category-change": { parent: "any", child: "none", tablet: "none" },
  "category-move": { parent: "any", child: "none", tablet: "none" },
  "category-archive": { parent: "any", child: "none", tablet: "none" },
  "product-create": { parent: "any", child: "none", tablet: "none" },
  "product-change": { parent: "any", child: "none", tablet: "none" },
  "product-archive": { parent: "any", child: "none", tablet: "none" },
  "promotion-create": { parent: "any", child: "none", tablet: "none" },
  "promotion-change": { parent: "any", child: "none", tablet: "none" },
  "promotion-archive": { parent: "any", child: "none", tablet: "none" },
};

test("the table of the code is the one of this test, complete in both directions", () => {
  expect(PERMISSIONS).toEqual(MATRIX);
  expect(Object.keys(PERMISSIONS).sort()).toEqual([...FAMILY_ACTIONS].sort());
  for (const row of Object.values(PERMISSIONS)) expect(Object.keys(row).sort()).toEqual([...FAMILY_ROLES].sort());
});

/** Which action each command asks for; null: it asks for no role. */
const ACTION_OF: Record<string, FamilyAction | null> = {
  ...{ createFamily: null, acceptInvitation: null, signInChild: null, expireTimers: null, enterTablet: null, stayAtTablet: null, leaveTablet: null, setTabletPin: null, signUpInvited: null },
  ...{ changeFamily: "family-change", invite: "invite", revokeInvitation: "invitation-revoke", removeMember: "member-remove" },
  ...{ createChild: "child-create", resetPin: "child-reset-pin", createTablet: "tablet-create", revokeTablet: "tablet-revoke" },
  ...{ createTemplate: "template-create", changeTemplate: "template-change", archiveTemplate: "template-archive" },
  ...{ startTimer: "timer-start", pauseTimer: "timer-pause", resumeTimer: "timer-resume", extendTimer: "timer-extend", cancelTimer: "timer-cancel", syncTimer: "timer-sync", confirmTimer: "timer-confirm" },
  ...{ addStars: "stars-add", removeStars: "stars-remove", undoStars: "stars-undo" },
  ...{ askForReward: "redemption-ask", cancelRedemption: "redemption-cancel", approveRedemption: "redemption-approve", refuseRedemption: "redemption-refuse", undoRedemption: "redemption-undo", setWish: "wish-set" },
  ...{ changeCompany: "company-change", createCategory: "category-create", changeCategory: "category-change", moveCategory: "category-move", archiveCategory: "category-archive" },
  ...{ createProduct: "product-create", changeProduct: "product-change", archiveProduct: "product-archive", createPromotion: "promotion-create", changePromotion: "promotion-change", archivePromotion: "promotion-archive" },
  ...{ createChore: "chore-create", changeChore: "chore-change", archiveChore: "chore-archive", claimChore: "chore-claim", approveChore: "chore-approve", refuseChore: "chore-refuse", undoChore: "chore-undo" },
};

test("every command asks for an action, and every action is asked for", () => {
  const commands = [families, timers, stars, chores, rewards].flatMap((module) => Object.entries(module).flatMap(([name, value]: [string, unknown]) => (typeof value === "function" ? [name] : [])));
  expect(Object.keys(ACTION_OF).sort()).toEqual(commands.sort());
  // A page asks for the first, startTimer for the second beside its own, pictures of whatever kind for the third.
  expect([...Object.values(ACTION_OF).filter((action) => action !== null), "view", "timer-set-stars", "child-picture"].sort()).toEqual([...FAMILY_ACTIONS].sort());
});

test("own means own", () => {
  expect([mayInFamily("child", "timer-pause", true), mayInFamily("child", "timer-pause", false), mayInFamily("child", "timer-sync", false), mayInFamily("child", "timer-confirm", true), mayInFamily("tablet", "timer-pause", true)]).toEqual([true, false, true, false, false]);
});

describe("every action, by its command", () => {
  let at: TestDatabase;
  let house: Household;
  beforeAll(async () => {
    at = await testDatabase("better-sqlite3", MEMORY_FOLDER);
    house = await household(at.db);
  });
  afterAll(() => at.close());

  let keys = 0;
  const key = () => `key-${String(keys++).padStart(8, "0")}`;
  const timer = (whose: Viewer): Promise<TimerData> => timers.startTimer(house.ctx, house.parent, { templateId: null, name: "T", minutes: 1, memberId: whose.userId, stars: null });
  const template = (): Promise<TimerTemplate> => timers.createTemplate(house.ctx, house.parent, { name: "T", minutes: 1, stars: 0, icon: null, hue: 0 });
  const entry = (): Promise<StarEntry> => stars.addStars(house.ctx, house.parent, { memberId: house.child.userId, amount: 5, reason: "r", key: key() });
  const input = (whose: Viewer) => ({ name: "C", icon: null, stars: 0, recurrence: { kind: "once" as const }, assignment: "fixed" as const, assignees: [whose.userId] });
  const chore = (whose: Viewer): Promise<ChoreData> => chores.createChore(house.ctx, house.parent, { ...input(whose), dueOn: "2026-03-03" });
  const claimed = async (whose: Viewer) => {
    const { id } = await chore(whose);
    await chores.claimChore(house.ctx, whose, { choreId: id, dueOn: "2026-03-03" });
    return { choreId: id, dueOn: "2026-03-03" };
  };
  /** A row alone: no file lies anywhere. */
  const facedBy = async ({ userId }: Viewer) => {
    const id = house.ctx.newId();
    await at.db.batch([
      { sql: "INSERT INTO images (id, target, target_id, uploaded_by, upload_id, hash, width, height, created_at) VALUES (?, 'avatars', ?, ?, ?, 'face', 9, 9, 1)", args: [id, userId, userId, id] },
      { sql: "UPDATE users SET avatar = ? WHERE id = ?", args: [`${id}-face`, userId] },
    ]);
  };
  const seen = ({ id, version }: TimerData) => ({ timerId: id, version });
  const expired = async (whose: Viewer) => {
    const { id } = await timer(whose);
    house.ctx.time.now += 60_000;
    return timers.syncTimer(house.ctx, house.parent, { timerId: id });
  };

  const reward = async () => (await rewards.createProduct(house.ctx, house.parent, { name: "R", description: null, price: 1, stock: null, categoryId: null, isActive: true })).productId;
  const affordable = async () => {
    for (const { userId } of [house.child, house.sibling]) await stars.addStars(house.ctx, house.parent, { memberId: userId, amount: 1, reason: "r", key: key() });
    return reward();
  };
  const request = async (whose: Viewer) => ({ redemptionId: (await rewards.askForReward(house.ctx, whose, { productId: await affordable() })).id });
  const category = async () => ({ categoryId: (await rewards.createCategory(house.ctx, house.parent, { name: "S", icon: null, hue: 0 })).categoryId });
  const promotion = { name: "P", kind: "percent" as const, value: 10, startsAt: "2026-03-01T00:00", endsAt: "2026-04-01T00:00", productId: null, categoryId: null };

  /** What `who` tries on what is `whose`; everything it needs has been made before by a parent. */
  const TRY: Record<FamilyAction, (whose: Viewer) => Promise<(who: Viewer) => Promise<unknown>>> = {
    view: async () => (who) => openDashboard(house.ctx, who),
    "family-change": async () => (who) => families.changeFamily(house.ctx, who, SETTINGS),
    invite: async () => (who) => families.invite(house.ctx, who, { role: "parent" }),
    "invitation-revoke": async () => {
      const { invitationId } = await families.invite(house.ctx, house.parent, { role: "parent" });
      return (who) => families.revokeInvitation(house.ctx, who, { invitationId });
    },
    "child-create": async () => (who) => families.createChild(house.ctx, who, { name: "New", userName: `new${keys++}`, pin: "2468" }),
    "child-reset-pin": async () => {
      const { memberId } = await families.createChild(house.ctx, house.parent, { name: "New", userName: `new${keys++}`, pin: "2468" });
      return (who) => families.resetPin(house.ctx, who, { memberId, pin: "1357" });
    },
    "child-picture": async (whose) => {
      await facedBy(whose);
      return (who) => removeImage(house.ctx, who, { table: "avatars", id: whose.userId });
    },
    "member-remove": async () => {
      const { memberId } = await families.createChild(house.ctx, house.parent, { name: "New", userName: `new${keys++}`, pin: "2468" });
      return (who) => families.removeMember(house.ctx, who, { memberId });
    },
    "tablet-create": async () => (who) => families.createTablet(house.ctx, who, { name: "Wall" }),
    "tablet-revoke": async () => {
      const { tabletId } = await families.createTablet(house.ctx, house.parent, { name: "Wall" });
      return (who) => families.revokeTablet(house.ctx, who, { tabletId });
    },
    "template-create": async () => (who) => timers.createTemplate(house.ctx, who, { name: "T", minutes: 1, stars: 0, icon: null, hue: 0 }),
    "template-change": async () => {
      const { id } = await template();
      return (who) => timers.changeTemplate(house.ctx, who, { templateId: id, name: "T", minutes: 2, stars: 9, icon: null, hue: 0 });
    },
    "template-archive": async () => {
      const { id } = await template();
      return (who) => timers.archiveTemplate(house.ctx, who, { templateId: id });
    },
    "timer-start": async (whose) => (who) => timers.startTimer(house.ctx, who, { templateId: null, name: "T", minutes: 1, memberId: whose.userId, stars: null }),
    "timer-set-stars": async (whose) => (who) => timers.startTimer(house.ctx, who, { templateId: null, name: "T", minutes: 1, memberId: whose.userId, stars: 1 }),
    "timer-pause": async (whose) => {
      const made = await timer(whose);
      return (who) => timers.pauseTimer(house.ctx, who, seen(made));
    },
    "timer-resume": async (whose) => {
      const made = await timers.pauseTimer(house.ctx, house.parent, seen(await timer(whose)));
      return (who) => timers.resumeTimer(house.ctx, who, seen(made));
    },
    "timer-extend": async (whose) => {
      const made = await timer(whose);
      return (who) => timers.extendTimer(house.ctx, who, { ...seen(made), minutes: 1 });
    },
    "timer-cancel": async (whose) => {
      const made = await timer(whose);
      return (who) => timers.cancelTimer(house.ctx, who, seen(made));
    },
    "timer-sync": async (whose) => {
      const made = await timer(whose);
      return (who) => timers.syncTimer(house.ctx, who, { timerId: made.id });
    },
    "timer-confirm": async (whose) => {
      const made = await expired(whose);
      return (who) => timers.confirmTimer(house.ctx, who, seen(made));
    },
    "stars-add": async (whose) => (who) => stars.addStars(house.ctx, who, { memberId: whose.userId, amount: 1, reason: "r", key: key() }),
    "stars-remove": async () => {
      await entry();
      return (who) => stars.removeStars(house.ctx, who, { memberId: house.child.userId, amount: 1, reason: "r", key: key() });
    },
    "stars-undo": async () => {
      const { id } = await entry();
      return (who) => stars.undoStars(house.ctx, who, { entryId: id });
    },
    "chore-create": async (whose) => (who) => chores.createChore(house.ctx, who, { ...input(whose), dueOn: "2026-03-03" }),
    "chore-change": async (whose) => {
      const { id } = await chore(whose);
      return (who) => chores.changeChore(house.ctx, who, { ...input(whose), choreId: id });
    },
    "chore-archive": async (whose) => {
      const { id } = await chore(whose);
      return (who) => chores.archiveChore(house.ctx, who, { choreId: id });
    },
    "chore-claim": async (whose) => {
      const { id } = await chore(whose);
      return (who) => chores.claimChore(house.ctx, who, { choreId: id, dueOn: "2026-03-03" });
    },
    "chore-approve": async (whose) => {
      const occurrence = await claimed(whose);
      return (who) => chores.approveChore(house.ctx, who, occurrence);
    },
    "chore-refuse": async (whose) => {
      const occurrence = await claimed(whose);
      return (who) => chores.refuseChore(house.ctx, who, occurrence);
    },
    "chore-undo": async (whose) => {
      const occurrence = await claimed(whose);
      return (who) => chores.undoChore(house.ctx, who, occurrence);
    },
    "redemption-ask": async () => {
      const productId = await affordable();
      return (who) => rewards.askForReward(house.ctx, who, { productId });
    },
    "redemption-cancel": async (whose) => {
      const asked = await request(whose);
      return (who) => rewards.cancelRedemption(house.ctx, who, asked);
    },
    "redemption-approve": async (whose) => {
      const asked = await request(whose);
      return (who) => rewards.approveRedemption(house.ctx, who, asked);
    },
    "redemption-refuse": async (whose) => {
      const asked = await request(whose);
      return (who) => rewards.refuseRedemption(house.ctx, who, asked);
    },
    "redemption-undo": async (whose) => {
      const asked = await request(whose);
      await rewards.approveRedemption(house.ctx, house.parent, asked);
      return (who) => rewards.undoRedemption(house.ctx, who, asked);
    },
    "wish-set": async () => {
      const productId = await reward();
      return (who) => rewards.setWish(house.ctx, who, { productId });
    },
    "company-change": async () => (who) => rewards.changeCompany(house.ctx, who, { name: "Ours", motto: null, hue: 0 }),
    "category-create": async () => (who) => rewards.createCategory(house.ctx, who, { name: "S", icon: null, hue: 0 }),
    "category-change": async () => {
      const made = await category();
      return (who) => rewards.changeCategory(house.ctx, who, { ...made, name: "T", icon: null, hue: 1 });
    },
    "category-move": async () => {
      const made = await category();
      return (who) => rewards.moveCategory(house.ctx, who, { ...made, to: 0 });
    },
    "category-archive": async () => {
      const made = await category();
      return (who) => rewards.archiveCategory(house.ctx, who, made);
    },
    "product-create": async () => (who) => rewards.createProduct(house.ctx, who, { name: "R", description: null, price: 1, stock: null, categoryId: null, isActive: true }),
    "product-change": async () => {
      const productId = await reward();
      return (who) => rewards.changeProduct(house.ctx, who, { productId, name: "R", description: null, price: 2, stock: null, stockBefore: null, categoryId: null, isActive: true });
    },
    "product-archive": async () => {
      const productId = await reward();
      return (who) => rewards.archiveProduct(house.ctx, who, { productId });
    },
    "promotion-create": async () => (who) => rewards.createPromotion(house.ctx, who, promotion),
    "promotion-change": async () => {
      const made = await rewards.createPromotion(house.ctx, house.parent, promotion);
      return (who) => rewards.changePromotion(house.ctx, who, { ...made, ...promotion, value: 20 });
    },
    "promotion-archive": async () => {
      const made = await rewards.createPromotion(house.ctx, house.parent, promotion);
      return (who) => rewards.archivePromotion(house.ctx, who, made);
    },
  };

  test.each(FAMILY_ACTIONS)("%s", async (action) => {
    for (const [role, who] of [["parent", house.other], ["child", house.child]] as const) {
      for (const [isOwn, whose] of [[true, house.child], [false, house.sibling]] as const) {
        const attempt = await TRY[action](whose);
        const before = await newestSeq(house);
        const permission = MATRIX[action][role];
        // A parent's own is not looked at: they may all of it.
        const may = permission === "any" || (permission === "own" && isOwn);
        expect([action, role, isOwn, await refusalOf(attempt(who))]).toEqual([action, role, isOwn, may ? null : "forbidden"]);
        if (!may) expect(await told(house, before)).toEqual([]);
      }
    }
    const attempt = await TRY[action](house.child);
    const before = await newestSeq(house);
    if (action !== "view") expect(await refusalOf(attempt(house.loner))).toBe("not-found");
    expect(await told(house, before)).toEqual([]);
  });
});
