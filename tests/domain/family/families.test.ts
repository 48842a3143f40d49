/** product.md A3, B4, E4, E8. Bars 8 and 10 of the family's issue, as far as the domain goes. */
import { beforeEach, describe, expect, test } from "vitest";
import { updateProfile, type Device } from "#app/domain/accounts/commands.server.ts";
import { viewerByToken } from "#app/domain/accounts/queries.server.ts";
import { channelAccess } from "#app/domain/channel-access.server.ts";
import { familyChannel, parseChannel } from "#app/domain/channels.ts";
import { acceptInvitation, changeFamily, createChild, createFamily, invite, removeMember, resetPin, revokeInvitation, signInChild, type Invitation } from "#app/domain/families/commands.server.ts";
import { LOCKS_MS, prunePinAttempts, TRIES_A_LOCK } from "#app/domain/families/pin-attempts.server.ts";
import { childNamesFor, familyOf, invitationByToken, invitationsFor, openDashboard } from "#app/domain/families/queries.server.ts";
import { childCreateSchema, childSignInSchema, familyCreateSchema, inviteSchema } from "#app/domain/families/schema.ts";
import { EVENT_TYPES } from "#app/domain/events.ts";
import { syncFor } from "#app/domain/sync/queries.server.ts";
import { confirmTimer, startTimer } from "#app/domain/timers/commands.server.ts";
import { tokenSchema } from "#app/domain/token.ts";
import { person } from "#tests/domain/people.ts";
import type { TestDatabase } from "#tests/support/database.ts";
import { eachWithHousehold } from "./each-with-household.ts";
import { newestSeq, refusalOf, SETTINGS, told, type Household } from "./household.ts";

let at: TestDatabase;
let house: Household;
eachWithHousehold((made, database) => ([house, at] = [made, database]));

const DAY_MS = 86_400_000;
const device = (address = "192.0.2.1"): Device => ({ address, userAgent: "Tablet" });
const syncedChannels = async (who: Household["parent"]) => new Set((await syncFor(house.ctx, who, "0")).events.map(({ channel }) => channel));

describe("a family", () => {
  test("has the maker as its first parent, and a code that reads well; one family a person", async () => {
    const family = await createFamily(house.ctx, house.loner, { ...SETTINGS, weekStart: 1 });
    expect(family).toEqual({ id: expect.stringMatching(/^[0-9a-f]{32}$/), ...SETTINGS, weekStart: 1, code: expect.stringMatching(/^[a-hj-kmnp-z2-9]{6}$/) });
    expect(await familyOf(house.ctx, house.loner)).toMatchObject({ family, role: "parent", channel: familyChannel(family.id) });
    expect(await refusalOf(createFamily(house.ctx, house.loner, SETTINGS))).toBe("already-in-family");
  });

  test("may choose its code, unless another has it", async () => {
    expect(await refusalOf(createFamily(house.ctx, house.loner, { ...SETTINGS, code: house.family.code }))).toBe("family-code-taken");
    expect((await createFamily(house.ctx, house.loner, { ...SETTINGS, code: "demo" })).code).toBe("demo");
  });

  test("tells its settings, names, comings and goings", async () => {
    const before = await newestSeq(house);
    await changeFamily(house.ctx, house.parent, { ...SETTINGS, name: "New" });
    await updateProfile(house.ctx, house.child, { name: "Renamed", language: null, digits: null, timeZone: null });
    await removeMember(house.ctx, house.parent, { memberId: house.other.userId });
    expect(await told(house, before)).toEqual([
      { event: "family:changed", data: { family: { ...house.family, name: "New" } } },
      { event: "family:member-changed", data: { memberId: house.child.userId, change: "renamed", name: "Renamed" } },
      { event: "family:member-changed", data: { memberId: house.other.userId, change: "left" } },
    ]);
    const { members, role } = await openDashboard(house.ctx, house.child);
    expect(role).toBe("child");
    expect(members.map(({ name }) => name).sort()).toEqual(["Parent", "Renamed", "Sibling"]);
  });

  test("keeps a parent, and what somebody earned", async () => {
    await removeMember(house.ctx, house.parent, { memberId: house.other.userId });
    expect(await refusalOf(removeMember(house.ctx, house.parent, { memberId: house.parent.userId }))).toBe("last-parent");
    expect(await refusalOf(removeMember(house.ctx, house.parent, { memberId: house.other.userId }))).toBe("not-found");
    expect(await refusalOf(removeMember(house.ctx, house.parent, { memberId: house.stranger.userId }))).toBe("not-found");
  });
});

describe("the channel", () => {
  test("is for the family: not for strangers, not for who has left, not for names that are not exactly ours", async () => {
    const channel = familyChannel(house.family.id);
    expect(parseChannel(channel)).toEqual({ kind: "family", familyId: house.family.id });
    for (const name of [`${channel}0`, channel.toUpperCase(), `presence-family-${house.family.id}`, "private-family-", `private-family-${house.family.id}-x`]) expect(parseChannel(name)).toBeNull();
    for (const who of [house.parent, house.child]) expect(await channelAccess(house.ctx, who, channel)).toEqual({ presence: false });
    for (const who of [house.stranger, house.loner]) expect(await refusalOf(channelAccess(house.ctx, who, channel))).toBe("forbidden");
    await removeMember(house.ctx, house.parent, { memberId: house.other.userId });
    expect(await refusalOf(channelAccess(house.ctx, house.other, channel))).toBe("forbidden");
  });

  test("is part of catch-up, for the family and as long as one belongs to it", async () => {
    const channel = familyChannel(house.family.id);
    for (const who of [house.parent, house.other, house.child]) expect(await syncedChannels(who)).toContain(channel);
    for (const who of [house.stranger, house.loner]) expect(await syncedChannels(who)).not.toContain(channel);
    await removeMember(house.ctx, house.parent, { memberId: house.other.userId });
    expect(await syncedChannels(house.other)).not.toContain(channel);
    // Their own channel tells them so.
    expect((await syncFor(house.ctx, house.other, "0")).events.at(-1)).toMatchObject({ event: "family-left", data: { familyId: house.family.id } });
    expect(EVENT_TYPES.get("family:member-changed")!.terminates!({ memberId: house.other.userId, change: "left" })).toBe(house.other.userId);
    expect(EVENT_TYPES.get("family:member-changed")!.terminates!({ memberId: house.other.userId, change: "joined" })).toBeNull();
  });

  test("every event of the contract is declared by its name", () => {
    for (const name of ["timer:started", "timer:updated", "timer:expired", "timer:cancelled", "timer:completed", "stars:updated", "chore:completed", "chore:updated"]) expect(EVENT_TYPES.get(name)?.delivery).toBe("durable");
  });
});

describe("an invitation", () => {
  test("lets one person in, in its role, and is over then; the same person may press again", async () => {
    const { token } = await invite(house.ctx, house.parent, { role: "parent" });
    expect(await invitationByToken(house.ctx, token)).toMatchObject({ familyName: "Demo", invitedBy: "Parent", role: "parent" });
    expect(await acceptInvitation(house.ctx, house.loner, { token })).toEqual({ familyId: house.family.id });
    expect(await acceptInvitation(house.ctx, house.loner, { token })).toEqual({ familyId: house.family.id });
    expect(await familyOf(house.ctx, house.loner)).toMatchObject({ role: "parent" });
    expect(await refusalOf(acceptInvitation(house.ctx, house.stranger, { token }))).toBe("not-found");
    expect(await invitationByToken(house.ctx, token)).toBeNull();
    // Removed, the used link does not let them back in.
    await removeMember(house.ctx, house.parent, { memberId: house.loner.userId });
    expect(await refusalOf(acceptInvitation(house.ctx, house.loner, { token }))).toBe("not-found");
    await acceptInvitation(house.ctx, house.loner, await invite(house.ctx, house.parent, { role: "child" }));
    expect(await familyOf(house.ctx, house.loner)).toMatchObject({ role: "child" });
  });

  test("of several who press at once lets exactly one in", async () => {
    const { token } = await invite(house.ctx, house.parent, { role: "child" });
    const people = await Promise.all(["A", "B", "C", "D"].map((name) => person(house.ctx, name)));
    const outcomes = await Promise.all(people.map((who) => refusalOf(acceptInvitation(house.ctx, who, { token }))));
    expect(outcomes.toSorted()).toEqual(["not-found", "not-found", "not-found", null].toSorted());
  });

  test("is over after a week, when it is taken back, and when its maker has left", async () => {
    const invitations: Invitation[] = [];
    for (let count = 0; count < 2; count++) invitations.push(await invite(house.ctx, house.parent, { role: "parent" }));
    const byOther = await invite(house.ctx, house.other, { role: "parent" });
    expect(await invitationsFor(house.ctx, house.parent)).toHaveLength(3);
    await revokeInvitation(house.ctx, house.parent, invitations[0]!);
    await removeMember(house.ctx, house.parent, { memberId: house.other.userId });
    for (const token of [invitations[0]!.token, byOther.token, "x".repeat(43)]) expect(await refusalOf(acceptInvitation(house.ctx, house.loner, { token }))).toBe("not-found");
    house.ctx.time.now += 7 * DAY_MS;
    expect(await invitationByToken(house.ctx, invitations[1]!.token)).toBeNull();
    expect(await refusalOf(acceptInvitation(house.ctx, house.loner, invitations[1]!))).toBe("not-found");
    expect(await invitationsFor(house.ctx, house.parent)).toEqual([]);
    expect(await refusalOf(revokeInvitation(house.ctx, house.stranger, invitations[1]!))).toBe("not-found");
  });

  test("is not for somebody with a family; its token is in no row", async () => {
    const { token } = await invite(house.ctx, house.parent, { role: "parent" });
    expect(await refusalOf(acceptInvitation(house.ctx, house.stranger, { token }))).toBe("already-in-family");
    expect(JSON.stringify(await at.db.all("SELECT * FROM family_invitations"))).not.toContain(token);
  });
});

describe("a child's PIN", () => {
  const who = { familyCode: "", userName: "mona", pin: "2468" };
  let memberId: string;
  beforeEach(async () => {
    who.familyCode = house.family.code;
    ({ memberId } = await createChild(house.ctx, house.parent, { name: "Mona", userName: "mona", pin: "2468" }));
  });
  const wrong = (address?: string) => refusalOf(signInChild(house.ctx, { ...who, pin: "0000" }, device(address)));

  test("signs in as a child without an e-mail address, who can do what children do and no more", async () => {
    const { token, userId } = await signInChild(house.ctx, who, device());
    expect(userId).toBe(memberId);
    const { viewer } = (await viewerByToken(house.ctx, token))!;
    expect(viewer).toMatchObject({ userId: memberId, name: "Mona", email: null, role: "member" });
    expect(await familyOf(house.ctx, viewer)).toMatchObject({ role: "child" });
    const timer = await startTimer(house.ctx, viewer, { templateId: null, name: "T", minutes: 1, memberId, stars: null });
    expect(await refusalOf(confirmTimer(house.ctx, viewer, { timerId: timer.id, version: 1 }))).toBe("forbidden");
    expect(await refusalOf(invite(house.ctx, viewer, { role: "parent" }))).toBe("forbidden");
  });

  test("five wrong ones lock, each five more for longer; the right one does not open a lock, and after it counting starts anew", async () => {
    for (const lockMs of [LOCKS_MS[0], LOCKS_MS[1], LOCKS_MS[2]]) {
      for (let tries = 0; tries < TRIES_A_LOCK; tries++) expect(await wrong(`192.0.2.${tries}`)).toBe("wrong-pin");
      const locked = await signInChild(house.ctx, who, device()).catch((error: unknown) => error);
      expect(locked).toMatchObject({ code: "pin-locked", details: { values: { seconds: lockMs / 1000, minutes: lockMs / 60_000 } } });
      house.ctx.time.now += lockMs - 1;
      expect(await wrong()).toBe("pin-locked");
      house.ctx.time.now += 1;
    }
    await signInChild(house.ctx, who, device());
    for (let tries = 0; tries < TRIES_A_LOCK; tries++) expect(await wrong("192.0.2.9")).toBe("wrong-pin");
    expect(await signInChild(house.ctx, who, device()).catch((error: unknown) => error)).toMatchObject({ code: "pin-locked", details: { values: { seconds: LOCKS_MS[0] / 1000 } } });
    expect([...LOCKS_MS]).toEqual(LOCKS_MS.toSorted((a, b) => a - b));
  });

  test("guesses sent at once count, too: of 20 at most five are looked at", async () => {
    const outcomes = await Promise.all(Array.from({ length: 20 }, (_, index) => wrong(`198.51.100.${index}`)));
    expect(outcomes.filter((code) => code === "wrong-pin")).toHaveLength(TRIES_A_LOCK);
    expect(outcomes.filter((code) => code === "pin-locked")).toHaveLength(20 - TRIES_A_LOCK);
  });

  test("of somebody who is not there is refused and locked alike; one lock is one child's", async () => {
    const nobody = (userName: string, familyCode = house.family.code) => refusalOf(signInChild(house.ctx, { familyCode, userName, pin: "2468" }, device("203.0.113.7")));
    for (let tries = 0; tries < TRIES_A_LOCK; tries++) expect(await nobody("nobody")).toBe("wrong-pin");
    expect(await nobody("nobody")).toBe("pin-locked");
    expect(await nobody("mona", "elsewhere")).toBe("wrong-pin");
    await signInChild(house.ctx, who, device());
  });

  test("one address has so many tries, whoever it asks for", async () => {
    const outcomes = new Set<string | null>();
    for (let tries = 0; tries <= 50; tries++) outcomes.add(await refusalOf(signInChild(house.ctx, { ...who, userName: `nobody${tries}` }, device("203.0.113.8"))));
    expect([...outcomes]).toEqual(["wrong-pin", "rate-limited"]);
  });

  test("set anew by a parent opens the lock and ends the sessions", async () => {
    const { token } = await signInChild(house.ctx, who, device());
    for (let tries = 0; tries < TRIES_A_LOCK; tries++) await wrong();
    await resetPin(house.ctx, house.other, { memberId, pin: "13579" });
    expect(await viewerByToken(house.ctx, token)).toBeNull();
    expect(await refusalOf(signInChild(house.ctx, who, device()))).toBe("wrong-pin");
    await signInChild(house.ctx, { ...who, pin: "13579" }, device());
    expect(await refusalOf(resetPin(house.ctx, house.parent, { memberId: house.other.userId, pin: "2468" }))).toBe("not-found");
    expect(await refusalOf(resetPin(house.ctx, house.stranger, { memberId, pin: "2468" }))).toBe("not-found");
  });

  test("is worth nothing once the child is removed; the name is free again", async () => {
    const { token } = await signInChild(house.ctx, who, device());
    expect(await refusalOf(createChild(house.ctx, house.parent, { name: "Other", userName: "mona", pin: "2468" }))).toBe("user-name-taken");
    await removeMember(house.ctx, house.parent, { memberId });
    expect(await viewerByToken(house.ctx, token)).toBeNull();
    expect(await refusalOf(signInChild(house.ctx, who, device()))).toBe("wrong-pin");
    await createChild(house.ctx, house.parent, { name: "Other", userName: "mona", pin: "2468" });
    expect(Object.values(await childNamesFor(house.ctx, house.parent))).toEqual(["mona"]);
  });

  test("another family may use the same name", async () => {
    const other = (await familyOf(house.ctx, house.stranger))!.family;
    await createChild(house.ctx, house.stranger, { name: "Theirs", userName: "mona", pin: "9999" });
    expect(await refusalOf(signInChild(house.ctx, { ...who, familyCode: other.code }, device()))).toBe("wrong-pin");
    expect((await signInChild(house.ctx, { ...who, familyCode: other.code, pin: "9999" }, device())).userId).not.toBe(memberId);
  });

  test("is stored hashed; what was tried long ago is forgotten", async () => {
    await wrong();
    expect(JSON.stringify([await at.db.all("SELECT * FROM child_accounts"), await at.db.all("SELECT * FROM pin_attempts")])).not.toMatch(/2468|"key":"mona/);
    expect(await prunePinAttempts(house.ctx)).toBe(0);
    house.ctx.time.now += 8 * DAY_MS;
    expect(await prunePinAttempts(house.ctx)).toBe(1);
  });
});

test("what forms send is checked, and what children type is read kindly", () => {
  expect(childSignInSchema.parse({ familyCode: " DEMO ", userName: " Mona ", pin: "٢٤٦٨" })).toEqual({ familyCode: "demo", userName: "mona", pin: "2468" });
  expect(childSignInSchema.parse({ familyCode: "demo", userName: "منى", pin: "۲۴۶۸" })).toEqual({ familyCode: "demo", userName: "منى", pin: "2468" });
  for (const bad of [{ pin: "123" }, { pin: "123456789" }, { pin: "12a4" }, { userName: "a b" }, { userName: "" }, { name: " " }]) expect([bad, childCreateSchema.safeParse({ name: "Mona", userName: "mona", pin: "2468", ...bad }).success]).toEqual([bad, false]);
  expect(familyCreateSchema.parse({ name: "F", timeZone: "Africa/Cairo", weekStart: "6", choresCountAtOnce: "on", code: "Demo" })).toEqual({ name: "F", timeZone: "Africa/Cairo", weekStart: 6, choresCountAtOnce: true, code: "demo" });
  for (const bad of [{ timeZone: "Nowhere" }, { weekStart: "7" }, { code: "ab" }, { code: "a-b-c" }, { name: "" }]) expect([bad, familyCreateSchema.safeParse({ name: "F", timeZone: "UTC", weekStart: "0", ...bad }).success]).toEqual([bad, false]);
  expect(inviteSchema.safeParse({ role: "tablet" }).success).toBe(false);
  expect(tokenSchema.safeParse({ token: "short" }).success).toBe(false);
});
