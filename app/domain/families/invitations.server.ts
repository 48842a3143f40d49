/** Links that let somebody into a family: made, taken back, accepted. Only a token's hash is stored. */
import type { Queries } from "#db/database.ts";
import { signUp, type Device, type NewSession } from "#app/domain/accounts/commands.server.ts";
import type { SignUpInput } from "#app/domain/accounts/schema.ts";
import type { Context } from "#app/domain/context.ts";
import { DomainError } from "#app/domain/errors.ts";
import { hashToken, newToken } from "#app/domain/tokens.server.ts";
import type { Viewer } from "#app/domain/viewer.ts";
import { findMembership, membershipFor } from "./membership.server.ts";
import { admit } from "./members.server.ts";
import type { MemberRole } from "./policy.ts";
import { invitationByToken } from "./queries.server.ts";
import type { InviteInput } from "./schema.ts";

const INVITATION_MS = 7 * 24 * 60 * 60 * 1000;

export interface Invitation {
  invitationId: string;
  /** For the link; it exists nowhere else. */
  token: string;
  expiresAt: number;
}

/**
 * Makes a link's token that lets one person in, for INVITATION_MS.
 * @throws DomainError forbidden, not-found
 */
export async function invite(ctx: Context, viewer: Viewer, { role }: InviteInput): Promise<Invitation> {
  const token = newToken();
  const invitationId = ctx.newId();
  return ctx.db.transact(async (tx) => {
    const { family } = await membershipFor(tx, viewer, "invite");
    const now = ctx.now();
    const expiresAt = now + INVITATION_MS;
    await tx.all("INSERT INTO family_invitations (id, family_id, token_hash, role, invited_by, created_at, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?)", [invitationId, family.id, hashToken(token), role, viewer.userId, now, expiresAt]);
    return { invitationId, token, expiresAt };
  });
}

/** Takes an invitation back that nobody has accepted. @throws DomainError forbidden, not-found */
export async function revokeInvitation(ctx: Context, viewer: Viewer, input: { invitationId: string }): Promise<void> {
  await ctx.db.transact(async (tx) => {
    const { family } = await membershipFor(tx, viewer, "invitation-revoke");
    const gone = await tx.all("DELETE FROM family_invitations WHERE id = ? AND family_id = ? AND accepted_at IS NULL RETURNING id", [input.invitationId, family.id]);
    if (gone.length === 0) throw new DomainError("not-found");
  });
}

/**
 * Joins the family that a link invites to. A link works once; whoever used it may use it again and is in.
 * @throws DomainError not-found when it never was, is over, used or taken back; already-in-family
 */
export async function acceptInvitation(ctx: Context, viewer: Viewer, { token }: { token: string }): Promise<{ familyId: string }> {
  return ctx.db.transact((tx) => accept(tx, ctx, viewer, token));
}

/**
 * Makes an account and joins by a link, all or nothing: so a link lets one person in also where sign-ups are closed.
 * @throws DomainError not-found as `acceptInvitation` does; email-taken, rate-limited
 */
export async function signUpInvited(ctx: Context, input: SignUpInput, device: Device, { token }: { token: string }): Promise<NewSession> {
  // Before the password is hashed, which is slow on purpose.
  if (!(await invitationByToken(ctx, token))) throw new DomainError("not-found");
  return signUp(ctx, input, device, "invited", async (tx, userId) => void (await accept(tx, ctx, { userId }, token)));
}

async function accept(tx: Queries, ctx: Context, person: Pick<Viewer, "userId">, token: string): Promise<{ familyId: string }> {
  const [invitation] = await tx.all<{ id: string; familyId: string; role: MemberRole; acceptedBy: string | null }>(
    "SELECT id, family_id AS familyId, role, accepted_by AS acceptedBy FROM family_invitations WHERE token_hash = ? AND (accepted_by = ? OR (accepted_at IS NULL AND expires_at > ?))",
    [hashToken(token), person.userId, ctx.now()],
  );
  if (!invitation) throw new DomainError("not-found");
  const { id, familyId, role, acceptedBy } = invitation;
  const membership = await findMembership(tx, person);
  if (membership?.family.id === familyId && acceptedBy !== null) return { familyId };
  if (membership) throw new DomainError("already-in-family");
  // Used by somebody who was removed since: it was for once.
  if (acceptedBy !== null) throw new DomainError("not-found");
  await tx.all("UPDATE family_invitations SET accepted_by = ?, accepted_at = ? WHERE id = ?", [person.userId, ctx.now(), id]);
  await admit(tx, ctx, familyId, person.userId, role);
  return { familyId };
}
