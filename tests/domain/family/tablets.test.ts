/** product.md E8. Bar 10 of the family's issue, as far as the domain goes: wall tablets, and standing at one. */
import { beforeEach, expect, test } from "vitest";
import { endAllSessions } from "#app/domain/accounts/commands.server.ts";
import { viewerByToken } from "#app/domain/accounts/queries.server.ts";
import { tabletChannelAccess } from "#app/domain/channel-access.server.ts";
import { familyChannel, userChannel } from "#app/domain/channels.ts";
import { createChild, createTablet, enterTablet, leaveTablet, removeMember, resetPin, revokeTablet, setTabletPin, signInChild, stayAtTablet } from "#app/domain/families/commands.server.ts";
import { pinKey, TRIES_A_LOCK } from "#app/domain/families/pin-attempts.server.ts";
import { hasTabletPin, tabletByToken, tabletsFor, visitAt, type WallTablet } from "#app/domain/families/queries.server.ts";
import { tabletEnterSchema } from "#app/domain/families/schema.ts";
import { VISIT_MS } from "#app/domain/families/tablet.ts";
import { openWall } from "#app/domain/families/wall.server.ts";
import { addStars } from "#app/domain/stars/commands.server.ts";
import { syncForTablet } from "#app/domain/sync/queries.server.ts";
import { startTimer } from "#app/domain/timers/commands.server.ts";
import type { TestDatabase } from "#tests/support/database.ts";
import { eachWithHousehold } from "./each-with-household.ts";
import { refusalOf, told, type Household } from "./household.ts";

let at: TestDatabase;
let house: Household;
let wall: WallTablet;
let token: string;
let mona: string;
const PIN = "2468";
const ADDRESS = "192.0.2.1";
eachWithHousehold((made, database) => ([house, at] = [made, database]));
beforeEach(async () => {
  ({ token } = await createTablet(house.ctx, house.parent, { name: "Kitchen" }, { language: "ar", digits: "arab" }));
  wall = (await tabletByToken(house.ctx, token))!;
  ({ memberId: mona } = await createChild(house.ctx, house.parent, { name: "Mona", userName: "mona", pin: PIN }));
});

const enter = (memberId = mona, pin = PIN, tablet = wall) => enterTablet(house.ctx, tablet, { memberId, pin }, ADDRESS);
const visitor = async (visit: { token: string }, tablet = wall) => (await visitAt(house.ctx, tablet, visit.token))?.viewer.userId ?? null;

test("a tablet is known by its token, as it was set up, until it is revoked; only its family's parents may", async () => {
  const { tabletId } = wall;
  expect(wall).toEqual({ tabletId, name: "Kitchen", family: house.family, language: "ar", digits: "arab" });
  expect(await tabletsFor(house.ctx, house.parent)).toMatchObject([{ id: tabletId, name: "Kitchen" }]);
  expect(await viewerByToken(house.ctx, token)).toBeNull();
  const visit = await enter();
  for (const who of [house.stranger, house.child]) expect(["not-found", "forbidden"]).toContain(await refusalOf(revokeTablet(house.ctx, who, { tabletId })));
  expect(await visitor(visit)).toBe(mona);
  await revokeTablet(house.ctx, house.other, { tabletId });
  expect([await tabletByToken(house.ctx, token), await visitor(visit)]).toEqual([null, null]);
  expect((await told(house)).at(-1)).toEqual({ event: "family:tablet-revoked", data: { tabletId } });
  expect(await refusalOf(enter())).toBe("wrong-pin");
  expect(await refusalOf(revokeTablet(house.ctx, house.parent, { tabletId }))).toBe("not-found");
  expect(await tabletsFor(house.ctx, house.parent)).toEqual([]);
});

test("who says who they are acts as themselves until they have stood still for a minute; looking is no sign of life", async () => {
  const visit = await enter();
  const { viewer, role, leftMs } = (await visitAt(house.ctx, wall, visit.token))!;
  expect([viewer, role, leftMs]).toEqual([{ userId: mona, name: "Mona", hue: viewer.hue, avatar: null, email: null, sessionId: wall.tabletId, role: "member" }, "child", VISIT_MS]);
  expect((await startTimer(house.ctx, viewer, { templateId: null, name: "Tea", minutes: 1, memberId: mona, stars: null })).startedBy).toBe(mona);
  expect(await refusalOf(addStars(house.ctx, viewer, { memberId: mona, amount: 5, reason: "Because", key: "key-of-mona" }))).toBe("forbidden");
  house.ctx.time.now += VISIT_MS - 1;
  expect((await visitAt(house.ctx, wall, visit.token))?.leftMs).toBe(1);
  expect((await stayAtTablet(house.ctx, wall, visit.token))?.leftMs).toBe(VISIT_MS);
  house.ctx.time.now += VISIT_MS;
  expect(await visitor(visit)).toBeNull();
  expect(await stayAtTablet(house.ctx, wall, visit.token)).toBeNull();
});

test("a visit is no session, and worth nothing at another tablet; the next person takes the place of the one before", async () => {
  const visit = await enter();
  const { token: next } = await createTablet(house.ctx, house.parent, { name: "Hall" });
  const hall = (await tabletByToken(house.ctx, next))!;
  expect([await viewerByToken(house.ctx, visit.token), await visitor(visit, hall), await visitor({ token })]).toEqual([null, null, null]);
  await setTabletPin(house.ctx, house.parent, { pin: "97531" });
  const after = await enter(house.parent.userId, "97531");
  expect([await visitor(visit), await visitor(after)]).toEqual([null, house.parent.userId]);
  await leaveTablet(house.ctx, wall, visit.token);
  expect(await visitor(after)).toBe(house.parent.userId);
  await leaveTablet(house.ctx, wall, after.token);
  expect(await visitor(after)).toBeNull();
});

test("an admin of the site is a member of the family there, and no more", async () => {
  await at.db.transact((tx) => tx.all("UPDATE users SET role = 'admin' WHERE id = ?", [house.parent.userId]));
  await setTabletPin(house.ctx, house.parent, { pin: "97531" });
  expect((await visitAt(house.ctx, wall, (await enter(house.parent.userId, "97531")).token))?.viewer.role).toBe("member");
});

test("a visit ends with another PIN, with signing out everywhere, with an account that is closed, with leaving the family", async () => {
  await setTabletPin(house.ctx, house.other, { pin: "97531" });
  const ends: [string, string, () => Promise<unknown>][] = [
    [mona, PIN, () => resetPin(house.ctx, house.parent, { memberId: mona, pin: PIN })],
    [house.other.userId, "97531", () => setTabletPin(house.ctx, house.other, { pin: "97531" })],
    [house.other.userId, "97531", () => endAllSessions(house.ctx, house.other)],
    [mona, PIN, () => at.db.transact((tx) => tx.all("UPDATE users SET disabled_at = 1 WHERE id = ?", [mona]))],
    [house.other.userId, "97531", () => removeMember(house.ctx, house.parent, { memberId: house.other.userId })],
  ];
  for (const [memberId, pin, end] of ends) {
    const visit = await enter(memberId, pin);
    expect(await visitor(visit)).toBe(memberId);
    await end();
    expect(await visitor(visit)).toBeNull();
  }
  // The PIN was for this family.
  expect(await hasTabletPin(house.ctx, house.other)).toEqual({ own: true, set: false });
  expect(await refusalOf(enter(house.other.userId, "97531"))).toBe("not-found");
});

test("wrong PINs lock together with those of the sign-in page; who has none, or is not of the family, does not get in", async () => {
  const who = { familyCode: house.family.code, userName: "mona" };
  for (let tried = 0; tried < TRIES_A_LOCK; tried++) {
    const guess = tried % 2 ? enter(mona, "0000") : signInChild(house.ctx, { ...who, pin: "0000" }, { address: ADDRESS, userAgent: "" });
    expect(await refusalOf(guess)).toBe("wrong-pin");
  }
  expect([await refusalOf(enter()), await refusalOf(signInChild(house.ctx, { ...who, pin: PIN }, { address: ADDRESS, userAgent: "" }))]).toEqual(["pin-locked", "pin-locked"]);
  expect(await refusalOf(enter(house.other.userId, PIN))).toBe("wrong-pin");
  expect(await refusalOf(enter(house.stranger.userId, PIN))).toBe("not-found");
  // A new PIN of one's own ends one's own lock, and nobody else's.
  await at.db.transact((tx) => tx.all("UPDATE pin_attempts SET wrong = 5, locked_until = ? WHERE key = ?", [house.ctx.now() + VISIT_MS, pinKey(house.family.code, house.other.userId)]));
  await setTabletPin(house.ctx, house.other, { pin: "97531" });
  expect([await refusalOf(enter(house.other.userId, "97531")), await refusalOf(enter())]).toEqual([null, "pin-locked"]);
});

test("a PIN of one's own is for who has no child's account, and a family", async () => {
  const visit = await enter();
  const { viewer } = (await visitAt(house.ctx, wall, visit.token))!;
  expect([await hasTabletPin(house.ctx, viewer), await hasTabletPin(house.ctx, house.parent)]).toEqual([{ own: false, set: true }, { own: true, set: false }]);
  expect([await refusalOf(setTabletPin(house.ctx, viewer, { pin: "1234" })), await refusalOf(setTabletPin(house.ctx, house.loner, { pin: "1234" }))]).toEqual(["forbidden", "not-found"]);
  await setTabletPin(house.ctx, house.child, { pin: "1234" });
  expect(await visitor(await enter(house.child.userId, "1234"))).toBe(house.child.userId);
  expect(tabletEnterSchema.safeParse({ memberId: mona, pin: "12a4" }).success).toBe(false);
});

test("a tablet shows its family, hears its channel and catches up with it, and nothing else", async () => {
  const shown = await openWall(house.ctx, wall);
  expect([shown.family, shown.members.length, shown.withPin, shown.channel]).toEqual([house.family, 5, [mona], familyChannel(house.family.id)]);
  await startTimer(house.ctx, house.parent, { templateId: null, name: "Tea", minutes: 1, memberId: null, stars: null });
  const { events } = await syncForTablet(house.ctx, wall, shown.position.cursor);
  expect(events.map(({ channel, event }) => [channel, event])).toEqual([[familyChannel(house.family.id), "timer:started"]]);
  expect(() => tabletChannelAccess(wall, familyChannel(house.family.id))).not.toThrow();
  for (const channel of [familyChannel(house.ctx.newId()), userChannel(mona), "private-admin", `${familyChannel(house.family.id)} `, "presence-user-x"]) expect(() => tabletChannelAccess(wall, channel)).toThrow("forbidden");
});
