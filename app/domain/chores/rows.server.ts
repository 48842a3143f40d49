/** Chores as rows. */
import type { Queries, SqlValue } from "#db/database.ts";
import type { ChoreData, ChoreOccurrence } from "./chore.ts";

const OCCURRENCE = `json_object('dueOn', o.due_on, 'turn', o.turn, 'state', o.state, 'assignedTo', o.assigned_to,
  'claim', CASE WHEN l.id IS NULL THEN NULL ELSE json_object('id', l.id, 'memberId', l.member_id, 'claimedAt', l.claimed_at, 'stars', l.stars) END)`;

/** Whole chores in one statement, hence one snapshot. Indexes: the assignees' key, chore_occurrences_ahead, chore_occurrences_turn, the claims' key. */
export const CHORES_SQL = `
  SELECT c.id, c.name, c.icon, c.stars, c.recurrence, c.assignment, c.version, c.archived_at IS NOT NULL AS isArchived,
    (SELECT json_group_array(user_id) FROM (SELECT user_id FROM chore_assignees WHERE chore_id = c.id ORDER BY position)) AS assignees,
    (SELECT json_group_array(json(shown)) FROM (
      SELECT ${OCCURRENCE} AS shown FROM (
        SELECT * FROM chore_occurrences WHERE chore_id = c.id AND state <> 'done'
        UNION ALL SELECT * FROM (SELECT * FROM chore_occurrences WHERE chore_id = c.id AND state = 'done' ORDER BY turn DESC LIMIT 1)
      ) AS o LEFT JOIN chore_claims AS l ON l.id = o.claim_id ORDER BY o.turn
    )) AS occurrences
  FROM chores AS c`;

type ChoreRow = Omit<ChoreData, "recurrence" | "assignees" | "isArchived" | "occurrences"> & { recurrence: string; assignees: string; isArchived: number; occurrences: string };

/** @param where constant SQL over `chores AS c` */
export async function choresWhere(db: Queries, where: string, args: readonly SqlValue[]): Promise<ChoreData[]> {
  const rows = await db.all<ChoreRow>(`${CHORES_SQL} ${where}`, args);
  return rows.map(({ recurrence, assignees, isArchived, occurrences, ...row }) => ({
    ...row,
    recurrence: JSON.parse(recurrence) as ChoreData["recurrence"],
    assignees: JSON.parse(assignees) as string[],
    isArchived: isArchived === 1,
    occurrences: JSON.parse(occurrences) as ChoreOccurrence[],
  }));
}

/** @throws Error when there is none: whoever asks has just written it */
export async function choreById(db: Queries, id: string): Promise<ChoreData> {
  const [chore] = await choresWhere(db, "WHERE c.id = ?", [id]);
  if (!chore) throw new Error(`no chore ${id}`);
  return chore;
}

/** One time that a chore is due, also one long done. Indexes: the occurrences' key, the claims' key. */
export async function occurrenceOn(db: Queries, choreId: string, dueOn: string): Promise<ChoreOccurrence | null> {
  const [row] = await db.all<{ shown: string }>(`SELECT ${OCCURRENCE} AS shown FROM chore_occurrences AS o LEFT JOIN chore_claims AS l ON l.id = o.claim_id WHERE o.chore_id = ? AND o.due_on = ?`, [choreId, dueOn]);
  return row ? (JSON.parse(row.shown) as ChoreOccurrence) : null;
}

/** Counts a change. @returns the chore after it */
export async function nextVersion(tx: Queries, choreId: string): Promise<ChoreData> {
  const [, chore] = await Promise.all([tx.all("UPDATE chores SET version = version + 1 WHERE id = ?", [choreId]), choreById(tx, choreId)]);
  return chore;
}
