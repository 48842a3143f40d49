/** Coming into a family, leaving it, and what it is told of its people. Each within its caller's transaction. */
import type { Queries } from "#db/database.ts";
import { append, appendAll } from "#db/outbox/append.ts";
import { endSessionsOf, endVisitsOf } from "#app/domain/accounts/sessions.server.ts";
import { familyChannel, userChannel } from "#app/domain/channels.ts";
import { releaseChoresOf } from "#app/domain/chores/assignees.server.ts";
import type { Context } from "#app/domain/context.ts";
import { releaseRedemptionsOf } from "#app/domain/rewards/redemptions.server.ts";
import { cancelTimersOf } from "#app/domain/timers/rows.server.ts";
import { familyJoined, familyLeft, familyMemberChanged, type FamilyMemberChanged } from "./events.ts";
import { familiesOf } from "./membership.server.ts";
import type { MemberRole } from "./policy.ts";

const tellFamily = (tx: Queries, ctx: Context, familyId: string, payload: FamilyMemberChanged) => tellFamilies(tx, ctx, [familyId], payload);

const tellFamilies = (tx: Queries, ctx: Context, familyIds: readonly string[], payload: FamilyMemberChanged) =>
  appendAll(tx, familyIds.map((familyId) => ({ type: familyMemberChanged, channel: familyChannel(familyId), payload })), ctx);

/** Puts somebody into a family, also who was in it before. */
export async function admit(tx: Queries, ctx: Context, familyId: string, userId: string, role: MemberRole): Promise<void> {
  await tx.all(
    "INSERT INTO family_members (family_id, user_id, role, joined_at) VALUES (?, ?, ?, ?) ON CONFLICT (family_id, user_id) DO UPDATE SET role = excluded.role, joined_at = excluded.joined_at, revoked_at = NULL",
    [familyId, userId, role, ctx.now()],
  );
  await tellFamily(tx, ctx, familyId, { memberId: userId, change: "joined" });
  await append(tx, { type: familyJoined, channel: userChannel(userId), payload: { familyId } }, ctx);
}

/** Takes somebody out of a family. A child account is of no use without it: it is closed. */
export async function dismiss(tx: Queries, ctx: Context, familyId: string, userId: string): Promise<void> {
  const now = ctx.now();
  // Asked for at once: they run in this order, and on a libSQL server in one round trip.
  await Promise.all([
    tx.all("UPDATE family_members SET revoked_at = ? WHERE family_id = ? AND user_id = ?", [now, familyId, userId]),
    tx.all("DELETE FROM family_invitations WHERE family_id = ? AND invited_by = ? AND accepted_at IS NULL", [familyId, userId]),
    tx.all("DELETE FROM tablet_pins WHERE user_id = ?", [userId]),
    endVisitsOf(tx, userId),
  ]);
  await Promise.all([cancelTimersOf(tx, ctx, familyId, userId), releaseChoresOf(tx, ctx, familyId, userId), releaseRedemptionsOf(tx, ctx, familyId, userId), closeChildAccount(tx, ctx, familyId, userId)]);
  await Promise.all([tellFamily(tx, ctx, familyId, { memberId: userId, change: "left" }), append(tx, { type: familyLeft, channel: userChannel(userId), payload: { familyId } }, ctx)]);
}

async function closeChildAccount(tx: Queries, ctx: Context, familyId: string, userId: string): Promise<void> {
  const child = await tx.all("DELETE FROM child_accounts WHERE user_id = ? AND family_id = ? RETURNING user_id", [userId, familyId]);
  if (child.length === 0) return;
  await Promise.all([tx.all("UPDATE users SET disabled_at = ? WHERE id = ?", [ctx.now(), userId]), endSessionsOf(tx, ctx, userId)]);
}

/** Tells somebody's families of their new name. */
export async function tellRenamed(tx: Queries, ctx: Context, { userId, name }: { userId: string; name: string }): Promise<void> {
  await tellFamilies(tx, ctx, await familiesOf(tx, { userId }), { memberId: userId, change: "renamed", name });
}

/** Tells somebody's families of their new picture, or of none. */
export async function tellFace(tx: Queries, ctx: Context, { userId, avatar }: { userId: string; avatar: string | null }): Promise<void> {
  await tellFamilies(tx, ctx, await familiesOf(tx, { userId }), { memberId: userId, change: "pictured", avatar });
}
