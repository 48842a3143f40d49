/**
 * Standing at a wall tablet: somebody says who they are by their PIN and acts as themselves, at that tablet alone,
 * until they leave or stand still. A visit is no session: no other door takes it.
 */
import type { Queries } from "#db/database.ts";
import { countAttempt, forgiveAttempt, PER_ADDRESS } from "#app/domain/accounts/attempts.server.ts";
import { hashPassword, passwordMatches } from "#app/domain/accounts/passwords.server.ts";
import { endVisitsOf } from "#app/domain/accounts/sessions.server.ts";
import type { Context } from "#app/domain/context.ts";
import { DomainError } from "#app/domain/errors.ts";
import { hashToken, newToken } from "#app/domain/tokens.server.ts";
import type { Viewer } from "#app/domain/viewer.ts";
import { findMembership } from "./membership.server.ts";
import { countPin, forgivePin, pinKey } from "./pin-attempts.server.ts";
import type { MemberRole } from "./policy.ts";
import type { TabletEnterInput, TabletPinInput } from "./schema.ts";
import { VISIT_MS } from "./tablet.ts";
import type { WallTablet } from "./tablets.server.ts";

/** Somebody who stands at a tablet now. */
export interface Visit {
  /** They themselves, but never more than a member of the family: an admin of the site is none here. */
  viewer: Viewer;
  role: MemberRole;
  /** Until the tablet asks again who is there, in ms. */
  leftMs: number;
}

/** Indexes: the members' primary key, child_accounts' and tablet_pins' own. */
const PIN_SQL = `
  SELECT c.user_name AS userName, coalesce(c.pin_hash, p.pin_hash) AS pinHash FROM family_members m
  JOIN users u ON u.id = m.user_id AND u.disabled_at IS NULL
  LEFT JOIN child_accounts c ON c.user_id = m.user_id AND c.family_id = m.family_id
  LEFT JOIN tablet_pins p ON p.user_id = m.user_id
  WHERE m.family_id = ? AND m.user_id = ? AND m.revoked_at IS NULL`;

interface PinRow {
  userName: string | null;
  pinHash: string | null;
}

/** A child's wrong PINs count together wherever they are typed. An id is longer than any user name. */
const lockOf = ({ code }: WallTablet["family"], memberId: string, userName: string | null) => pinKey(code, userName ?? memberId);

/**
 * Lets one of the family act at a tablet; whoever stood there before is out.
 * @param address of the tablet, for limits
 * @returns the visit's token; it exists nowhere else
 * @throws DomainError not-found for who is not in the family; wrong-pin (field pin), also where none is set; pin-locked, rate-limited
 */
export async function enterTablet(ctx: Context, { tabletId, family }: WallTablet, { memberId, pin }: TabletEnterInput, address: string): Promise<{ token: string }> {
  const [known] = await ctx.db.all<PinRow>(PIN_SQL, [family.id, memberId]);
  if (!known) throw new DomainError("not-found", { field: "memberId" });
  const lock = lockOf(family, memberId, known.userName);
  await countAttempt(ctx, [PER_ADDRESS, address]);
  await countPin(ctx, lock);
  if (!(await passwordMatches(known.pinHash, pin))) throw new DomainError("wrong-pin", { field: "pin" });
  const token = newToken();
  await ctx.db.transact(async (tx) => {
    // Comparing took a while: another PIN, a removal or a revocation in between lets nobody in.
    const [same] = await tx.all<PinRow>(PIN_SQL, [family.id, memberId]);
    const tablet = await tx.all("SELECT 1 AS one FROM tablets WHERE id = ? AND revoked_at IS NULL", [tabletId]);
    if (same?.pinHash !== known.pinHash || tablet.length === 0) throw new DomainError("wrong-pin", { field: "pin" });
    await forgivePin(tx, lock);
    await tx.all(
      "INSERT INTO tablet_visits (tablet_id, user_id, token_hash, expires_at) VALUES (?, ?, ?, ?) ON CONFLICT (tablet_id) DO UPDATE SET user_id = excluded.user_id, token_hash = excluded.token_hash, expires_at = excluded.expires_at",
      [tabletId, memberId, hashToken(token), ctx.now() + VISIT_MS],
    );
  });
  await forgiveAttempt(ctx, [PER_ADDRESS, address]);
  return { token };
}

/** Indexes: the primary keys of tablet_visits and users. */
const VISIT_SQL = `
  SELECT u.id AS userId, u.name, u.hue, u.avatar, v.expires_at AS expiresAt FROM tablet_visits v
  JOIN users u ON u.id = v.user_id AND u.disabled_at IS NULL
  WHERE v.tablet_id = ? AND v.token_hash = ? AND v.expires_at > ?`;

/** Who stands at the tablet by this token; null when nobody does any more, or not in this family. Looking is no sign of life. */
export async function visitAt(ctx: Context, { tabletId, family }: WallTablet, token: string): Promise<Visit | null> {
  const now = ctx.now();
  const [row] = await ctx.db.all<{ userId: string; name: string; hue: number; avatar: string | null; expiresAt: number }>(VISIT_SQL, [tabletId, hashToken(token), now]);
  const membership = row ? await findMembership(ctx.db, row) : null;
  if (!row || membership?.family.id !== family.id) return null;
  const { expiresAt, ...person } = row;
  return { viewer: { ...person, email: null, sessionId: tabletId, role: "member" }, role: membership.role, leftMs: expiresAt - now };
}

/** A sign of life: the visit lasts VISIT_MS from now. @returns who it is, as visitAt */
export async function stayAtTablet(ctx: Context, tablet: WallTablet, token: string): Promise<Visit | null> {
  const now = ctx.now();
  await ctx.db.batch([{ sql: "UPDATE tablet_visits SET expires_at = ? WHERE tablet_id = ? AND token_hash = ? AND expires_at > ?", args: [now + VISIT_MS, tablet.tabletId, hashToken(token), now] }]);
  return visitAt(ctx, tablet, token);
}

/** Ends the visit with this token; another one stays. */
export async function leaveTablet(ctx: Context, { tabletId }: WallTablet, token: string): Promise<void> {
  await ctx.db.batch([{ sql: "DELETE FROM tablet_visits WHERE tablet_id = ? AND token_hash = ?", args: [tabletId, hashToken(token)] }]);
}

/** Whether the viewer chooses a PIN for tablets themself (a child's is set by a parent), and has one. */
export async function hasTabletPin(ctx: Context, viewer: Viewer): Promise<{ own: boolean; set: boolean }> {
  const [row] = await ctx.db.all<{ child: number; chosen: number }>(
    "SELECT EXISTS (SELECT 1 FROM child_accounts WHERE user_id = ?) AS child, EXISTS (SELECT 1 FROM tablet_pins WHERE user_id = ?) AS chosen",
    [viewer.userId, viewer.userId],
  );
  return { own: row!.child === 0, set: row!.child + row!.chosen > 0 };
}

/**
 * Chooses the viewer's own PIN for the family's tablets; a lock on it ends.
 * @throws DomainError not-found without a family; forbidden where a parent sets it
 */
export async function setTabletPin(ctx: Context, viewer: Viewer, { pin }: TabletPinInput): Promise<void> {
  await ownPinFor(ctx.db, viewer);
  const pinHash = await hashPassword(pin);
  await ctx.db.transact(async (tx) => {
    const { family } = await ownPinFor(tx, viewer);
    await tx.all("INSERT INTO tablet_pins (user_id, pin_hash, set_at) VALUES (?, ?, ?) ON CONFLICT (user_id) DO UPDATE SET pin_hash = excluded.pin_hash, set_at = excluded.set_at", [viewer.userId, pinHash, ctx.now()]);
    await forgivePin(tx, pinKey(family.code, viewer.userId));
    await endVisitsOf(tx, viewer.userId);
  });
}

async function ownPinFor(db: Queries, viewer: Viewer) {
  const membership = await findMembership(db, viewer);
  if (!membership) throw new DomainError("not-found");
  const child = await db.all("SELECT 1 AS one FROM child_accounts WHERE user_id = ?", [viewer.userId]);
  if (child.length > 0) throw new DomainError("forbidden");
  return membership;
}
