/** Whose family it is and what they are in it: asked by every command and query, within its own transaction. */
import type { Queries } from "#db/database.ts";
import { familyChannel } from "#app/domain/channels.ts";
import { DomainError } from "#app/domain/errors.ts";
import type { Viewer } from "#app/domain/viewer.ts";
import type { FamilyData } from "./family.ts";
import { mayInFamily, type FamilyAction, type MemberRole } from "./policy.ts";

export interface Membership {
  userId: string;
  family: FamilyData;
  role: MemberRole;
  channel: string;
}

export type FamilyRow = Omit<FamilyData, "choresCountAtOnce"> & { choresCountAtOnce: number };
export const FAMILY_COLUMNS = "f.id, f.name, f.code, f.time_zone AS timeZone, f.week_start AS weekStart, f.chores_count_at_once AS choresCountAtOnce";

export const familyData = ({ id, name, code, timeZone, weekStart, choresCountAtOnce }: FamilyRow): FamilyData => ({ id, name, code, timeZone, weekStart, choresCountAtOnce: choresCountAtOnce === 1 });

/** Index: family_members_user. One family a person in the interface; the first they joined. */
export const MEMBERSHIP_SQL = `
  SELECT ${FAMILY_COLUMNS}, m.role FROM family_members m JOIN families f ON f.id = m.family_id
  WHERE m.user_id = ? AND m.revoked_at IS NULL ORDER BY m.joined_at, m.family_id LIMIT 1`;

/** The viewer's membership; null when they have no family. */
export async function findMembership(db: Queries, viewer: Pick<Viewer, "userId">): Promise<Membership | null> {
  const [row] = await db.all<FamilyRow & { role: MemberRole }>(MEMBERSHIP_SQL, [viewer.userId]);
  return row ? { userId: viewer.userId, family: familyData(row), role: row.role, channel: familyChannel(row.id) } : null;
}

/**
 * The viewer's membership, and their right to do something.
 * @throws DomainError not-found without a family; forbidden where the role may not
 */
export async function membershipFor(db: Queries, viewer: Pick<Viewer, "userId">, action: FamilyAction): Promise<Membership> {
  const membership = await findMembership(db, viewer);
  if (!membership) throw new DomainError("not-found");
  if (!mayInFamily(membership.role, action, true)) throw new DomainError("forbidden");
  return membership;
}

/** @throws DomainError forbidden where the role may do it to one's own only, and this is not */
export function requireMay({ role }: Membership, action: FamilyAction, isOwn: boolean): void {
  if (!mayInFamily(role, action, isOwn)) throw new DomainError("forbidden");
}

/** @throws DomainError not-found when they are not in the family now */
export async function requireMember(db: Queries, { family }: Membership, memberId: string, field = "memberId"): Promise<void> {
  const rows = await db.all("SELECT 1 AS one FROM family_members WHERE family_id = ? AND user_id = ? AND revoked_at IS NULL", [family.id, memberId]);
  if (rows.length === 0) throw new DomainError("not-found", { field });
}

/** Every family whose events the viewer may see now. Index: family_members_user. */
export async function familiesOf(db: Queries, viewer: Pick<Viewer, "userId">): Promise<string[]> {
  const rows = await db.all<{ familyId: string }>("SELECT family_id AS familyId FROM family_members WHERE user_id = ? AND revoked_at IS NULL", [viewer.userId]);
  return rows.map(({ familyId }) => familyId);
}
