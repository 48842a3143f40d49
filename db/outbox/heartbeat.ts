/** The relays that run, as each of them says itself. The lease alone says who leads. */
import type { Database, Queries } from "#db/database.ts";

/** A relay without a sign of life for this long is shown as silent. */
export const RELAY_SILENT_AFTER_MS = 10_000;
/** So long it is remembered for those who look for the reason. */
const REMEMBERED_MS = 60 * 60_000;
/** The row in `leases` that says when somebody last had the console open: nobody else needs to be told of changes. */
const WATCH_MARK = "console-watch";
/** How long one look counts. */
export const WATCHED_FOR_MS = 60_000;

export interface Heartbeat {
  /** As holder of the lease. */
  id: string;
  version: string;
  /** Ms since 1970. */
  startedAt: number;
  seenAt: number;
  /** The fencing token while it leads. */
  token: number | null;
  /** Events in requests that are under way. */
  inFlight: number;
  /** Since it started. */
  published: number;
  /** Why nothing goes out at present. */
  outage: string | null;
}

const BEAT = `
  INSERT INTO relay_heartbeats (id, version, started_at, seen_at, token, in_flight, published, outage) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (id) DO UPDATE SET seen_at = excluded.seen_at, token = excluded.token, in_flight = excluded.in_flight, published = excluded.published, outage = excluded.outage`;
const FORGET = "DELETE FROM relay_heartbeats WHERE seen_at < ?";
const WATCHED_AT = "SELECT renewed_at AS watchedAt FROM leases WHERE name = ?";

/** Shows that a relay lives. @returns when somebody last looked at the console (ms since 1970); null: never */
export async function beat(db: Database, { id, version, startedAt, seenAt, token, inFlight, published, outage }: Heartbeat): Promise<{ watchedAt: number | null }> {
  const answers = await db.batch([
    { sql: BEAT, args: [id, version, startedAt, seenAt, token, inFlight, published, outage] },
    { sql: FORGET, args: [seenAt - REMEMBERED_MS] },
    { sql: WATCHED_AT, args: [WATCH_MARK] },
  ]);
  return { watchedAt: (answers[2]?.[0]?.["watchedAt"] as number | undefined) ?? null };
}

/** Takes a relay off the list, because it stops. */
export async function stopBeating(db: Database, id: string): Promise<void> {
  await db.batch([{ sql: "DELETE FROM relay_heartbeats WHERE id = ?", args: [id] }]);
}

const READ = `
  SELECT id, version, started_at AS startedAt, seen_at AS seenAt, token, in_flight AS inFlight, published, outage
  FROM relay_heartbeats ORDER BY started_at, id LIMIT 50`;

/** All that are known of, the oldest first. */
export const heartbeats = (db: Queries) => db.all<Heartbeat>(READ);

const WATCH = `
  INSERT INTO leases (name, beat, renewed_at) VALUES (?, 1, ?)
  ON CONFLICT (name) DO UPDATE SET beat = beat + 1, renewed_at = excluded.renewed_at`;

/** Notes that somebody has the console open, at most every half minute. @param now ms since 1970 */
export async function noteWatching(db: Database, now: number): Promise<void> {
  const [mark] = await db.all<{ watchedAt: number | null }>(WATCHED_AT, [WATCH_MARK]);
  if (mark?.watchedAt != null && mark.watchedAt > now - WATCHED_FOR_MS / 2 && mark.watchedAt <= now) return;
  await db.batch([{ sql: WATCH, args: [WATCH_MARK, now] }]);
}
