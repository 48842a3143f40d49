/** What an admin sees first: how much waits, what failed and why. From small indexes, and counted only so far. */
import type { Queries } from "#db/database.ts";

/** What is more is told as "more than". */
export const COUNTED_UP_TO = 100_000;
/** Of one cause. */
export const GROUP_COUNTED_UP_TO = 10_000;
const MOST_GROUPS = 30;

export interface Waiting {
  pending: number;
  /** Of the pending ones, those that failed before. */
  retrying: number;
  dead: number;
  dropped: number;
  /** When the oldest pending event was committed, ms since 1970; null when none waits. */
  oldestPendingAt: number | null;
}

const counted = (index: string, where: string) => `(SELECT count(*) FROM (SELECT 1 FROM outbox_events INDEXED BY ${index} WHERE ${where} LIMIT ${COUNTED_UP_TO + 1}))`;

export const WAITING_SQL = `SELECT
  ${counted("outbox_events_pending", "state = 'pending'")} AS pending,
  ${counted("outbox_events_retrying", "state = 'pending' AND attempts > 0")} AS retrying,
  ${counted("outbox_events_dead", "state = 'dead'")} AS dead,
  ${counted("outbox_events_dropped", "state = 'dropped'")} AS dropped,
  (SELECT created_at FROM outbox_events INDEXED BY outbox_events_pending WHERE state = 'pending' ORDER BY seq LIMIT 1) AS oldestPendingAt`;

export const waiting = async (db: Queries): Promise<Waiting> => (await db.all<Waiting>(WAITING_SQL))[0]!;

export interface FailureGroup {
  signature: string;
  state: "dead" | "pending";
  /** At most GROUP_COUNTED_UP_TO + 1. */
  count: number;
  /** Commit times of the oldest and the newest of them, ms since 1970. */
  oldestAt: number;
  newestAt: number;
  /** The error of the newest in full. */
  example: string;
}

// Leaps from signature to signature in the index (state, signature, seq), instead of walking through all it holds.
export const FAILURES_SQL = `
  WITH RECURSIVE wanted(state) AS (VALUES ('dead'), ('pending')),
  cause(state, signature, number) AS (
    SELECT wanted.state, (SELECT min(first.signature) FROM outbox_events AS first INDEXED BY outbox_events_failures WHERE first.state = wanted.state AND first.signature IS NOT NULL), 1 FROM wanted
    UNION ALL
    SELECT cause.state, (SELECT min(later.signature) FROM outbox_events AS later INDEXED BY outbox_events_failures WHERE later.state = cause.state AND later.signature > cause.signature), cause.number + 1
    FROM cause WHERE cause.signature IS NOT NULL AND cause.number < ${MOST_GROUPS}
  ),
  bounds AS MATERIALIZED (
    SELECT cause.state, cause.signature,
      (SELECT count(*) FROM (SELECT 1 FROM outbox_events AS own INDEXED BY outbox_events_failures WHERE own.state = cause.state AND own.signature = cause.signature LIMIT ${GROUP_COUNTED_UP_TO + 1})) AS count,
      (SELECT min(own.seq) FROM outbox_events AS own INDEXED BY outbox_events_failures WHERE own.state = cause.state AND own.signature = cause.signature) AS oldest,
      (SELECT max(own.seq) FROM outbox_events AS own INDEXED BY outbox_events_failures WHERE own.state = cause.state AND own.signature = cause.signature) AS newest
    FROM cause WHERE cause.signature IS NOT NULL
  )
  SELECT bounds.signature AS signature, bounds.state AS state, bounds.count AS count, oldest.created_at AS oldestAt, newest.created_at AS newestAt, newest.last_error AS example
  FROM bounds CROSS JOIN outbox_events AS oldest ON oldest.seq = bounds.oldest CROSS JOIN outbox_events AS newest ON newest.seq = bounds.newest
  ORDER BY bounds.count DESC, bounds.newest DESC`;

/** Failures by cause, the most frequent first: of the dead ones, and of those that are still tried. */
export const failureGroups = (db: Queries) => db.all<FailureGroup>(FAILURES_SQL);
