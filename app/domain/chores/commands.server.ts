/** Verbs of chores: making and changing them. What is said of one that is due is in claims.server.ts. */
import type { Queries } from "#db/database.ts";
import { append } from "#db/outbox/append.ts";
import type { Context } from "#app/domain/context.ts";
import { DomainError } from "#app/domain/errors.ts";
import { membershipFor, requireMember, type Membership } from "#app/domain/families/membership.server.ts";
import type { Viewer } from "#app/domain/viewer.ts";
import { assigneeOf, type ChoreData } from "./chore.ts";
import { assignOpen } from "./assignees.server.ts";
import { choreUpdated } from "./events.ts";
import { choreById, nextVersion } from "./rows.server.ts";
import type { ChoreChangeInput, ChoreCreateInput } from "./schema.ts";

export { approveChore, claimChore, refuseChore, undoChore } from "./claims.server.ts";

const tell = (tx: Queries, ctx: Context, { channel }: Membership, chore: ChoreData) => append(tx, { type: choreUpdated, channel, payload: { chore } }, ctx);

/** Asked for at once, as what follows: on a libSQL server many take as many round trips as one. @throws DomainError not-found (assignees) */
const requireMembers = (tx: Queries, membership: Membership, assignees: readonly string[]) => Promise.all(assignees.map((userId) => requireMember(tx, membership, userId, "assignees")));

const assign = (tx: Queries, choreId: string, assignees: readonly string[]) =>
  Promise.all(assignees.map((userId, position) => tx.all("INSERT INTO chore_assignees (chore_id, user_id, position) VALUES (?, ?, ?)", [choreId, userId, position])));

/** Makes a chore, due first on `dueOn`. @throws DomainError forbidden, not-found (assignees) */
export async function createChore(ctx: Context, viewer: Viewer, input: ChoreCreateInput): Promise<ChoreData> {
  return ctx.db.transact(async (tx) => {
    const membership = await membershipFor(tx, viewer, "chore-create");
    const id = ctx.newId();
    const { name, icon, stars, recurrence, assignment, assignees, dueOn } = input;
    await requireMembers(tx, membership, assignees);
    const [, , , chore] = await Promise.all([
      tx.all("INSERT INTO chores (id, family_id, name, icon, stars, recurrence, assignment, created_by, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", [
        ...[id, membership.family.id, name, icon, stars, JSON.stringify(recurrence), assignment],
        ...[viewer.userId, ctx.now()],
      ]),
      assign(tx, id, assignees),
      tx.all("INSERT INTO chore_occurrences (chore_id, due_on, turn, assigned_to) VALUES (?, ?, 0, ?)", [id, dueOn, assigneeOf(assignment, assignees, 0)]),
      choreById(tx, id),
    ]);
    await tell(tx, ctx, membership, chore);
    return chore;
  });
}

/** @throws DomainError not-found for another family's and for archived ones, too */
async function requireChore(tx: Queries, { family }: Membership, choreId: string): Promise<void> {
  const found = await tx.all("SELECT 1 AS one FROM chores WHERE id = ? AND family_id = ? AND archived_at IS NULL", [choreId, family.id]);
  if (found.length === 0) throw new DomainError("not-found");
}

/** Changes a chore. What is open stays due when it was, for whom it is by the new assignment. @throws DomainError forbidden, not-found (chore, assignees) */
export async function changeChore(ctx: Context, viewer: Viewer, input: ChoreChangeInput): Promise<ChoreData> {
  return ctx.db.transact(async (tx) => {
    const membership = await membershipFor(tx, viewer, "chore-change");
    const { choreId, name, icon, stars, recurrence, assignment, assignees } = input;
    await Promise.all([requireChore(tx, membership, choreId), requireMembers(tx, membership, assignees)]);
    const [, , , changed] = await Promise.all([
      tx.all("UPDATE chores SET name = ?, icon = ?, stars = ?, recurrence = ?, assignment = ? WHERE id = ?", [name, icon, stars, JSON.stringify(recurrence), assignment, choreId]),
      tx.all("DELETE FROM chore_assignees WHERE chore_id = ?", [choreId]),
      assign(tx, choreId, assignees),
      choreById(tx, choreId),
    ]);
    const [, chore] = await Promise.all([assignOpen(tx, changed), nextVersion(tx, choreId)]);
    await tell(tx, ctx, membership, chore);
    return chore;
  });
}

/** Takes a chore off the list; what was done stays in the books. @throws DomainError forbidden, not-found */
export async function archiveChore(ctx: Context, viewer: Viewer, { choreId }: { choreId: string }): Promise<void> {
  await ctx.db.transact(async (tx) => {
    const membership = await membershipFor(tx, viewer, "chore-archive");
    await requireChore(tx, membership, choreId);
    await tx.all("UPDATE chores SET archived_at = ? WHERE id = ?", [ctx.now(), choreId]);
    await tell(tx, ctx, membership, await nextVersion(tx, choreId));
  });
}
