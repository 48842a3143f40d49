/** What admins do to accounts: switched off and on, one-time links for forgotten passwords, the list of users. Covers A7. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { PER_ACCOUNT } from "#app/domain/accounts/attempts.server.ts";
import { disableUser, enableUser, makeResetLink, resetPassword, signIn, signUp, type Device } from "#app/domain/accounts/commands.server.ts";
import { viewerByToken } from "#app/domain/accounts/queries.server.ts";
import { pruneResets, RESET_LINK_MS, resetByToken } from "#app/domain/accounts/resets.server.ts";
import { USERS_A_PAGE, usersFor } from "#app/domain/accounts/users.server.ts";
import { createChild, createFamily, removeMember } from "#app/domain/families/commands.server.ts";
import type { Viewer } from "#app/domain/viewer.ts";
import { contextOver, person } from "./people.ts";
import { testDatabase, type TestDatabase } from "#tests/support/database.ts";

let test: TestDatabase;
let ctx: ReturnType<typeof contextOver>;
let admin: Viewer;
beforeEach(async () => {
  test = await testDatabase();
  ctx = contextOver(test.db);
  admin = await person(ctx, "Admin", "admin");
});
afterEach(() => test.close());

const OLD = "three small words";
const NEW = "four quite other words";
const device: Device = { address: "192.0.2.1", userAgent: "test" };
const join = (name: string) => signUp(ctx, { name, email: `${name.toLowerCase()}@people.test`, password: OLD, timeZone: null }, device, "open");
const enter = (name: string, password: string) => signIn(ctx, { email: `${name.toLowerCase()}@people.test`, password }, device);
const code = (work: Promise<unknown>) => work.then(() => "done", (error: unknown) => (error as { code: string }).code);
const told = () => ctx.db.all<{ channel: string; payload: string }>("SELECT channel, payload FROM outbox_events WHERE event = 'session-ended' ORDER BY seq");
const row = async (userId: string) => (await usersFor(ctx, admin, { q: "", show: "all", after: "" })).users.find(({ id }) => id === userId);

describe("an account switched off", () => {
  it("is out at once, everywhere, and in again as before once it is switched on", async () => {
    const [{ userId, token }, other] = [await join("Ann"), await join("Bo")];
    await enter("Ann", OLD);
    await disableUser(ctx, admin, { userId });
    expect([await viewerByToken(ctx, token), await code(enter("Ann", OLD)), (await row(userId))?.disabledAt]).toEqual([null, "wrong-credentials", ctx.now()]);
    expect(await viewerByToken(ctx, other.token)).not.toBeNull();
    // Whom the relay cuts off stands in the event.
    expect(await told()).toEqual([{ channel: `private-user-${userId}`, payload: JSON.stringify({ sessionId: null, userId }) }]);
    await enableUser(ctx, admin, { userId });
    expect([await code(enter("Ann", OLD)), (await row(userId))?.disabledAt]).toEqual(["done", null]);
    expect(await viewerByToken(ctx, token)).toBeNull();
  });

  it("once more, it keeps when that was, and nobody is told again", async () => {
    const { userId } = await join("Ann");
    await disableUser(ctx, admin, { userId });
    const since = ctx.now();
    ctx.time.now += 1_000;
    await disableUser(ctx, admin, { userId });
    expect([(await row(userId))?.disabledAt, (await told()).length]).toEqual([since, 1]);
  });

  it("loses its reset link, also for later", async () => {
    const { userId } = await join("Ann");
    const { token } = await makeResetLink(ctx, admin, { userId });
    await disableUser(ctx, admin, { userId });
    expect(await code(makeResetLink(ctx, admin, { userId }))).toBe("account-disabled");
    await enableUser(ctx, admin, { userId });
    expect([await resetByToken(ctx, token), await code(resetPassword(ctx, { token, password: NEW }))]).toEqual([null, "not-found"]);
  });

  it("is never one's own; of two admins who switch each other off at once one stays", async () => {
    expect(await code(disableUser(ctx, admin, admin))).toBe("own-account");
    const second = await person(ctx, "Second", "admin");
    const codes = await Promise.all([code(disableUser(ctx, admin, second)), code(disableUser(ctx, second, admin))]);
    expect(codes).toEqual(["done", "forbidden"]);
  });

  it("of a child that was taken out of its family stays closed; another child's opens", async () => {
    const parent = await person(ctx, "Parent");
    await createFamily(ctx, parent, { name: "Nest", timeZone: "UTC", weekStart: 1, choresCountAtOnce: false });
    const [gone, here] = [await createChild(ctx, parent, { name: "Gone", userName: "gone", pin: "1234" }), await createChild(ctx, parent, { name: "Here", userName: "here", pin: "1234" })];
    await removeMember(ctx, parent, gone);
    await disableUser(ctx, admin, { userId: here.memberId });
    expect([await code(enableUser(ctx, admin, { userId: gone.memberId })), await code(enableUser(ctx, admin, { userId: here.memberId }))]).toEqual(["account-closed", "done"]);
    expect([await row(gone.memberId), await row(here.memberId)]).toMatchObject([
      { email: null, userName: null, familyName: null, disabledAt: ctx.now() },
      { email: null, userName: "here", familyName: "Nest", disabledAt: null },
    ]);
  });
});

describe("a link for a forgotten password", () => {
  it("sets another one, once: all sessions end, the old one is worth nothing, failed tries are forgotten", async () => {
    const { userId, token: session } = await join("Ann");
    for (let guess = 0; guess <= PER_ACCOUNT.points; guess++) await code(enter("Ann", "wrong"));
    expect(await code(enter("Ann", OLD))).toBe("rate-limited");
    const { token, expiresAt } = await makeResetLink(ctx, admin, { userId });
    expect([expiresAt - ctx.now(), (await row(userId))?.resetUntil]).toEqual([RESET_LINK_MS, expiresAt]);
    expect(await resetByToken(ctx, token)).toMatchObject({ userId, name: "Ann", email: "ann@people.test" });
    await resetPassword(ctx, { token, password: NEW });
    expect([await viewerByToken(ctx, session), await code(enter("Ann", OLD)), await code(enter("Ann", NEW))]).toEqual([null, "wrong-credentials", "done"]);
    expect(await told()).toEqual([{ channel: `private-user-${userId}`, payload: JSON.stringify({ sessionId: null, userId }) }]);
    expect([await resetByToken(ctx, token), await code(resetPassword(ctx, { token, password: OLD })), (await row(userId))?.resetUntil]).toEqual([null, "not-found", null]);
  });

  it("pressed by two at once, lets one of them set it", async () => {
    const { userId } = await join("Ann");
    const { token } = await makeResetLink(ctx, admin, { userId });
    const other = { ...ctx, db: await test.openAnother() };
    const codes = await Promise.all([code(resetPassword(ctx, { token, password: NEW })), code(resetPassword(other, { token, password: "somebody else's words" }))]);
    expect(codes.sort()).toEqual(["done", "not-found"]);
  });

  it("is over after its time to the millisecond, and then cleared away", async () => {
    const { userId } = await join("Ann");
    const { token } = await makeResetLink(ctx, admin, { userId });
    ctx.time.now += RESET_LINK_MS - 1;
    expect([await resetByToken(ctx, token), await pruneResets(ctx)]).toEqual([expect.objectContaining({ userId }), 0]);
    ctx.time.now += 1;
    expect([await resetByToken(ctx, token), await code(resetPassword(ctx, { token, password: NEW })), await pruneResets(ctx)]).toEqual([null, "not-found", 1]);
  });

  it("takes the place of the one before", async () => {
    const { userId } = await join("Ann");
    const [first, second] = [await makeResetLink(ctx, admin, { userId }), await makeResetLink(ctx, admin, { userId })];
    expect([await resetByToken(ctx, first.token), (await resetByToken(ctx, second.token))?.userId]).toEqual([null, userId]);
  });

  it("stands nowhere: the database has its hash", async () => {
    const { userId } = await join("Ann");
    const { token } = await makeResetLink(ctx, admin, { userId });
    expect(Buffer.from(token, "base64url")).toHaveLength(32);
    const stored = await Promise.all((await ctx.db.all<{ name: string }>("SELECT name FROM sqlite_master WHERE type = 'table'")).map(({ name }) => ctx.db.all(`SELECT * FROM "${name}"`)));
    expect(JSON.stringify(stored)).not.toContain(token);
  });

  it("is for those who sign in by password: a child's PIN is its parents' affair", async () => {
    const parent = await person(ctx, "Parent");
    await createFamily(ctx, parent, { name: "Nest", timeZone: "UTC", weekStart: 1, choresCountAtOnce: false });
    const child = await createChild(ctx, parent, { name: "Lina", userName: "lina", pin: "1234" });
    expect(await code(makeResetLink(ctx, admin, { userId: child.memberId }))).toBe("no-password");
    // Nobody has given this one a password yet: a link does.
    expect(await code(makeResetLink(ctx, admin, parent))).toBe("done");
  });
});

describe("the list of users", () => {
  const names = async (q: string, show: "all" | "admins" | "disabled" = "all") => (await usersFor(ctx, admin, { q, show, after: "" })).users.map(({ name }) => name);

  it("is searched by name, address and user name, with every character meaning itself", async () => {
    await person(ctx, "Zoë");
    const off = await person(ctx, "Percent");
    await ctx.db.batch([{ sql: "UPDATE users SET name = '100% \\_', disabled_at = 1 WHERE id = ?", args: [off.userId] }]);
    expect([await names("ZO"), await names("admin@"), await names("%"), await names("\\_"), await names("_%"), await names("nobody")]).toEqual([["Zoë"], ["Admin"], ["100% \\_"], ["100% \\_"], [], []]);
    expect([await names("", "admins"), await names("", "disabled"), await names("Zo", "disabled")]).toEqual([["Admin"], ["100% \\_"], []]);
  });

  it("comes in pages, newest first, each account once", async () => {
    for (let index = 0; index < USERS_A_PAGE + 9; index++) await person(ctx, `P${index}`);
    const first = await usersFor(ctx, admin, { q: "", show: "all", after: "" });
    const second = await usersFor(ctx, admin, { q: "", show: "all", after: first.next! });
    const all = [...first.users, ...second.users].map(({ id }) => id);
    expect([first.users.length, second.users.length, second.next, new Set(all).size]).toEqual([USERS_A_PAGE, 10, null, USERS_A_PAGE + 10]);
    expect(all).toEqual(all.toSorted().reverse());
  });
});

it("members, and admins who are none any more, do nothing of it", async () => {
  const [member, was] = [await person(ctx, "Member"), await person(ctx, "Was", "admin")];
  await disableUser(ctx, admin, was);
  const target = await join("Ann");
  for (const viewer of [member, was, { ...member, role: "admin" as const }]) {
    for (const attempt of [disableUser, enableUser, makeResetLink]) expect([viewer.name, attempt.name, await code(attempt(ctx, viewer, target))]).toEqual([viewer.name, attempt.name, "forbidden"]);
  }
  expect(await code(usersFor(ctx, member, { q: "", show: "all", after: "" }))).toBe("forbidden");
  for (const attempt of [disableUser, enableUser, makeResetLink]) expect(await code(attempt(ctx, admin, { userId: ctx.newId() }))).toBe("not-found");
});
