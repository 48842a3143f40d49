/** One case for each command of families, timers, stars, chores and rewards: how somebody at random uses it. */
import { dateIn } from "#app/domain/calendar-days.ts";
import { ASSIGNMENTS } from "#app/domain/chores/chore.ts";
import * as chores from "#app/domain/chores/commands.server.ts";
import type { Recurrence } from "#app/domain/chores/recurrence.ts";
import * as families from "#app/domain/families/commands.server.ts";
import { findMembership } from "#app/domain/families/membership.server.ts";
import * as rewards from "#app/domain/rewards/commands.server.ts";
import * as stars from "#app/domain/stars/commands.server.ts";
import * as timers from "#app/domain/timers/commands.server.ts";
import type { TimerData } from "#app/domain/timers/machine.ts";
import type { Case, Picks } from "./cases.ts";
import type { House, Person } from "./house.ts";

const at = <T>(list: readonly T[], pick: number): T | undefined => list[pick % Math.max(1, list.length)];
const settings = (pick: number) => ({ name: `Family ${pick % 3}`, timeZone: pick % 5 === 0 ? "Asia/Tokyo" : "Africa/Cairo", weekStart: pick % 7, choresCountAtOnce: pick % 2 === 0 });

/** Links that somebody was given. */
const links = new WeakMap<House, families.Invitation[]>();
const linksOf = (house: House) => links.get(house) ?? links.set(house, []).get(house)!;

const familyOf = async (house: House, who: Person) => (await findMembership(house.ctx.db, who.viewer))?.family.id ?? "";

/** Somebody of one's own family, now and then whoever. */
async function memberOf(house: House, who: Person, pick: number): Promise<string> {
  const members = await house.ctx.db.all<{ id: string }>("SELECT user_id AS id FROM family_members WHERE family_id = ? AND revoked_at IS NULL ORDER BY joined_at, user_id", [await familyOf(house, who)]);
  return pick % 9 === 0 ? at(house.people, pick)!.viewer.userId : (at(members, pick)?.id ?? who.viewer.userId);
}

/** One of the newest timers, with its version, or now and then an older one. */
async function timerOf(house: House, who: Person, [pick, version]: Picks): Promise<{ timerId: string; version: number }> {
  const newest = await house.ctx.db.all<Pick<TimerData, "id" | "version">>("SELECT id, version FROM timers WHERE family_id = ? ORDER BY state IN ('completed', 'cancelled'), started_at DESC, id LIMIT 5", [await familyOf(house, who)]);
  const timer = at(newest, pick);
  return { timerId: timer?.id ?? house.newId(), version: (timer?.version ?? 1) - (version % 7 === 0 ? 1 : 0) };
}

async function entryOf(house: House, who: Person, pick: number): Promise<string> {
  const newest = await house.ctx.db.all<{ id: string }>("SELECT id FROM star_ledger WHERE family_id = ? ORDER BY seq DESC LIMIT 25", [await familyOf(house, who)]);
  return at(newest, pick)?.id ?? house.newId();
}

/** One of the occurrences that are due or were lately. */
async function occurrenceOf(house: House, who: Person, pick: number): Promise<{ choreId: string; dueOn: string }> {
  const newest = await house.ctx.db.all<{ choreId: string; dueOn: string }>(
    "SELECT o.chore_id AS choreId, o.due_on AS dueOn FROM chore_occurrences o JOIN chores c ON c.id = o.chore_id WHERE c.family_id = ? ORDER BY c.archived_at IS NOT NULL, o.turn DESC, o.chore_id LIMIT 8",
    [await familyOf(house, who)],
  );
  return at(newest, pick) ?? { choreId: house.newId(), dueOn: "2026-03-03" };
}

const RULES: Recurrence[] = [{ kind: "once" }, { kind: "daily", from: "due" }, { kind: "weekdays", days: [0, 3], from: "due" }, { kind: "every-n-days", every: 2, from: "completion" }, { kind: "monthly", day: 31, from: "due" }];

async function choreInput(house: House, who: Person, [rule, member, stars]: Picks) {
  const assignment = at(ASSIGNMENTS, member)!;
  const assignees = assignment === "first-come" ? [] : [...new Set([await memberOf(house, who, member), ...(assignment === "rotating" ? [await memberOf(house, who, member + 1)] : [])])];
  return { name: `Chore ${stars % 3}`, icon: null, stars: stars % 5, recurrence: at(RULES, rule)!, assignment, assignees };
}

/** One of the newest rewards, now and then none of the family's. */
async function rewardOf(house: House, who: Person, pick: number): Promise<string> {
  const newest = await house.ctx.db.all<{ id: string }>("SELECT id FROM products WHERE family_id = ? ORDER BY archived_at IS NOT NULL, created_at DESC, id LIMIT 4", [await familyOf(house, who)]);
  return (pick % 13 === 0 ? undefined : at(newest, pick)?.id) ?? house.newId();
}

/** One of the newest requests. */
async function requestOf(house: House, who: Person, pick: number): Promise<{ redemptionId: string }> {
  const newest = await house.ctx.db.all<{ id: string }>("SELECT id FROM redemptions WHERE family_id = ? ORDER BY state = 'waiting' DESC, asked_at DESC, id LIMIT 6", [await familyOf(house, who)]);
  return { redemptionId: at(newest, pick)?.id ?? house.newId() };
}

async function categoryOf(house: House, who: Person, pick: number): Promise<string> {
  const some = await house.ctx.db.all<{ id: string }>("SELECT id FROM categories WHERE family_id = ? AND archived_at IS NULL ORDER BY position, id LIMIT 4", [await familyOf(house, who)]);
  return at(some, pick)?.id ?? house.newId();
}

const rewardInput = (pick: number, stock: number) => ({ name: `Reward ${pick % 3}`, description: null, price: 1 + (pick % 6), stock: stock % 4 === 0 ? null : stock % 3, categoryId: null, isActive: pick % 7 !== 0 });
export const offer = (pick: number) => ({ name: "Offer", kind: pick % 2 ? ("percent" as const) : ("price" as const), value: 1 + (pick % 40), startsAt: "2020-01-01T00:00", endsAt: "2040-01-01T00:00", productId: null, categoryId: null });

/** A child of the family asks, whoever was chosen: else few requests would come of many tries. */
async function asChild(house: House, who: Person, pick: number) {
  const children = await house.ctx.db.all<{ id: string }>("SELECT user_id AS id FROM family_members WHERE family_id = ? AND role = 'child' AND revoked_at IS NULL ORDER BY user_id", [await familyOf(house, who)]);
  const child = at(children, pick)?.id;
  return house.people.find(({ viewer }) => viewer.userId === child)?.viewer ?? who.viewer;
}

const key = (house: House, pick: number) => (pick % 9 === 0 ? "the-same-key" : house.newId());
const NOT_LIVE = "is shown on pages that load it afresh: nothing on an open dashboard changes by it";
const RELOADED = "what shows it is loaded anew by cache:revalidated, which tells nothing of them itself";

export const FAMILY_CASES: Record<string, Case> = {
  "families/createFamily": { weight: 6, run: (house, { viewer }, [pick]) => families.createFamily(house.ctx, viewer, settings(pick)) },
  "families/changeFamily": { weight: 20, run: (house, { viewer }, [pick]) => families.changeFamily(house.ctx, viewer, settings(pick)) },
  "families/invite": { weight: 10, run: async (house, { viewer }, [pick]) => linksOf(house).push(await families.invite(house.ctx, viewer, { role: pick % 3 === 0 ? "child" : "parent" })) },
  "families/revokeInvitation": { weight: 2, run: (house, { viewer }, [pick]) => families.revokeInvitation(house.ctx, viewer, { invitationId: at(linksOf(house), pick)?.invitationId ?? house.newId() }) },
  "families/acceptInvitation": { weight: 20, run: (house, { viewer }, [pick]) => families.acceptInvitation(house.ctx, viewer, { token: at(linksOf(house), pick)?.token ?? "" }) },
  "families/signUpInvited": { exempt: "makes an account as accounts/signUp does and joins as families/acceptInvitation does, in one transaction" },
  "families/removeMember": { weight: 10, run: async (house, who, [pick]) => families.removeMember(house.ctx, who.viewer, { memberId: await memberOf(house, who, pick) }) },
  // Hashing is slow on purpose, so these come seldom.
  "families/createChild": { weight: 1, run: (house, { viewer }, [pick]) => families.createChild(house.ctx, viewer, { name: `Child ${pick % 3}`, userName: `child${pick % 3}`, pin: "2468" }) },
  "families/resetPin": { exempt: `a PIN is shown nowhere; that sessions end by it ${NOT_LIVE} but what session-ended does, which accounts/endAllSessions covers` },
  "families/signInChild": { exempt: `a new session ${NOT_LIVE}` },
  "families/createTablet": { exempt: `the list of tablets ${NOT_LIVE}` },
  "families/revokeTablet": { exempt: `the list of tablets ${NOT_LIVE}; the tablet itself is told` },
  "families/enterTablet": { exempt: `who stands at a tablet ${NOT_LIVE}` },
  "families/stayAtTablet": { exempt: `who stands at a tablet ${NOT_LIVE}` },
  "families/leaveTablet": { exempt: `who stands at a tablet ${NOT_LIVE}` },
  "families/setTabletPin": { exempt: `a PIN is shown nowhere; that there is one ${NOT_LIVE}` },
  "timers/createTemplate": { exempt: RELOADED },
  "timers/changeTemplate": { exempt: RELOADED },
  "timers/archiveTemplate": { exempt: RELOADED },
  "timers/startTimer": {
    weight: 80,
    run: async (house, who, [member, minutes, amount]) =>
      timers.startTimer(house.ctx, who.viewer, { templateId: null, name: `Timer ${minutes}`, minutes: 1 + (minutes % 3), memberId: member % 4 === 0 ? null : await memberOf(house, who, member), stars: amount % 3 === 0 ? null : amount % 5 }),
  },
  "timers/pauseTimer": { weight: 40, run: async (house, who, picks) => timers.pauseTimer(house.ctx, who.viewer, await timerOf(house, who, picks)) },
  "timers/resumeTimer": { weight: 40, run: async (house, who, picks) => timers.resumeTimer(house.ctx, who.viewer, await timerOf(house, who, picks)) },
  "timers/extendTimer": { weight: 30, run: async (house, who, picks) => timers.extendTimer(house.ctx, who.viewer, { ...(await timerOf(house, who, picks)), minutes: 1 + (picks[2] % 2) }) },
  "timers/cancelTimer": { weight: 20, run: async (house, who, picks) => timers.cancelTimer(house.ctx, who.viewer, await timerOf(house, who, picks)) },
  "timers/syncTimer": { weight: 20, run: async (house, who, picks) => timers.syncTimer(house.ctx, who.viewer, await timerOf(house, who, picks)) },
  "timers/confirmTimer": { weight: 60, run: async (house, who, picks) => timers.confirmTimer(house.ctx, who.viewer, await timerOf(house, who, picks)) },
  "timers/expireTimers": { weight: 40, run: (house) => timers.expireTimers(house.ctx) },
  "chores/createChore": { weight: 40, run: async (house, who, picks) => chores.createChore(house.ctx, who.viewer, { ...(await choreInput(house, who, picks)), dueOn: dateIn("UTC", house.now - (picks[2] % 3) * 86_400_000) }) },
  "chores/changeChore": { weight: 20, run: async (house, who, picks) => chores.changeChore(house.ctx, who.viewer, { ...(await choreInput(house, who, picks)), choreId: (await occurrenceOf(house, who, picks[0])).choreId }) },
  "chores/archiveChore": { weight: 10, run: async (house, who, [pick]) => chores.archiveChore(house.ctx, who.viewer, await occurrenceOf(house, who, pick)) },
  "chores/claimChore": { weight: 60, run: async (house, who, [pick]) => chores.claimChore(house.ctx, who.viewer, await occurrenceOf(house, who, pick)) },
  "chores/approveChore": { weight: 40, run: async (house, who, [pick]) => chores.approveChore(house.ctx, who.viewer, await occurrenceOf(house, who, pick)) },
  "chores/refuseChore": { weight: 20, run: async (house, who, [pick]) => chores.refuseChore(house.ctx, who.viewer, await occurrenceOf(house, who, pick)) },
  "chores/undoChore": { weight: 40, run: async (house, who, [pick]) => chores.undoChore(house.ctx, who.viewer, await occurrenceOf(house, who, pick)) },
  "stars/addStars": { weight: 60, run: async (house, who, [member, amount, again]) => stars.addStars(house.ctx, who.viewer, { memberId: await memberOf(house, who, member), amount: 1 + amount, reason: `Reason ${amount % 3}`, key: key(house, again) }) },
  "stars/removeStars": { weight: 40, run: async (house, who, [member, amount, again]) => stars.removeStars(house.ctx, who.viewer, { memberId: await memberOf(house, who, member), amount: 1 + (amount % 9), reason: "Spent", key: key(house, again) }) },
  "stars/undoStars": { weight: 40, run: async (house, who, [pick]) => stars.undoStars(house.ctx, who.viewer, { entryId: await entryOf(house, who, pick) }) },
  "rewards/createProduct": { weight: 40, run: (house, { viewer }, [pick, stock]) => rewards.createProduct(house.ctx, viewer, rewardInput(pick, stock)) },
  "rewards/changeProduct": {
    weight: 20,
    run: async (house, who, [pick, stock, before]) => rewards.changeProduct(house.ctx, who.viewer, { ...rewardInput(pick, stock), productId: await rewardOf(house, who, pick), stockBefore: before % 3 === 0 ? null : before % 3 }),
  },
  "rewards/archiveProduct": { weight: 6, run: async (house, who, [pick]) => rewards.archiveProduct(house.ctx, who.viewer, { productId: await rewardOf(house, who, pick) }) },
  "rewards/askForReward": {
    weight: 160,
    run: async (house, who, [pick, child, again]) => rewards.askForReward(house.ctx, await asChild(house, who, child), { productId: await rewardOf(house, who, pick), key: key(house, again) }),
  },
  "rewards/cancelRedemption": { weight: 30, run: async (house, who, [pick, child]) => rewards.cancelRedemption(house.ctx, await asChild(house, who, child), await requestOf(house, who, pick)) },
  "rewards/approveRedemption": { weight: 60, run: async (house, who, [pick]) => rewards.approveRedemption(house.ctx, who.viewer, await requestOf(house, who, pick)) },
  "rewards/refuseRedemption": { weight: 30, run: async (house, who, [pick]) => rewards.refuseRedemption(house.ctx, who.viewer, await requestOf(house, who, pick)) },
  "rewards/undoRedemption": { weight: 40, run: async (house, who, [pick]) => rewards.undoRedemption(house.ctx, who.viewer, await requestOf(house, who, pick)) },
  "rewards/setWish": { weight: 20, run: async (house, who, [pick, child]) => rewards.setWish(house.ctx, await asChild(house, who, child), { productId: pick % 4 === 0 ? null : await rewardOf(house, who, pick) }) },
  "rewards/changeCompany": { weight: 4, run: (house, { viewer }, [pick]) => rewards.changeCompany(house.ctx, viewer, { name: `House ${pick % 3}`, motto: null, hue: pick % 8 }) },
  "rewards/createCategory": { weight: 6, run: (house, { viewer }, [pick]) => rewards.createCategory(house.ctx, viewer, { name: `Shelf ${pick % 3}`, icon: null, hue: pick % 8 }) },
  "rewards/changeCategory": { weight: 4, run: async (house, who, [pick]) => rewards.changeCategory(house.ctx, who.viewer, { categoryId: await categoryOf(house, who, pick), name: "Shelf", icon: null, hue: 1 }) },
  "rewards/moveCategory": { weight: 4, run: async (house, who, [pick, to]) => rewards.moveCategory(house.ctx, who.viewer, { categoryId: await categoryOf(house, who, pick), to }) },
  "rewards/archiveCategory": { weight: 3, run: async (house, who, [pick]) => rewards.archiveCategory(house.ctx, who.viewer, { categoryId: await categoryOf(house, who, pick) }) },
  "rewards/createPromotion": { weight: 6, run: (house, { viewer }, [pick]) => rewards.createPromotion(house.ctx, viewer, offer(pick)) },
  "rewards/changePromotion": { exempt: RELOADED },
  "rewards/archivePromotion": { exempt: RELOADED },
};
