/** Verbs of families: the household itself, who belongs to it, and its wall tablets. */
import { randomInt } from "node:crypto";
import type { Queries } from "#db/database.ts";
import { append } from "#db/outbox/append.ts";
import type { Context } from "#app/domain/context.ts";
import { DomainError } from "#app/domain/errors.ts";
import type { Viewer } from "#app/domain/viewer.ts";
import { familyChanged } from "./events.ts";
import type { FamilyData } from "./family.ts";
import { findMembership, membershipFor, requireMember } from "./membership.server.ts";
import { admit, dismiss } from "./members.server.ts";
import type { FamilyCreateInput, FamilySettingsInput } from "./schema.ts";

export { createChild, resetPin, signInChild } from "./children.server.ts";
export { acceptInvitation, invite, revokeInvitation, signUpInvited, type Invitation } from "./invitations.server.ts";
export { enterTablet, leaveTablet, setTabletPin, stayAtTablet } from "./tablet-visits.server.ts";
export { createTablet, revokeTablet } from "./tablets.server.ts";

/** No letters that look like another or like a digit. */
const CODE_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789";
const CODE_LENGTH = 6;
const CODE_TRIES = 5;

/**
 * Makes a family with the viewer as its first parent.
 * @throws DomainError already-in-family; family-code-taken (field code) for a code of one's own choice
 */
export async function createFamily(ctx: Context, viewer: Viewer, { code, ...settings }: FamilyCreateInput): Promise<FamilyData> {
  return ctx.db.transact(async (tx) => {
    if (await findMembership(tx, viewer)) throw new DomainError("already-in-family");
    const family: FamilyData = { id: ctx.newId(), ...settings, code: code ?? (await freeCode(tx)) };
    const { id, name, timeZone, weekStart, choresCountAtOnce } = family;
    const made = await tx.all(
      "INSERT INTO families (id, name, code, time_zone, week_start, chores_count_at_once, created_at) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (code) DO NOTHING RETURNING id",
      [id, name, family.code, timeZone, weekStart, choresCountAtOnce ? 1 : 0, ctx.now()],
    );
    if (made.length === 0) throw new DomainError("family-code-taken", { field: "code" });
    await admit(tx, ctx, family.id, viewer.userId, "parent");
    return family;
  });
}

async function freeCode(tx: Queries): Promise<string> {
  for (let left = CODE_TRIES; left > 0; left--) {
    const code = Array.from({ length: CODE_LENGTH }, () => CODE_LETTERS[randomInt(CODE_LETTERS.length)]).join("");
    if ((await tx.all("SELECT 1 AS one FROM families WHERE code = ?", [code])).length === 0) return code;
  }
  throw new Error(`no free family code in ${CODE_TRIES} tries`);
}

/** Changes the household's settings. @throws DomainError forbidden, not-found */
export async function changeFamily(ctx: Context, viewer: Viewer, input: FamilySettingsInput): Promise<FamilyData> {
  return ctx.db.transact(async (tx) => {
    const { family: before, channel } = await membershipFor(tx, viewer, "family-change");
    const family: FamilyData = { ...before, ...input };
    const { id, name, timeZone, weekStart, choresCountAtOnce } = family;
    await tx.all("UPDATE families SET name = ?, time_zone = ?, week_start = ?, chores_count_at_once = ? WHERE id = ?", [name, timeZone, weekStart, choresCountAtOnce ? 1 : 0, id]);
    await append(tx, { type: familyChanged, channel, payload: { family } }, ctx);
    return family;
  });
}

/**
 * Removes somebody from the family: what they may see and do ends with the commit, and a child account with it.
 * Their stars, past timers and done chores stay in its books.
 * @throws DomainError forbidden, not-found, last-parent
 */
export async function removeMember(ctx: Context, viewer: Viewer, { memberId }: { memberId: string }): Promise<void> {
  await ctx.db.transact(async (tx) => {
    const membership = await membershipFor(tx, viewer, "member-remove");
    await requireMember(tx, membership, memberId);
    const familyId = membership.family.id;
    const otherParents = await tx.all("SELECT 1 AS one FROM family_members WHERE family_id = ? AND role = 'parent' AND user_id <> ? AND revoked_at IS NULL LIMIT 1", [familyId, memberId]);
    if (otherParents.length === 0) throw new DomainError("last-parent");
    await dismiss(tx, ctx, familyId, memberId);
  });
}
