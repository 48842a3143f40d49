/**
 * One case for every command that writes: those of the equivalence suites, and cases of this suite's own for what
 * changes no open screen, and for what there is made of several commands. `prepare` is done before the command begins.
 */
import { writeFileSync } from "node:fs";
import path from "node:path";
import * as accounts from "#app/domain/accounts/commands.server.ts";
import { dateIn } from "#app/domain/calendar-days.ts";
import { userPresenceChannel } from "#app/domain/channels.ts";
import * as chores from "#app/domain/chores/commands.server.ts";
import * as conversations from "#app/domain/conversations/commands.server.ts";
import { DomainError } from "#app/domain/errors.ts";
import * as families from "#app/domain/families/commands.server.ts";
import { tabletByToken } from "#app/domain/families/tablets.server.ts";
import * as images from "#app/domain/images/commands.server.ts";
import { fileStorage } from "#app/domain/images/file-storage.server.ts";
import * as outbox from "#app/domain/outbox/commands.server.ts";
import * as presence from "#app/domain/presence/commands.server.ts";
import * as rewards from "#app/domain/rewards/commands.server.ts";
import * as stars from "#app/domain/stars/commands.server.ts";
import * as timers from "#app/domain/timers/commands.server.ts";
import type { TimerData } from "#app/domain/timers/machine.ts";
import type { Viewer } from "#app/domain/viewer.ts";
import { uploadedFile, uploadedPicture } from "#tests/domain/pictures.ts";
import { CASES, chatOf, personOf, promote, type Picks } from "#tests/equivalence/cases.ts";
import { aFace } from "#tests/equivalence/faces.ts";
import { FAMILY_CASES, offer } from "#tests/equivalence/family-cases.ts";
import { PASSWORD, PEOPLE, type House, type Person } from "#tests/equivalence/house.ts";

export interface AtomicCase {
  /** @returns the command, ready to be run */
  prepare: (house: House, who: Person, picks: Picks) => Promise<() => Promise<unknown>>;
}

const PIN = "2468";
const DEVICE: accounts.Device = { address: "192.0.2.1", userAgent: "a browser" };
/** A timer of a minute is over, and presence lapses. */
const LONG_AFTER_MS = 120_000;

const own = (run: (house: House, who: Person, picks: Picks) => Promise<unknown>): AtomicCase => ({ prepare: async (house, who, picks) => () => run(house, who, picks) });
const prepared = (prepare: AtomicCase["prepare"]): AtomicCase => ({ prepare });

const admin = ({ viewer }: Person): Viewer => ({ ...viewer, role: "admin" });
const newcomer = (house: House) => ({ name: "Newcomer", email: `newcomer-${house.newId()}@people.test`, password: PASSWORD, timeZone: null });

/** A parent of the newest family that one of the house is a parent of. */
async function parentIn(house: House): Promise<Viewer> {
  const rows = await house.ctx.db.all<{ id: string }>("SELECT user_id AS id FROM family_members WHERE role = 'parent' AND revoked_at IS NULL ORDER BY joined_at DESC, user_id");
  return rows.flatMap(({ id }) => house.people.filter(({ viewer }) => viewer.userId === id))[0]?.viewer ?? house.people[0]!.viewer;
}

/** A parent, and a child who is one of the house. @throws DomainError where the family has none */
async function parentAndChild(house: House): Promise<{ parent: Viewer; child: Viewer }> {
  const parent = await parentIn(house);
  const rows = await house.ctx.db.all<{ id: string }>("SELECT c.user_id AS id FROM family_members c JOIN family_members p ON p.family_id = c.family_id WHERE p.user_id = ? AND p.revoked_at IS NULL AND c.role = 'child' AND c.revoked_at IS NULL", [parent.userId]);
  const child = house.people.find(({ viewer }) => rows.some(({ id }) => id === viewer.userId))?.viewer;
  if (!child) throw new DomainError("not-found");
  return { parent, child };
}

type TimerVerb = (ctx: House["ctx"], viewer: Viewer, input: { timerId: string; version: number }) => Promise<unknown>;
/** @param before what is done to a timer of a minute before the command */
const onTimer = (verb: TimerVerb, before: (house: House, parent: Viewer, timer: TimerData) => Promise<TimerData> = (_house, _parent, timer) => Promise.resolve(timer)) =>
  prepared(async (house) => {
    const { parent, child } = await parentAndChild(house);
    const started = await timers.startTimer(house.ctx, parent, { templateId: null, name: "Timer", minutes: 1, memberId: child.userId, stars: 2 });
    const { id, version } = await before(house, parent, started);
    return () => verb(house.ctx, parent, { timerId: id, version });
  });
const timePasses = (house: House, _parent: Viewer, timer: TimerData) => {
  house.now += LONG_AFTER_MS;
  return Promise.resolve(timer);
};

type ChoreVerb = (ctx: House["ctx"], viewer: Viewer, input: { choreId: string; dueOn: string }) => Promise<unknown>;
const onClaim = (verb: ChoreVerb) =>
  prepared(async (house) => {
    const { parent, child } = await parentAndChild(house);
    await families.changeFamily(house.ctx, parent, { name: "Family", timeZone: "UTC", weekStart: 0, choresCountAtOnce: false });
    const dueOn = dateIn("UTC", house.now);
    const { id } = await chores.createChore(house.ctx, parent, { name: "Chore", icon: null, stars: 1, recurrence: { kind: "daily", from: "due" }, assignment: "fixed", assignees: [child.userId], dueOn });
    await chores.claimChore(house.ctx, child, { choreId: id, dueOn });
    return () => verb(house.ctx, parent, { choreId: id, dueOn });
  });

type RequestVerb = (ctx: House["ctx"], viewer: Viewer, input: { redemptionId: string }) => Promise<unknown>;
const onRequest = (verb: RequestVerb, by: "parent" | "child", isApproved = false) =>
  prepared(async (house) => {
    const people = await parentAndChild(house);
    const { parent, child } = people;
    await stars.addStars(house.ctx, parent, { memberId: child.userId, amount: 9, reason: "Reason", key: house.newId() });
    const { productId } = await rewards.createProduct(house.ctx, parent, { name: "Reward", description: null, price: 3, stock: 2, categoryId: null, isActive: true });
    const { id } = await rewards.askForReward(house.ctx, child, { productId, key: house.newId() });
    if (isApproved) await rewards.approveRedemption(house.ctx, parent, { redemptionId: id });
    return () => verb(house.ctx, people[by], { redemptionId: id });
  });

async function childOf(house: House, parent: Viewer) {
  const userName = `child${house.newId().slice(0, 12)}`;
  const { memberId } = await families.createChild(house.ctx, parent, { name: "Child", userName, pin: PIN });
  const [family] = await house.ctx.db.all<{ code: string }>("SELECT f.code FROM families f JOIN child_accounts c ON c.family_id = f.id WHERE c.user_id = ?", [memberId]);
  return { memberId, familyCode: family!.code, userName };
}

async function tabletIn(house: House, parent: Viewer) {
  const { tabletId, token } = await families.createTablet(house.ctx, parent, { name: "Kitchen" });
  return { tabletId, tablet: (await tabletByToken(house.ctx, token))! };
}

async function visitIn(house: House) {
  const parent = await parentIn(house);
  const { tablet } = await tabletIn(house, parent);
  await families.setTabletPin(house.ctx, parent, { pin: PIN });
  const enter = () => families.enterTablet(house.ctx, tablet, { memberId: parent.userId, pin: PIN }, DEVICE.address);
  return { tablet, enter };
}

const template = (pick: number) => ({ name: `Template ${pick % 3}`, minutes: 1 + (pick % 9), stars: pick % 4, icon: null, hue: pick % 8 });

/** Events as they stand when a relay has tried them in vain. @returns their ids */
async function failedEvents(house: House, state: "dead" | "pending"): Promise<string[]> {
  const [rows = []] = await house.ctx.db.batch([{ sql: "UPDATE outbox_events SET state = ?, attempts = 3 WHERE seq IN (SELECT seq FROM outbox_events ORDER BY seq DESC LIMIT 3) RETURNING id", args: [state] }]);
  return rows.map(({ id }) => id as string);
}

const onEvents = (verb: (ctx: House["ctx"], viewer: Viewer, input: { ids: string[] }) => Promise<unknown>, state: "dead" | "pending") =>
  prepared(async (house, who) => {
    const ids = await failedEvents(house, state);
    return () => verb(house.ctx, admin(who), { ids });
  });

/** A file that has just arrived, which a store may move away. */
async function arrived(house: House, text: string) {
  const { folder } = await aFace();
  const name = `${house.newId()}.txt`;
  const file: images.ArrivedFile = { path: path.join(folder, name), bytes: text.length, sha256: name, name };
  writeFileSync(file.path, text);
  return { file, storage: fileStorage(folder) };
}

const OWN_CASES: Record<string, AtomicCase> = {
  "conversations/sendMessage": prepared(async (house, who, picks) => {
    const conversationId = await chatOf(house, who, picks[0]);
    const imageIds = picks[1] % 3 === 0 ? [await uploadedPicture(house.ctx, who.viewer, conversationId)] : undefined;
    return () => conversations.sendMessage(house.ctx, who.viewer, { conversationId, body: `text ${picks[2]}`, clientId: house.newId(), ...(imageIds && { imageIds }) });
  }),
  "accounts/updateWriting": own((house, { viewer }, [pick]) => accounts.updateWriting(house.ctx, viewer, { enterSends: pick % 2 === 0 })),
  "accounts/disableUser": prepared(async (house, { viewer }, [pick]) => {
    await promote(house, viewer);
    const userId = personOf(house, pick);
    await accounts.enableUser(house.ctx, viewer, { userId });
    return () => accounts.disableUser(house.ctx, viewer, { userId });
  }),
  "accounts/enableUser": prepared(async (house, { viewer }, [pick]) => {
    await promote(house, viewer);
    const userId = personOf(house, pick);
    await accounts.disableUser(house.ctx, viewer, { userId });
    return () => accounts.enableUser(house.ctx, viewer, { userId });
  }),
  "accounts/makeResetLink": prepared(async (house, { viewer }, [pick]) => {
    await promote(house, viewer);
    return () => accounts.makeResetLink(house.ctx, viewer, { userId: personOf(house, pick) });
  }),
  "accounts/resetPassword": prepared(async (house, { viewer }, [pick]) => {
    await promote(house, viewer);
    const { token } = await accounts.makeResetLink(house.ctx, viewer, { userId: personOf(house, pick) });
    return () => accounts.resetPassword(house.ctx, { token, password: PASSWORD });
  }),
  "accounts/signUp": own((house) => accounts.signUp(house.ctx, newcomer(house), DEVICE, "open")),
  "accounts/signIn": own((house, { viewer }) => accounts.signIn(house.ctx, { email: viewer.email!, password: PASSWORD }, DEVICE)),
  "accounts/insertUser": own((house) => house.ctx.db.transact((tx) => accounts.insertUser(tx, house.ctx, { ...newcomer(house), passwordHash: null }))),
  "accounts/grantAdmin": own((house, { viewer }) => accounts.grantAdmin(house.ctx, viewer.email!)),
  "outbox/retryEvents": onEvents(outbox.retryEvents, "dead"),
  "outbox/requeueEvents": onEvents(outbox.requeueEvents, "dead"),
  "outbox/dropEvents": onEvents(outbox.dropEvents, "pending"),
  "images/importImage": own(async (house, { viewer }) => {
    const { file, folder } = await aFace();
    return images.importImage(house.ctx, { table: "avatars", id: viewer.userId, uploadId: house.newId(), uploadedBy: viewer.userId }, { path: file.path, storage: fileStorage(folder) });
  }),
  "images/addFile": prepared(async (house, who, [pick]) => {
    const conversationId = await chatOf(house, who, pick);
    const arrival = await arrived(house, `file ${pick}`);
    return () => images.addFile(house.ctx, who.viewer, { id: conversationId, uploadId: house.newId() }, arrival);
  }),
  "images/takeAttachments": prepared(async (house, who, [pick]) => {
    const conversationId = await chatOf(house, who, pick);
    const { file, storage } = await arrived(house, `file ${pick}`);
    const { file: face } = await aFace();
    return () => images.takeAttachments(house.ctx, who.viewer, { conversationId, clientId: house.newId() }, [face, file], { storage });
  }),
  "images/cancelUpload": prepared(async (house, who, [pick]) => {
    const uploadId = await uploadedFile(house.ctx, who.viewer, await chatOf(house, who, pick), "a file");
    return () => images.cancelUpload(house.ctx, who.viewer, { uploadId });
  }),
  "presence/hearOccupancy": own((house, _who, picks) =>
    presence.hearOccupancy(house.ctx, picks.map((pick) => ({ channel: userPresenceChannel(personOf(house, pick)), occupied: pick % 3 !== 0, at: house.now }))),
  ),
  "presence/markSeen": own((house, { viewer }) => presence.markSeen(house.ctx, new Map([[viewer.userId, (house.now += LONG_AFTER_MS)]]))),
  "presence/reconcileOccupancy": own((house, _who, picks) => presence.reconcileOccupancy(house.ctx, () => Promise.resolve(new Set(picks.map((pick) => userPresenceChannel(personOf(house, pick))))))),
  "presence/turnOffline": prepared(async (house, _who, picks) => {
    await presence.reconcileOccupancy(house.ctx, () => Promise.resolve(new Set<string>()));
    await presence.markSeen(house.ctx, new Map(picks.map((pick) => [personOf(house, pick), house.now])));
    house.now += LONG_AFTER_MS;
    return () => presence.turnOffline(house.ctx);
  }),
  "presence/tellVisibility": prepared(async (house, { viewer }) => {
    const [user] = await house.ctx.db.all<{ shown: number }>("SELECT show_last_active AS shown FROM users WHERE id = ?", [viewer.userId]);
    return () => house.ctx.db.transact((tx) => presence.tellVisibility(tx, house.ctx, { userId: viewer.userId, shown: user!.shown === 1 }));
  }),
  "families/revokeInvitation": prepared(async (house) => {
    const parent = await parentIn(house);
    const { invitationId } = await families.invite(house.ctx, parent, { role: "parent" });
    return () => families.revokeInvitation(house.ctx, parent, { invitationId });
  }),
  "timers/pauseTimer": onTimer(timers.pauseTimer),
  "timers/resumeTimer": onTimer(timers.resumeTimer, (house, parent, { id, version }) => timers.pauseTimer(house.ctx, parent, { timerId: id, version })),
  "timers/extendTimer": onTimer((ctx, viewer, input) => timers.extendTimer(ctx, viewer, { ...input, minutes: 1 })),
  "timers/cancelTimer": onTimer(timers.cancelTimer),
  "timers/syncTimer": onTimer(timers.syncTimer, timePasses),
  "timers/confirmTimer": onTimer((ctx, viewer, { timerId, version }) => timers.confirmTimer(ctx, viewer, { timerId, version: version + 1 }), timePasses),
  "timers/expireTimers": onTimer((ctx) => timers.expireTimers(ctx), timePasses),
  "chores/approveChore": onClaim(chores.approveChore),
  "chores/refuseChore": onClaim(chores.refuseChore),
  "chores/undoChore": onClaim(chores.undoChore),
  "rewards/cancelRedemption": onRequest(rewards.cancelRedemption, "child"),
  "rewards/approveRedemption": onRequest(rewards.approveRedemption, "parent"),
  "rewards/refuseRedemption": onRequest(rewards.refuseRedemption, "parent"),
  "rewards/undoRedemption": onRequest(rewards.undoRedemption, "parent", true),
  "families/signUpInvited": prepared(async (house, _who, [pick]) => {
    const { token } = await families.invite(house.ctx, await parentIn(house), { role: pick % 2 ? "parent" : "child" });
    return () => families.signUpInvited(house.ctx, newcomer(house), DEVICE, { token });
  }),
  "families/resetPin": prepared(async (house) => {
    const parent = await parentIn(house);
    const { memberId } = await childOf(house, parent);
    return () => families.resetPin(house.ctx, parent, { memberId, pin: "1357" });
  }),
  "families/signInChild": prepared(async (house) => {
    const { familyCode, userName } = await childOf(house, await parentIn(house));
    return () => families.signInChild(house.ctx, { familyCode, userName, pin: PIN }, DEVICE);
  }),
  "families/createTablet": own((house, { viewer }) => families.createTablet(house.ctx, viewer, { name: "Kitchen" })),
  "families/revokeTablet": prepared(async (house) => {
    const parent = await parentIn(house);
    const { tabletId } = await tabletIn(house, parent);
    return () => families.revokeTablet(house.ctx, parent, { tabletId });
  }),
  "families/enterTablet": prepared(async (house) => (await visitIn(house)).enter),
  "families/stayAtTablet": prepared(async (house) => {
    const { tablet, enter } = await visitIn(house);
    const { token } = await enter();
    house.now += 1;
    return () => families.stayAtTablet(house.ctx, tablet, token);
  }),
  "families/leaveTablet": prepared(async (house) => {
    const { tablet, enter } = await visitIn(house);
    const { token } = await enter();
    return () => families.leaveTablet(house.ctx, tablet, token);
  }),
  "families/setTabletPin": own((house, { viewer }) => families.setTabletPin(house.ctx, viewer, { pin: PIN })),
  "timers/createTemplate": own((house, { viewer }, [pick]) => timers.createTemplate(house.ctx, viewer, template(pick))),
  "timers/changeTemplate": prepared(async (house, _who, [pick, other]) => {
    const parent = await parentIn(house);
    const { id } = await timers.createTemplate(house.ctx, parent, template(pick));
    return () => timers.changeTemplate(house.ctx, parent, { ...template(other), templateId: id });
  }),
  "timers/archiveTemplate": prepared(async (house, _who, [pick]) => {
    const parent = await parentIn(house);
    const { id } = await timers.createTemplate(house.ctx, parent, template(pick));
    return () => timers.archiveTemplate(house.ctx, parent, { templateId: id });
  }),
  "rewards/changePromotion": prepared(async (house, _who, [pick, other]) => {
    const parent = await parentIn(house);
    const { promotionId } = await rewards.createPromotion(house.ctx, parent, offer(pick));
    return () => rewards.changePromotion(house.ctx, parent, { ...offer(other), promotionId });
  }),
  "rewards/archivePromotion": prepared(async (house, _who, [pick]) => {
    const parent = await parentIn(house);
    const { promotionId } = await rewards.createPromotion(house.ctx, parent, offer(pick));
    return () => rewards.archivePromotion(house.ctx, parent, { promotionId });
  }),
};

const shared = Object.entries({ ...CASES, ...FAMILY_CASES }).flatMap(([name, item]) => ("run" in item ? [[name, own(item.run)] as const] : []));

/** A command that the equivalence suites exempt, and that has no case here, has none: the suite fails on it. */
export const ATOMIC_CASES: Record<string, AtomicCase> = { ...Object.fromEntries(shared), ...OWN_CASES };

const COUNTED = "attempts are counted by themselves, before anybody looks at the password";
/** Commands that commit more than once, and why. All others do at most once. */
export const SEVERAL_COMMITS: Record<string, string> = {
  "accounts/signUp": COUNTED,
  "accounts/signIn": COUNTED,
  "accounts/changePassword": COUNTED,
  "accounts/eraseAccount": COUNTED,
  "families/signUpInvited": COUNTED,
  "families/signInChild": COUNTED,
  "families/enterTablet": COUNTED,
  "images/takeAttachments": "one for each file: what is not sent in the end is swept away",
  "outbox/retryEvents": "an operation of several steps, which tells how far it is",
  "outbox/requeueEvents": "an operation of several steps, which tells how far it is",
  "outbox/dropEvents": "an operation of several steps, which tells how far it is",
};

/** So that most commands have something to do: a family of three and one outside, chats, rooms, stars and rewards. */
export async function moveIn(house: House): Promise<void> {
  const by = (name: string, who: number, ...picks: [number, number, number]) =>
    house.attempt(async () => {
      house.now += 1;
      await (await ATOMIC_CASES[name]!.prepare(house, house.people[who]!, picks))();
    });
  for (let other = 1; other < PEOPLE; other++) await by("conversations/openDirect", 0, other, 0, 0);
  for (const access of [0, 1]) {
    await by("rooms/createRoom", 0, access, access, 0);
    for (const guest of [1, 2]) await by("rooms/inviteToRoom", 0, 2, guest, 0);
    for (const who of [0, 1, 2]) await by("conversations/sendMessage", who, 0, 1, who);
  }
  await by("families/createFamily", 0, 1, 0, 0);
  for (const [guest, role] of [[1, 1], [2, 3]] as const) {
    await by("families/invite", 0, role, 0, 0);
    await by("families/acceptInvitation", guest, guest - 1, 0, 0);
  }
  for (const member of [1, 2]) await by("stars/addStars", 0, member, 40, 1);
  for (const pick of [1, 2]) await by("rewards/createProduct", 0, pick, 3 + pick, 0);
  await by("rewards/createCategory", 0, 1, 0, 0);
  await by("chores/createChore", 0, 1, 0, 2);
}

/** Somebody at random does something at random, at a time that now and then stands still or goes back. */
export function atRandom(house: House, random: () => number): { who: Person; picks: Picks } {
  const pick = () => Math.floor(random() * 61);
  house.now += random() < 0.1 ? -Math.floor(random() * 50) : Math.floor(random() * 5_000);
  return { who: house.people[Math.floor(random() * PEOPLE)]!, picks: [pick(), pick(), pick()] };
}
