/** Reads of chores, for a membership that its caller has found. */
import type { Queries } from "#db/database.ts";
import type { Membership } from "#app/domain/families/membership.server.ts";
import type { ChoreData } from "./chore.ts";
import { choresWhere } from "./rows.server.ts";

/** A chore that was for once is shown so long after it was done, so that it can be undone. */
export const SHOWN_AFTER_MS = 7 * 24 * 60 * 60 * 1000;

/** Indexes: chores_family, chore_occurrences_ahead, chore_claims_chore. */
export const FAMILY_CHORES_WHERE = `
  WHERE c.family_id = ? AND c.archived_at IS NULL AND (
    EXISTS (SELECT 1 FROM chore_occurrences AS ahead WHERE ahead.chore_id = c.id AND ahead.state <> 'done')
    OR EXISTS (SELECT 1 FROM chore_claims AS late WHERE late.chore_id = c.id AND late.claimed_at > ?)
  ) ORDER BY c.id`;

/** The family's chores, by id: an order that nothing changes. */
export async function choresOf(db: Queries, { family }: Pick<Membership, "family">, now: number): Promise<ChoreData[]> {
  return choresWhere(db, FAMILY_CHORES_WHERE, [family.id, now - SHOWN_AFTER_MS]);
}
