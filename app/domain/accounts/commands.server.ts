/** Verbs that write accounts and sessions, with their events, all or nothing. */
import type { Queries } from "#db/database.ts";
import { append } from "#db/outbox/append.ts";
import { userChannel } from "#app/domain/channels.ts";
import type { Context } from "#app/domain/context.ts";
import { DomainError } from "#app/domain/errors.ts";
import { tellName } from "#app/domain/conversations/members.server.ts";
import { tellReceipts } from "#app/domain/conversations/receipts.server.ts";
import { tellRenamed } from "#app/domain/families/members.server.ts";
import { tellVisibility } from "#app/domain/presence/commands.server.ts";
import { hashToken } from "#app/domain/tokens.server.ts";
import type { Viewer } from "#app/domain/viewer.ts";
import { countAttempt, forgiveAttempt, PER_ACCOUNT, PER_ADDRESS, SIGN_UPS_PER_ADDRESS } from "./attempts.server.ts";
import { privacyChanged, sessionEnded } from "./events.ts";
import { hashPassword, passwordMatches } from "./passwords.server.ts";
import { mayChangePassword, maySignIn, maySignUp } from "./policy.ts";
import type { ChangePasswordInput, PrivacyInput, ProfileInput, SignInInput, SignUpInput } from "./schema.ts";
import { endSessionsOf, startSession } from "./sessions.server.ts";

export { disableUser, enableUser } from "./disabling.server.ts";
export { eraseAccount } from "./erasure.server.ts";
export { makeResetLink, resetPassword } from "./resets.server.ts";

/** The browser a session is for. */
export interface Device {
  /** The network address, for limits only; it is not stored. */
  address: string;
  userAgent: string;
  /** The session this browser had until now: it ends, so that a planted token is worth nothing after sign-in. */
  previousToken?: string | null;
}

export interface NewSession {
  userId: string;
  sessionId: string;
  /** For the cookie; only its hash is stored. */
  token: string;
}

const HUES = 8;

/**
 * Makes an account, an ordinary member, and signs it in.
 * @param admitted uses the invitation that somebody comes by, in the same transaction; without it no account is made
 * @throws DomainError signups-closed, email-taken, rate-limited, and what `admitted` throws
 */
export async function signUp(ctx: Context, input: SignUpInput, device: Device, signups: "open" | "invited", admitted?: (tx: Queries, userId: string) => Promise<void>): Promise<NewSession> {
  if (!maySignUp(signups, admitted !== undefined)) throw new DomainError("signups-closed");
  await countAttempt(ctx, [SIGN_UPS_PER_ADDRESS, device.address]);
  const passwordHash = await hashPassword(input.password);
  return ctx.db.transact(async (tx) => {
    const userId = await insertUser(tx, ctx, { ...input, passwordHash });
    if (!userId) throw new DomainError("email-taken", { field: "email" });
    await admitted?.(tx, userId);
    return openSession(tx, ctx, userId, device);
  });
}

/** Makes an account without signing in (seed, imports). @returns its id, or null when the address is taken */
export async function insertUser(
  tx: Queries,
  ctx: Context,
  user: { name: string; email: string | null; passwordHash: string | null; timeZone: string | null; language?: "ar" | "en" | null; role?: Viewer["role"] },
): Promise<string | null> {
  const id = ctx.newId();
  const [row] = await tx.all<{ id: string }>(
    `INSERT INTO users (id, email, name, password_hash, role, language, time_zone, hue, created_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, (SELECT count(*) FROM users) % ?, ?) ON CONFLICT (email) DO NOTHING RETURNING id`,
    [id, user.email, user.name, user.passwordHash, user.role ?? "member", user.language ?? null, user.timeZone, HUES, ctx.now()],
  );
  return row?.id ?? null;
}

/**
 * Signs in by e-mail and password. An unknown address, a wrong password and a disabled account look the same.
 * @throws DomainError wrong-credentials, rate-limited
 */
export async function signIn(ctx: Context, input: SignInInput, device: Device): Promise<NewSession> {
  const attempts: Parameters<typeof forgiveAttempt> = [ctx, [PER_ACCOUNT, input.email], [PER_ADDRESS, device.address]];
  await countAttempt(...attempts);
  const [user] = await ctx.db.all<{ id: string; passwordHash: string | null; disabledAt: number | null }>(
    "SELECT id, password_hash AS passwordHash, disabled_at AS disabledAt FROM users WHERE email = ?",
    [input.email],
  );
  const matches = await passwordMatches(user?.passwordHash ?? null, input.password);
  if (!user || !matches || !maySignIn(user)) throw new DomainError("wrong-credentials", { field: "password" });
  await forgiveAttempt(...attempts);
  return ctx.db.transact(async (tx) => {
    // Comparing took a while: a password changed, or an account disabled, in between lets nobody in.
    const unchanged = await tx.all("SELECT id FROM users WHERE id = ? AND password_hash = ? AND disabled_at IS NULL", [user.id, user.passwordHash]);
    if (unchanged.length === 0) throw new DomainError("wrong-credentials", { field: "password" });
    return openSession(tx, ctx, user.id, device);
  });
}

async function openSession(tx: Queries, ctx: Context, userId: string, device: Device): Promise<NewSession> {
  if (device.previousToken) await tx.all("DELETE FROM sessions WHERE token_hash = ?", [hashToken(device.previousToken)]);
  return { userId, ...(await startSession(tx, ctx, { userId, userAgent: device.userAgent })) };
}

/** Ends this browser's session; its other tabs are told. */
export async function signOut(ctx: Context, viewer: Viewer): Promise<void> {
  await endSession(ctx, viewer, { sessionId: viewer.sessionId });
}

/** Ends one of the viewer's own sessions; somebody else's, or none, is no news. */
export async function endSession(ctx: Context, viewer: Viewer, input: { sessionId: string }): Promise<void> {
  await ctx.db.transact(async (tx) => {
    const ended = await tx.all("DELETE FROM sessions WHERE id = ? AND user_id = ? RETURNING id", [input.sessionId, viewer.userId]);
    if (ended.length > 0) await tellEnded(tx, ctx, viewer.userId, input.sessionId);
  });
}

/** Ends all of the viewer's sessions, this one too. */
export async function endAllSessions(ctx: Context, viewer: Viewer): Promise<void> {
  await ctx.db.transact((tx) => endSessionsOf(tx, ctx, viewer.userId));
}

/** Ends all of the viewer's sessions but this one. */
export async function endOtherSessions(ctx: Context, viewer: Viewer): Promise<void> {
  await ctx.db.transact((tx) => endOthers(tx, ctx, viewer));
}

async function endOthers(tx: Queries, ctx: Context, viewer: Viewer): Promise<void> {
  const ended = await tx.all<{ id: string }>("DELETE FROM sessions WHERE user_id = ? AND id <> ? RETURNING id", [viewer.userId, viewer.sessionId]);
  for (const { id } of ended) await tellEnded(tx, ctx, viewer.userId, id);
}

const tellEnded = (tx: Queries, ctx: Context, userId: string, sessionId: string) => append(tx, { type: sessionEnded, channel: userChannel(userId), payload: { sessionId } }, ctx);

/** Changes the viewer's own profile; a new name is told wherever others see it. */
export async function updateProfile(ctx: Context, viewer: Viewer, input: ProfileInput): Promise<void> {
  await ctx.db.transact(async (tx) => {
    const [before] = await tx.all<{ name: string }>("SELECT name FROM users WHERE id = ?", [viewer.userId]);
    await tx.all("UPDATE users SET name = ?, language = ?, digits = ?, time_zone = ? WHERE id = ?", [input.name, input.language, input.digits, input.timeZone, viewer.userId]);
    if (!before || before.name === input.name) return;
    await tellName(tx, ctx, { userId: viewer.userId, name: input.name });
    await tellRenamed(tx, ctx, { userId: viewer.userId, name: input.name });
  });
}

/** Changes what others are shown of the viewer; those who see more, or less, are told, and so are the viewer's own screens. */
export async function updatePrivacy(ctx: Context, viewer: Viewer, input: PrivacyInput): Promise<void> {
  await ctx.db.transact(async (tx) => {
    const [before] = await tx.all<{ name: string; showReceipts: number; showLastActive: number }>(
      "SELECT name, show_receipts AS showReceipts, show_last_active AS showLastActive FROM users WHERE id = ?",
      [viewer.userId],
    );
    const receipts = before !== undefined && (before.showReceipts === 1) !== input.showReceipts;
    const lastActive = before !== undefined && (before.showLastActive === 1) !== input.showLastActive;
    if (!receipts && !lastActive) return;
    await tx.all("UPDATE users SET show_receipts = ?, show_last_active = ? WHERE id = ?", [Number(input.showReceipts), Number(input.showLastActive), viewer.userId]);
    if (receipts) await tellReceipts(tx, ctx, { userId: viewer.userId, name: before.name, shown: input.showReceipts });
    if (lastActive) await tellVisibility(tx, ctx, { userId: viewer.userId, shown: input.showLastActive });
    await append(tx, { type: privacyChanged, channel: userChannel(viewer.userId), payload: input }, ctx);
  });
}

/** Changes how the viewer writes. */
export async function updateWriting(ctx: Context, viewer: Viewer, { enterSends }: { enterSends: boolean }): Promise<void> {
  await ctx.db.batch([{ sql: "UPDATE users SET enter_sends = ? WHERE id = ?", args: [Number(enterSends), viewer.userId] }]);
}

/**
 * Changes the password and ends every other session.
 * @throws DomainError forbidden to who has none; wrong-password (field currentPassword), rate-limited
 */
export async function changePassword(ctx: Context, viewer: Viewer, input: ChangePasswordInput): Promise<void> {
  if (!mayChangePassword(viewer)) throw new DomainError("forbidden");
  // Whoever sits down at an open screen must not be able to guess here either.
  await countAttempt(ctx, [PER_ACCOUNT, viewer.userId]);
  const [user] = await ctx.db.all<{ passwordHash: string | null }>("SELECT password_hash AS passwordHash FROM users WHERE id = ?", [viewer.userId]);
  if (!(await passwordMatches(user?.passwordHash ?? null, input.currentPassword))) throw new DomainError("wrong-password", { field: "currentPassword" });
  await forgiveAttempt(ctx, [PER_ACCOUNT, viewer.userId]);
  const passwordHash = await hashPassword(input.newPassword);
  await ctx.db.transact(async (tx) => {
    await tx.all("UPDATE users SET password_hash = ? WHERE id = ?", [passwordHash, viewer.userId]);
    await endOthers(tx, ctx, viewer);
  });
}

/** Makes somebody an admin. For the operator's command line only: it asks for no viewer. @returns false when there is no such account */
export async function grantAdmin(ctx: Context, email: string): Promise<boolean> {
  const [rows = []] = await ctx.db.batch([{ sql: "UPDATE users SET role = 'admin' WHERE email = ? RETURNING id", args: [email] }]);
  return rows.length > 0;
}
