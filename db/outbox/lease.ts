/**
 * Who leads: one row, taken over only by those who have watched its beat stand still on their own clock.
 * Each verb is one statement, so that it costs one request on a libSQL server and cannot be half done.
 */
import type { Database, Queries } from "#db/database.ts";
import { REDRIVE_MARK } from "./redrive.ts";

/** The lease of the relay. */
export const RELAY_LEASE = "relay";

/** How long a beat must stand still, on the watcher's own monotonic clock, before the lease may be taken over. */
export const LEASE_MS = 2_000;

export interface LeaseRow {
  holder: string | null;
  /** The fencing token. */
  token: number;
  /** Goes up with every renewal. */
  beat: number;
  /** Wall clock of the last renewal, in ms since 1970. For people only. */
  renewedAt: number | null;
}

const READ = `SELECT holder, token, beat, renewed_at AS renewedAt FROM leases WHERE name = ?`;

/** The lease as it stands; null when nobody has ever held it. */
export async function readLease(db: Queries, name: string): Promise<LeaseRow | null> {
  return (await db.all<LeaseRow>(READ, [name]))[0] ?? null;
}

// The caller names what it saw: if anything has moved since, somebody is alive and nothing changes.
const ACQUIRE = `
  INSERT INTO leases (name, holder, token, beat, renewed_at) VALUES (?, ?, 1, 1, ?)
  ON CONFLICT (name) DO UPDATE
    SET holder = excluded.holder, token = token + 1, beat = beat + 1, renewed_at = excluded.renewed_at
    WHERE leases.holder IS NULL OR (leases.token = ? AND leases.beat = ?)
  RETURNING token`;

/**
 * Takes a lease that is free, or whose beat has not moved since `stale` was seen (the caller has waited LEASE_MS).
 * @returns the new fencing token, or null when somebody else holds it
 */
export async function acquireLease(db: Database, name: string, holder: string, now: number, stale?: Pick<LeaseRow, "token" | "beat">): Promise<number | null> {
  const [rows] = await db.batch([{ sql: ACQUIRE, args: [name, holder, now, stale?.token ?? -1, stale?.beat ?? -1] }]);
  return (rows?.[0]?.["token"] as number | undefined) ?? null;
}

const RENEW = `
  UPDATE leases SET beat = beat + 1, renewed_at = ? WHERE name = ? AND token = ? AND holder = ?
  RETURNING (SELECT beat FROM leases AS mark WHERE mark.name = '${REDRIVE_MARK}') AS redrives`;

/**
 * Shows that the holder lives.
 * @returns null when the lease belongs to somebody else by now; else how often rows have been put back (requeue.ts)
 */
export async function renewLease(db: Database, name: string, holder: string, token: number, now: number): Promise<{ redrives: number } | null> {
  const [rows] = await db.batch([{ sql: RENEW, args: [now, name, token, holder] }]);
  const row = rows?.[0];
  return row ? { redrives: (row["redrives"] as number | null) ?? 0 } : null;
}

// The token stays: the next holder gets a higher one.
const RELEASE = `UPDATE leases SET holder = NULL, beat = beat + 1 WHERE name = ? AND token = ? AND holder = ? RETURNING token`;

/** Gives the lease back, so that the next one need not wait. Returns false when it was lost before. */
export async function releaseLease(db: Database, name: string, holder: string, token: number): Promise<boolean> {
  const [rows] = await db.batch([{ sql: RELEASE, args: [name, token, holder] }]);
  return rows?.length === 1;
}
