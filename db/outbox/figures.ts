/** The outbox in figures, each from an index: cheap at a million rows, whatever their state. */
import type { Queries } from "#db/database.ts";

export interface OutboxFigures {
  pending: number;
  dead: number;
  /** The highest seq given so far. */
  lastSeq: number;
  /** When the oldest pending event was committed, ms since 1970; null when none waits. */
  oldestPendingAt: number | null;
}

export const FIGURES_SQL = `SELECT
  (SELECT count(*) FROM outbox_events INDEXED BY outbox_events_pending WHERE state = 'pending') AS pending,
  (SELECT count(*) FROM outbox_events INDEXED BY outbox_events_dead WHERE state = 'dead') AS dead,
  (SELECT coalesce(max(seq), 0) FROM outbox_events) AS lastSeq,
  (SELECT created_at FROM outbox_events INDEXED BY outbox_events_pending WHERE state = 'pending' ORDER BY seq LIMIT 1) AS oldestPendingAt`;

export async function outboxFigures(db: Queries): Promise<OutboxFigures> {
  return (await db.all<OutboxFigures>(FIGURES_SQL))[0]!;
}
