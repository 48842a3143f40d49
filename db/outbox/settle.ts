/**
 * Writes down what became of a chunk of events, in one request, if the writer still leads: the events' new state, what
 * went wrong each time, and the figures of that minute and hour. All three are of the same rows, or of none.
 */
import type { Database } from "#db/database.ts";
import { bucketOf } from "./histogram.ts";
import { RELAY_LEASE } from "./lease.ts";
import { ROLLUP_SPANS, type Measure } from "./rollups.ts";
import { signatureOf } from "./signature.ts";

export type Settlement =
  | { seq: number; state: "delivered"; attempts: number; publishedAt: number; latencyMs: number }
  /** `error`: `code: text`, secrets removed. `at`: ms since 1970. */
  | { seq: number; state: "dead"; attempts: number; error: string; at: number }
  /** To be tried again, not before `availableAt` (ms since 1970). */
  | { seq: number; state: "pending"; attempts: number; availableAt: number; error: string; at: number };

/**
 * The rows of a chunk that may still be settled; found by primary key (`+state` keeps the partial index out of it). A chunk
 * whose answer was lost is written again: what it has delivered or given up is pending no more, and what stays pending
 * has counted the attempt.
 */
const SETTLEABLE = `
  CROSS JOIN outbox_events AS event ON event.seq = chunk.value ->> 'seq' AND +event.state = 'pending'
    AND (chunk.value ->> 'measure' <> 'retried' OR event.attempts < chunk.value ->> 'attempts')
  WHERE EXISTS (SELECT 1 FROM leases WHERE name = ? AND token = ?)`;

// Before the rows change: what they are tells whether they count.
export const ROLL_UP_SQL = `
  INSERT INTO outbox_rollups (measure, span, at, bucket, count)
  SELECT counted.measure, span.value, counted.at / span.value * span.value, counted.bucket, sum(counted.count)
  FROM (
    SELECT chunk.value ->> 'measure' AS measure, chunk.value ->> 'at' AS at, chunk.value ->> 'bucket' AS bucket, count(*) AS count
    FROM json_each(?) AS chunk ${SETTLEABLE}
    GROUP BY 1, 2, 3
  ) AS counted CROSS JOIN json_each('${JSON.stringify(ROLLUP_SPANS)}') AS span
  WHERE true
  GROUP BY 1, 2, 3, 4
  ON CONFLICT (measure, span, at, bucket) DO UPDATE SET count = count + excluded.count`;

// One event may have failed more than once within a chunk.
export const ATTEMPTS_SQL = `
  INSERT INTO outbox_attempts (seq, number, at, outcome, error)
  SELECT event.seq, coalesce((SELECT max(earlier.number) FROM outbox_attempts AS earlier WHERE earlier.seq = event.seq), 0) + row_number() OVER (PARTITION BY event.seq ORDER BY chunk.key),
    chunk.value ->> 'at', chunk.value ->> 'measure', chunk.value ->> 'error'
  FROM json_each(?) AS chunk ${SETTLEABLE}`;

export const SETTLE_SQL = `
  UPDATE outbox_events SET
    state = chunk.state,
    attempts = chunk.attempts,
    available_at = coalesce(chunk.available_at, outbox_events.available_at),
    published_at = chunk.published_at,
    latency_ms = chunk.latency_ms,
    first_error = coalesce(outbox_events.first_error, chunk.first_error),
    last_error = coalesce(chunk.error, outbox_events.last_error),
    signature = coalesce(chunk.signature, outbox_events.signature)
  FROM (
    SELECT value ->> 'seq' AS seq, value ->> 'state' AS state, value ->> 'attempts' AS attempts,
      value ->> 'availableAt' AS available_at, value ->> 'publishedAt' AS published_at,
      value ->> 'latencyMs' AS latency_ms, value ->> 'firstError' AS first_error, value ->> 'error' AS error, value ->> 'signature' AS signature
    FROM json_each(?)
  ) AS chunk
  WHERE outbox_events.seq = chunk.seq AND +outbox_events.state = 'pending'
    AND EXISTS (SELECT 1 FROM leases WHERE name = ? AND token = ?)
  RETURNING outbox_events.seq`;

const LEADS = `SELECT 1 AS leads FROM leases WHERE name = ? AND token = ?`;

/**
 * @param token the fencing token of the lease under which the events were published
 * @returns how many events changed, and `fenced` when somebody else has taken the lease since (then none did)
 */
export async function settle(db: Database, token: number, chunk: readonly Settlement[], lease = RELAY_LEASE): Promise<{ changed: number; fenced: boolean }> {
  const led = [lease, token];
  const figures = chunk.map(figureOf);
  const failures = figures.filter(({ error }) => error !== null);
  const answers = await db.batch([
    { sql: ROLL_UP_SQL, args: [JSON.stringify(figures), ...led] },
    ...(failures.length > 0 ? [{ sql: ATTEMPTS_SQL, args: [JSON.stringify(failures), ...led] }] : []),
    { sql: SETTLE_SQL, args: [JSON.stringify(lastWords(chunk)), ...led] },
    { sql: LEADS, args: led },
  ]);
  const [changed, leads] = answers.slice(-2);
  return { changed: changed?.length ?? 0, fenced: leads?.length !== 1 };
}

/** How it counts, and where: a delivery by its latency, a failure by its kind. */
function figureOf(settlement: Settlement): { seq: number; attempts: number; measure: Measure; at: number; bucket: number; error: string | null } {
  const { seq, attempts } = settlement;
  if (settlement.state === "delivered") return { seq, attempts, measure: "accepted", at: settlement.publishedAt, bucket: bucketOf(settlement.latencyMs), error: null };
  return { seq, attempts, measure: settlement.state === "dead" ? "dead" : "retried", at: settlement.at, bucket: 0, error: settlement.error };
}

/** What stands in the end of each event: one that failed and was tried again before this was written comes twice. */
function lastWords(chunk: readonly Settlement[]) {
  const last = new Map<number, Settlement & { error?: string; firstError?: string; signature?: string }>();
  for (const settlement of chunk) {
    const before = last.get(settlement.seq);
    const error = "error" in settlement ? settlement.error : before?.error;
    if (error === undefined) last.set(settlement.seq, settlement);
    else last.set(settlement.seq, { ...settlement, error, firstError: before?.firstError ?? error, signature: signatureOf(error) });
  }
  return [...last.values()];
}
