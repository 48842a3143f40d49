/**
 * One-time links for forgotten passwords. Roost has no mail server: an admin makes the link and hands it over.
 * The link carries 32 random bytes, the database their hash; it works once, for RESET_LINK_MS, and the newest only.
 */
import type { Queries } from "#db/database.ts";
import type { Context } from "#app/domain/context.ts";
import { DomainError } from "#app/domain/errors.ts";
import { recordOperation } from "#app/domain/maintenance/operations.server.ts";
import { hashToken, newToken } from "#app/domain/tokens.server.ts";
import type { Viewer } from "#app/domain/viewer.ts";
import { accountOf, requireAdmin } from "./administration.server.ts";
import { forgetAttempts, PER_ACCOUNT } from "./attempts.server.ts";
import { hashPassword } from "./passwords.server.ts";
import type { ResetPasswordInput } from "./schema.ts";
import { endSessionsOf } from "./sessions.server.ts";

/** Long enough to hand it over by any way, short enough to be worth little in an old chat. */
export const RESET_LINK_MS = 24 * 60 * 60 * 1000;

export interface ResetLink {
  /** For the link; it exists nowhere else. */
  token: string;
  expiresAt: number;
}

/**
 * Makes a link for somebody who forgot their password; an earlier one of theirs works no longer.
 * @throws DomainError forbidden, not-found; no-password: a child's PIN is its parents' affair; account-disabled
 */
export async function makeResetLink(ctx: Context, viewer: Viewer, { userId }: { userId: string }): Promise<ResetLink> {
  const token = newToken();
  return ctx.db.transact(async (tx) => {
    await requireAdmin(tx, viewer);
    const { email, disabledAt } = await accountOf(tx, userId);
    if (email === null) throw new DomainError("no-password");
    if (disabledAt !== null) throw new DomainError("account-disabled");
    const now = ctx.now();
    const expiresAt = now + RESET_LINK_MS;
    await dropResetLinks(tx, userId);
    await tx.all("INSERT INTO password_resets (id, user_id, token_hash, created_by, created_at, expires_at) VALUES (?, ?, ?, ?, ?, ?)", [ctx.newId(), userId, hashToken(token), viewer.userId, now, expiresAt]);
    await recordOperation(tx, { kind: "user-reset-link", actor: viewer, items: [userId] }, ctx);
    return { token, expiresAt };
  });
}

export interface OpenReset {
  userId: string;
  name: string;
  email: string;
  expiresAt: number;
}

// Index: password_resets_token.
const OPEN = `
  SELECT u.id AS userId, u.name, u.email, r.expires_at AS expiresAt FROM password_resets r JOIN users u ON u.id = r.user_id
  WHERE r.token_hash = ? AND r.expires_at > ? AND u.disabled_at IS NULL AND u.email IS NOT NULL`;

/** Whose password a link sets; null when it was used or replaced, is over, or never was. */
export async function resetByToken(ctx: Pick<Context, "now"> & { db: Queries }, token: string): Promise<OpenReset | null> {
  const [row] = await ctx.db.all<OpenReset>(OPEN, [hashToken(token), ctx.now()]);
  return row ?? null;
}

/**
 * Sets the password that a link allows. The link is used up, every session of the person ends, and their failed
 * sign-ins are forgotten.
 * @throws DomainError not-found when the link lets nobody in (any more)
 */
export async function resetPassword(ctx: Context, { token, password }: ResetPasswordInput): Promise<void> {
  // Looked up first: a made-up link costs no hashing.
  if (!(await resetByToken(ctx, token))) throw new DomainError("not-found");
  const passwordHash = await hashPassword(password);
  await ctx.db.transact(async (tx) => {
    const open = await resetByToken({ ...ctx, db: tx }, token);
    if (!open) throw new DomainError("not-found");
    await dropResetLinks(tx, open.userId);
    await tx.all("UPDATE users SET password_hash = ? WHERE id = ?", [passwordHash, open.userId]);
    await endSessionsOf(tx, ctx, open.userId);
    await forgetAttempts(tx, PER_ACCOUNT, open.email);
  });
}

/** Index: password_resets_user. */
export const dropResetLinks = (tx: Queries, userId: string) => tx.all("DELETE FROM password_resets WHERE user_id = ?", [userId]);

/** Removes links that are over. @returns how many */
export async function pruneResets(ctx: Pick<Context, "db" | "now">): Promise<number> {
  const [rows = []] = await ctx.db.batch([{ sql: "DELETE FROM password_resets WHERE expires_at <= ? RETURNING id", args: [ctx.now()] }]);
  return rows.length;
}
