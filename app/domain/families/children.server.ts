/** Accounts of children: a user name within the family and a PIN, no e-mail address. */
import { countAttempt, forgiveAttempt, PER_ADDRESS } from "#app/domain/accounts/attempts.server.ts";
import { insertUser, type Device, type NewSession } from "#app/domain/accounts/commands.server.ts";
import { hashPassword, passwordMatches } from "#app/domain/accounts/passwords.server.ts";
import { endSessionsOf, startSession } from "#app/domain/accounts/sessions.server.ts";
import type { Context } from "#app/domain/context.ts";
import { DomainError } from "#app/domain/errors.ts";
import { hashToken } from "#app/domain/tokens.server.ts";
import type { Viewer } from "#app/domain/viewer.ts";
import { admit } from "./members.server.ts";
import { membershipFor } from "./membership.server.ts";
import { countPin, forgivePin, pinKey } from "./pin-attempts.server.ts";
import type { ChildCreateInput, ChildPinInput, ChildSignInInput } from "./schema.ts";

/**
 * Makes a child's account and puts it into the viewer's family.
 * @throws DomainError forbidden, not-found; user-name-taken (field userName) within the family
 */
export async function createChild(ctx: Context, viewer: Viewer, { name, userName, pin }: ChildCreateInput): Promise<{ memberId: string }> {
  await membershipFor(ctx.db, viewer, "child-create");
  const pinHash = await hashPassword(pin);
  return ctx.db.transact(async (tx) => {
    const { family } = await membershipFor(tx, viewer, "child-create");
    const taken = await tx.all("SELECT 1 AS one FROM child_accounts WHERE family_id = ? AND user_name = ?", [family.id, userName]);
    if (taken.length > 0) throw new DomainError("user-name-taken", { field: "userName" });
    const memberId = (await insertUser(tx, ctx, { name, email: null, passwordHash: null, timeZone: family.timeZone }))!;
    await tx.all("INSERT INTO child_accounts (user_id, family_id, user_name, pin_hash, created_at) VALUES (?, ?, ?, ?, ?)", [memberId, family.id, userName, pinHash, ctx.now()]);
    await admit(tx, ctx, family.id, memberId, "child");
    return { memberId };
  });
}

/** Gives a child another PIN: its lock and its sessions end. @throws DomainError forbidden, not-found */
export async function resetPin(ctx: Context, viewer: Viewer, { memberId, pin }: ChildPinInput): Promise<void> {
  await membershipFor(ctx.db, viewer, "child-reset-pin");
  const pinHash = await hashPassword(pin);
  await ctx.db.transact(async (tx) => {
    const { family } = await membershipFor(tx, viewer, "child-reset-pin");
    const [child] = await tx.all<{ userName: string }>("UPDATE child_accounts SET pin_hash = ? WHERE user_id = ? AND family_id = ? RETURNING user_name AS userName", [pinHash, memberId, family.id]);
    if (!child) throw new DomainError("not-found");
    await forgivePin(tx, pinKey(family.code, child.userName));
    await endSessionsOf(tx, ctx, memberId);
  });
}

/** Indexes: families_code, child_accounts_name. */
const CHILD_SQL = `
  SELECT c.user_id AS userId, c.pin_hash AS pinHash FROM families f
  JOIN child_accounts c ON c.family_id = f.id AND c.user_name = ?
  JOIN users u ON u.id = c.user_id AND u.disabled_at IS NULL
  WHERE f.code = ?`;

/**
 * Signs a child in. An unknown family, an unknown name and a wrong PIN look the same.
 * @throws DomainError wrong-pin (field pin), pin-locked, rate-limited
 */
export async function signInChild(ctx: Context, { familyCode, userName, pin }: ChildSignInInput, device: Device): Promise<NewSession> {
  const key = pinKey(familyCode, userName);
  await countAttempt(ctx, [PER_ADDRESS, device.address]);
  await countPin(ctx, key);
  const [child] = await ctx.db.all<{ userId: string; pinHash: string }>(CHILD_SQL, [userName, familyCode]);
  if (!(await passwordMatches(child?.pinHash ?? null, pin)) || !child) throw new DomainError("wrong-pin", { field: "pin" });
  const session = await ctx.db.transact(async (tx) => {
    // Comparing took a while: another PIN, or an account closed in between, lets nobody in.
    const [same] = await tx.all<{ userId: string; pinHash: string }>(CHILD_SQL, [userName, familyCode]);
    if (same?.userId !== child.userId || same.pinHash !== child.pinHash) throw new DomainError("wrong-pin", { field: "pin" });
    await forgivePin(tx, key);
    if (device.previousToken) await tx.all("DELETE FROM sessions WHERE token_hash = ?", [hashToken(device.previousToken)]);
    return { userId: child.userId, ...(await startSession(tx, ctx, { userId: child.userId, userAgent: device.userAgent })) };
  });
  await forgiveAttempt(ctx, [PER_ADDRESS, device.address]);
  return session;
}
