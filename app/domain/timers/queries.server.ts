/** Reads of timers, for a membership that its caller has found. */
import type { Queries } from "#db/database.ts";
import type { Membership } from "#app/domain/families/membership.server.ts";
import type { TimerData } from "./machine.ts";
import { TIMER_COLUMNS } from "./rows.server.ts";

export { templatesOf, type TimerTemplate } from "./templates.server.ts";

/** What is on the dashboard: running, paused, and expired ones that nobody has confirmed. Index: timers_open. */
export const OPEN_TIMERS_SQL = `SELECT ${TIMER_COLUMNS} FROM timers t WHERE t.family_id = ? AND t.state IN ('running', 'paused', 'expired') ORDER BY t.id`;

/** The family's timers that are not over, by id: an order that nothing changes. */
export async function openTimersOf(db: Queries, { family }: Pick<Membership, "family">): Promise<TimerData[]> {
  return db.all<TimerData>(OPEN_TIMERS_SQL, [family.id]);
}
