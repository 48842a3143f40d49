/** Reads of families, each starting from who asks. */
import type { Queries } from "#db/database.ts";
import { weekAt } from "#app/domain/calendar-days.ts";
import type { ChoreData } from "#app/domain/chores/chore.ts";
import { choresOf } from "#app/domain/chores/queries.server.ts";
import type { Context } from "#app/domain/context.ts";
import { waitingOf } from "#app/domain/rewards/redemptions.server.ts";
import type { RedemptionData } from "#app/domain/rewards/reward.ts";
import { starsOf } from "#app/domain/stars/queries.server.ts";
import type { StarsData } from "#app/domain/stars/stars.ts";
import { positionFor } from "#app/domain/sync/queries.server.ts";
import type { TimerData } from "#app/domain/timers/machine.ts";
import { openTimersOf } from "#app/domain/timers/queries.server.ts";
import { hashToken } from "#app/domain/tokens.server.ts";
import type { Viewer } from "#app/domain/viewer.ts";
import type { FamilyData, FamilyMember } from "./family.ts";
import { findMembership, membershipFor, type Membership } from "./membership.server.ts";
import type { MemberRole } from "./policy.ts";
import type { Tablet } from "./tablets.server.ts";

export { hasTabletPin, visitAt, type Visit } from "./tablet-visits.server.ts";
export { tabletByToken, type Tablet, type WallTablet } from "./tablets.server.ts";

/** The viewer's family and what they are in it; null when they have none. */
export async function familyOf(ctx: Context, viewer: Viewer): Promise<Pick<Membership, "family" | "role" | "channel"> | null> {
  return findMembership(ctx.db, viewer);
}

/** By id: an order that nothing changes. Index: the members' primary key. */
export const FAMILY_MEMBERS_SQL = `
  SELECT u.id, u.name, u.hue, u.avatar, m.role FROM family_members m JOIN users u ON u.id = m.user_id
  WHERE m.family_id = ? AND m.revoked_at IS NULL ORDER BY m.user_id`;

/** Everybody in a family now. */
export async function membersOf(db: Queries, { family }: Pick<Membership, "family">): Promise<FamilyMember[]> {
  return db.all<FamilyMember>(FAMILY_MEMBERS_SQL, [family.id]);
}

/** All that a dashboard shows, without where the log stood. */
export interface Dashboard {
  family: FamilyData;
  members: FamilyMember[];
  timers: TimerData[];
  chores: ChoreData[];
  stars: StarsData;
  /** For rewards, that wait for a parent; the oldest first. */
  requests: RedemptionData[];
}

/** The dashboard's data for a membership that its caller has found. */
export async function dashboardOf(ctx: Context, membership: Pick<Membership, "family">): Promise<Dashboard> {
  const { db } = ctx;
  const { family } = membership;
  const now = ctx.now();
  return {
    family,
    members: await membersOf(db, membership),
    timers: await openTimersOf(db, membership),
    chores: await choresOf(db, membership, now),
    stars: await starsOf(db, membership, weekAt(family.timeZone, family.weekStart, now)),
    requests: await waitingOf(db, family.id),
  };
}

/**
 * The dashboard of the viewer's family, and where the log stood before it was read.
 * @throws DomainError not-found without a family
 */
export async function openDashboard(ctx: Context, viewer: Viewer) {
  const { channel } = await membershipFor(ctx.db, viewer, "view");
  // Position first, then the data: whatever commits in between comes again as an event and changes nothing.
  const position = await positionFor(ctx, viewer, [channel]);
  const membership = await membershipFor(ctx.db, viewer, "view");
  return { ...(await dashboardOf(ctx, membership)), viewerId: viewer.userId, role: membership.role, channel, position, now: ctx.now() };
}

/**
 * Of the dashboard only the timers that are not over, and whom they are for.
 * @throws DomainError not-found without a family
 */
export async function openTimersFor(ctx: Context, viewer: Viewer) {
  const membership = await membershipFor(ctx.db, viewer, "view");
  return { timers: await openTimersOf(ctx.db, membership), members: await membersOf(ctx.db, membership), viewer: { id: viewer.userId, role: membership.role }, now: ctx.now() };
}

export interface InvitationInfo {
  id: string;
  familyName: string;
  invitedBy: string;
  role: MemberRole;
  expiresAt: number;
}

/** What a link invites to, for whoever holds it; null when it is over, used or taken back. Index: family_invitations_token. */
export async function invitationByToken(ctx: Context, token: string): Promise<InvitationInfo | null> {
  const [row] = await ctx.db.all<InvitationInfo>(
    `SELECT i.id, f.name AS familyName, u.name AS invitedBy, i.role, i.expires_at AS expiresAt FROM family_invitations i
     JOIN families f ON f.id = i.family_id JOIN users u ON u.id = i.invited_by
     WHERE i.token_hash = ? AND i.accepted_at IS NULL AND i.expires_at > ?`,
    [hashToken(token), ctx.now()],
  );
  return row ?? null;
}

export interface OpenInvitation {
  id: string;
  role: MemberRole;
  createdAt: number;
  expiresAt: number;
}

/** Links that still let somebody in. @throws DomainError forbidden, not-found */
export async function invitationsFor(ctx: Context, viewer: Viewer): Promise<OpenInvitation[]> {
  const { family } = await membershipFor(ctx.db, viewer, "invite");
  return ctx.db.all<OpenInvitation>(
    "SELECT id, role, created_at AS createdAt, expires_at AS expiresAt FROM family_invitations WHERE family_id = ? AND accepted_at IS NULL AND expires_at > ? ORDER BY created_at DESC, id",
    [family.id, ctx.now()],
  );
}

/** The family's wall tablets that are not revoked. @throws DomainError forbidden, not-found */
export async function tabletsFor(ctx: Context, viewer: Viewer): Promise<Tablet[]> {
  const { family } = await membershipFor(ctx.db, viewer, "tablet-revoke");
  return ctx.db.all<Tablet>("SELECT id, name, created_at AS createdAt FROM tablets WHERE family_id = ? AND revoked_at IS NULL ORDER BY created_at, id", [family.id]);
}

/** The user names that children sign in with, by member. @throws DomainError forbidden, not-found */
export async function childNamesFor(ctx: Context, viewer: Viewer): Promise<Record<string, string>> {
  const { family } = await membershipFor(ctx.db, viewer, "child-reset-pin");
  const rows = await ctx.db.all<{ userId: string; userName: string }>("SELECT user_id AS userId, user_name AS userName FROM child_accounts WHERE family_id = ?", [family.id]);
  return Object.fromEntries(rows.map(({ userId, userName }) => [userId, userName]));
}
