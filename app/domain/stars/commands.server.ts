/** Verbs of the star ledger. Each writes entry and event together; the balance never falls below zero. */
import type { Context } from "#app/domain/context.ts";
import { DomainError } from "#app/domain/errors.ts";
import { membershipFor, requireMember } from "#app/domain/families/membership.server.ts";
import { undoPayment } from "#app/domain/rewards/payments.server.ts";
import type { Viewer } from "#app/domain/viewer.ts";
import type { StarEntry } from "./entry.ts";
import { ENTRY_COLUMNS, postEntry, reverseEntry } from "./ledger.server.ts";
import type { StarsChangeInput } from "./schema.ts";

/**
 * Gives stars. The same key again gives the same answer.
 * @throws DomainError forbidden, not-found (member), key-reused
 */
export const addStars = (ctx: Context, viewer: Viewer, input: StarsChangeInput): Promise<StarEntry> => change(ctx, viewer, "stars-add", input, input.amount);

/**
 * Takes stars away, never more than there are. The same key again gives the same answer.
 * @throws DomainError forbidden, not-found (member), not-enough-stars, key-reused
 */
export const removeStars = (ctx: Context, viewer: Viewer, input: StarsChangeInput): Promise<StarEntry> => change(ctx, viewer, "stars-remove", input, -input.amount);

async function change(ctx: Context, viewer: Viewer, action: "stars-add" | "stars-remove", { memberId, reason, key }: StarsChangeInput, amount: number): Promise<StarEntry> {
  return ctx.db.transact(async (tx) => {
    const membership = await membershipFor(tx, viewer, action);
    await requireMember(tx, membership, memberId);
    // The viewer's own: nobody meets another's key, or one of the app's.
    return postEntry(tx, ctx, { familyId: membership.family.id, memberId, amount, kind: "manual", reason, causeKey: `by:${viewer.userId}:${key}`, actorId: viewer.userId });
  });
}

/**
 * Undoes an entry of the viewer's family by its exact opposite; again: the same answer. What was paid for a reward goes
 * back with the reward: its request is undone.
 * @throws DomainError forbidden, not-found, not-enough-stars where they are spent, not-undoable for an undoing
 */
export async function undoStars(ctx: Context, viewer: Viewer, input: { entryId: string }): Promise<StarEntry> {
  return ctx.db.transact(async (tx) => {
    const { family } = await membershipFor(tx, viewer, "stars-undo");
    const [entry] = await tx.all<StarEntry>(`SELECT ${ENTRY_COLUMNS} FROM star_ledger e WHERE e.id = ? AND e.family_id = ?`, [input.entryId, family.id]);
    if (!entry) throw new DomainError("not-found");
    if (entry.kind === "reward") return undoPayment(tx, ctx, family.id, entry, viewer.userId);
    return reverseEntry(tx, ctx, family.id, entry, viewer.userId);
  });
}
