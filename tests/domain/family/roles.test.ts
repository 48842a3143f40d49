/** product.md A2, E3. Bar 9 of the family's issue: role × action, written down a second time and tried with every command. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as chores from "#app/domain/chores/commands.server.ts";
import type { ChoreData } from "#app/domain/chores/chore.ts";
import * as families from "#app/domain/families/commands.server.ts";
import { FAMILY_ACTIONS, FAMILY_ROLES, mayInFamily, PERMISSIONS, type FamilyAction, type FamilyRole, type Permission } from "#app/domain/families/policy.ts";
import { openDashboard } from "#app/domain/families/queries.server.ts";
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
  ...{ createChore: "chore-create", changeChore: "chore-change", archiveChore: "chore-archive", claimChore: "chore-claim", approveChore: "chore-approve", refuseChore: "chore-refuse", undoChore: "chore-undo" },
};

test("every command asks for an action, and every action is asked for", () => {
  const commands = [families, timers, stars, chores].flatMap((module) => Object.keys(module));
  expect(Object.keys(ACTION_OF).sort()).toEqual(commands.sort());
  // A page asks for the one, startTimer for the other beside its own.
  expect([...Object.values(ACTION_OF).filter((action) => action !== null), "view", "timer-set-stars"].sort()).toEqual([...FAMILY_ACTIONS].sort());
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
  const seen = ({ id, version }: TimerData) => ({ timerId: id, version });
  const expired = async (whose: Viewer) => {
    const { id } = await timer(whose);
    house.ctx.time.now += 60_000;
    return timers.syncTimer(house.ctx, house.parent, { timerId: id });
  };

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
