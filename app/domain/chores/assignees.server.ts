/** Whose turn the open ones are, when those who take turns have changed. */
import type { Queries } from "#db/database.ts";
import { append } from "#db/outbox/append.ts";
import { familyChannel } from "#app/domain/channels.ts";
import type { Context } from "#app/domain/context.ts";
import { assigneeOf, type ChoreData } from "./chore.ts";
import { choreUpdated } from "./events.ts";
import { choreById, nextVersion } from "./rows.server.ts";

/** Gives every open occurrence to whose turn it now is, within `tx`. */
export async function assignOpen(tx: Queries, { id, assignment, assignees, occurrences }: ChoreData): Promise<void> {
  const open = occurrences.filter(({ state }) => state === "open");
  await Promise.all(open.map(({ turn }) => tx.all("UPDATE chore_occurrences SET assigned_to = ? WHERE chore_id = ? AND turn = ?", [assigneeOf(assignment, assignees, turn), id, turn])));
}

/** Takes somebody who leaves out of all turns and tells the family, within `tx`. Index: chore_assignees_user. */
export async function releaseChoresOf(tx: Queries, ctx: Context, familyId: string, userId: string): Promise<void> {
  const released = await tx.all<{ choreId: string }>(
    "DELETE FROM chore_assignees WHERE user_id = ? AND chore_id IN (SELECT id FROM chores WHERE family_id = ? AND archived_at IS NULL) RETURNING chore_id AS choreId",
    [userId, familyId],
  );
  // One beside the other: on a libSQL server many take as many round trips as one.
  await Promise.all(
    released.map(async ({ choreId }) => {
      const [, chore] = await Promise.all([assignOpen(tx, await choreById(tx, choreId)), nextVersion(tx, choreId)]);
      await append(tx, { type: choreUpdated, channel: familyChannel(familyId), payload: { chore } }, ctx);
    }),
  );
}
