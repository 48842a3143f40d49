/** Accounts without HTTP: limits over a clock, sessions, roles (A1, A2, A7). */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { countAttempt, PER_ACCOUNT, PER_ADDRESS, pruneAttempts } from "#app/domain/accounts/attempts.server.ts";
import { changePassword, endOtherSessions, grantAdmin, signIn, signOut, signUp, type Device } from "#app/domain/accounts/commands.server.ts";
import { passwordMatches } from "#app/domain/accounts/passwords.server.ts";
import { peopleFor, sessionsOf, viewerByToken } from "#app/domain/accounts/queries.server.ts";
import { LAST_SEEN_EVERY_MS, SESSION_MS, touchSession } from "#app/domain/accounts/sessions.server.ts";
import type { Context } from "#app/domain/context.ts";
import { newId } from "#app/domain/ids.ts";
import { testDatabase, type TestDatabase } from "#tests/support/database.ts";
import { hashToken } from "#app/domain/tokens.server.ts";

let test: TestDatabase;
let now = 1_800_000_000_000;
let ctx: Context;
beforeEach(async () => {
  test = await testDatabase();
  now = 1_800_000_000_000;
  ctx = { db: test.db, now: () => now, newId };
});
afterEach(() => test.close());

const PASSWORD = "three small words";
const device = (address = "192.0.2.1", previousToken: string | null = null): Device => ({ address, userAgent: "test", previousToken });
const join = (email: string, name = email) => signUp(ctx, { name, email, password: PASSWORD, timeZone: null }, device(), "open");
const enter = (email: string, password = PASSWORD, from = device()) => signIn(ctx, { email, password }, from);
const viewerOf = async (token: string) => (await viewerByToken(ctx, token))!.viewer;

describe("limits on guessing", () => {
  it("shut an account after ten wrong passwords, from wherever, also for the right one, until the window is over", async () => {
    await join("a@example.org");
    for (let guess = 0; guess < PER_ACCOUNT.points; guess += 1) await expect(enter("a@example.org", "wrong", device(`192.0.2.${guess}`))).rejects.toMatchObject({ code: "wrong-credentials" });
    await expect(enter("a@example.org", PASSWORD, device("198.51.100.1"))).rejects.toMatchObject({ code: "rate-limited", details: { values: { seconds: 900, minutes: 15 } } });
    now += PER_ACCOUNT.windowMs;
    await expect(enter("a@example.org")).resolves.toMatchObject({ userId: expect.any(String) });
  });

  it("do not count the right ones", async () => {
    await join("a@example.org");
    for (let time = 0; time < PER_ACCOUNT.points * 2; time += 1) await enter("a@example.org");
  });

  it("shut an address after fifty, whomever it tries, and leave others in", async () => {
    await join("a@example.org");
    for (let guess = 0; guess < PER_ADDRESS.points; guess += 1) await countAttempt(ctx, [PER_ADDRESS, "192.0.2.1"]);
    await expect(enter("a@example.org")).rejects.toMatchObject({ code: "rate-limited" });
    await expect(enter("a@example.org", PASSWORD, device("192.0.2.2"))).resolves.toBeDefined();
  });

  it("hold across processes, and count guesses that come at once", async () => {
    await join("a@example.org");
    const other: Context = { ...ctx, db: await test.openAnother() };
    const guesses = Array.from({ length: 16 }, (_, index) => signIn(index % 2 ? other : ctx, { email: "a@example.org", password: "wrong" }, device()));
    const codes = (await Promise.allSettled(guesses)).map((result) => (result.status === "rejected" ? (result.reason as { code: string }).code : "in"));
    expect(codes.filter((code) => code === "wrong-credentials")).toHaveLength(PER_ACCOUNT.points);
    expect(codes.filter((code) => code === "rate-limited")).toHaveLength(16 - PER_ACCOUNT.points);
  });

  it("tell nobody from the table who tried from where, and are cleared when over", async () => {
    await expect(enter("secret@example.org", "wrong")).rejects.toBeDefined();
    const stored = JSON.stringify(await ctx.db.all("SELECT * FROM attempts"));
    expect(stored).not.toMatch(/secret|192\.0\.2/);
    expect(await pruneAttempts(ctx)).toBe(0);
    now += PER_ACCOUNT.windowMs;
    expect(await pruneAttempts(ctx)).toBe(2);
  });
});

describe("sessions", () => {
  it("are found by token until they end, and move their end at most once a minute", async () => {
    const { token, sessionId } = await join("a@example.org");
    const start = now;
    const expiry = async () => (await ctx.db.all<{ at: number }>("SELECT expires_at AS at FROM sessions WHERE token_hash = ?", [hashToken(token)]))[0]!.at;
    const touch = async () => touchSession(ctx, { sessionId, lastSeenAt: (await viewerByToken(ctx, token))!.lastSeenAt });
    now += LAST_SEEN_EVERY_MS - 1;
    await touch();
    expect(await expiry()).toBe(start + SESSION_MS);
    now += 1;
    await touch();
    expect(await expiry()).toBe(now + SESSION_MS);
    now += SESSION_MS - 1;
    expect(await viewerByToken(ctx, token)).not.toBeNull();
    now += 1;
    expect(await viewerByToken(ctx, token)).toBeNull();
  });

  it("end for the others, and each is told", async () => {
    const first = await join("a@example.org");
    await enter("a@example.org");
    const third = await enter("a@example.org");
    const stranger = await join("b@example.org");
    await endOtherSessions(ctx, await viewerOf(third.token));
    expect(await viewerByToken(ctx, first.token)).toBeNull();
    expect(await viewerByToken(ctx, stranger.token)).not.toBeNull();
    expect(await sessionsOf(ctx, await viewerOf(third.token))).toMatchObject([{ id: third.sessionId, current: true }]);
    const events = await ctx.db.all("SELECT payload FROM outbox_events WHERE event = 'session-ended'");
    expect(events).toHaveLength(2);
    expect(events).not.toContainEqual({ payload: JSON.stringify({ sessionId: third.sessionId }) });
  });

  it("are not started with a password that changed while it was compared", async () => {
    const { token } = await join("a@example.org");
    const viewer = await viewerOf(token);
    // Changed exactly when its hash has been read and before it is compared.
    const all: typeof ctx.db.all = async (sql, args) => {
      const rows = await ctx.db.all<never>(sql, args);
      if (sql.includes("password_hash AS passwordHash")) await ctx.db.batch([{ sql: "UPDATE users SET password_hash = 'other' WHERE id = ?", args: [viewer.userId] }]);
      return rows;
    };
    await expect(signIn({ ...ctx, db: { ...ctx.db, all } }, { email: "a@example.org", password: PASSWORD }, device())).rejects.toMatchObject({ code: "wrong-credentials" });
  });

  it("end with the event in one step: where the event cannot be written, nobody is signed out", async () => {
    const { token } = await join("a@example.org");
    const viewer = await viewerOf(token);
    await ctx.db.batch([{ sql: "CREATE TRIGGER no_events BEFORE INSERT ON outbox_events BEGIN SELECT RAISE(ABORT, 'no room'); END" }]);
    await expect(signOut(ctx, viewer)).rejects.toThrow("no room");
    expect(await viewerByToken(ctx, token)).not.toBeNull();
  });
});

describe("accounts", () => {
  it("are one per address, also when two sign up at once", async () => {
    const results = await Promise.allSettled([join("a@example.org"), join("a@example.org"), join("a@example.org")]);
    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect(await ctx.db.all("SELECT count(*) AS n FROM users")).toEqual([{ n: 1 }]);
  });

  it("start as members, the first one too; the operator makes admins", async () => {
    const { token } = await join("a@example.org");
    expect(await viewerOf(token)).toMatchObject({ role: "member" });
    expect([await grantAdmin(ctx, "nobody@example.org"), await grantAdmin(ctx, "a@example.org")]).toEqual([false, true]);
    expect(await viewerOf(token)).toMatchObject({ role: "admin" });
  });

  it("are shown to each other without address, and not when disabled", async () => {
    const { token } = await join("a@example.org", "Ann");
    await join("b@example.org", "Bo");
    await join("c@example.org", "Cy");
    await ctx.db.batch([{ sql: "UPDATE users SET disabled_at = 1 WHERE email = 'c@example.org'" }]);
    expect(await peopleFor(ctx, await viewerOf(token))).toEqual([{ id: expect.any(String), name: "Bo", hue: 1, avatar: null }]);
  });

  it("change their password only with the present one, and guessing it is limited", async () => {
    const { token } = await join("a@example.org");
    const viewer = await viewerOf(token);
    for (let guess = 0; guess < PER_ACCOUNT.points; guess += 1) await expect(changePassword(ctx, viewer, { currentPassword: "wrong", newPassword: "new password" })).rejects.toMatchObject({ code: "wrong-password" });
    await expect(changePassword(ctx, viewer, { currentPassword: PASSWORD, newPassword: "new password" })).rejects.toMatchObject({ code: "rate-limited" });
  });

  // In processor time: how long it takes on the wall is the load's affair.
  it("cannot be told from nobody by the work a password takes", async () => {
    const { token } = await join("a@example.org");
    const [row] = await ctx.db.all<{ hash: string }>("SELECT password_hash AS hash FROM users WHERE id = ?", [(await viewerOf(token)).userId]);
    expect(await passwordMatches(null, PASSWORD)).toBe(false);
    const took = async (stored: string | null) => {
      const started = process.cpuUsage();
      for (let time = 0; time < 10; time += 1) await passwordMatches(stored, "wrong");
      const { user, system } = process.cpuUsage(started);
      return user + system;
    };
    const [known, unknown] = [await took(row!.hash), await took(null)];
    expect(unknown).toBeGreaterThan(known / 4);
  });
});
