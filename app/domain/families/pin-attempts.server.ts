/**
 * Locks after wrong PINs, by family code and user name, whether such a child exists or not. Counted before the PIN is
 * looked at: guesses sent in parallel count, too.
 */
import { createHash } from "node:crypto";
import type { Queries } from "#db/database.ts";
import type { Context } from "#app/domain/context.ts";
import { DomainError } from "#app/domain/errors.ts";

/** So many wrong ones lock, and so many more lock for longer. */
export const TRIES_A_LOCK = 5;
const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
/** 10,000 PINs at five a day: more than five years. */
export const LOCKS_MS = [MINUTE_MS, 5 * MINUTE_MS, 30 * MINUTE_MS, 2 * 60 * MINUTE_MS, DAY_MS] as const;
/** What is kept after the last try, so that waiting out the longest lock does not begin with the shortest again. */
const KEPT_MS = 7 * DAY_MS;

/** Hashed: the table tells nobody which names were tried. */
export const pinKey = (familyCode: string, userName: string) => createHash("sha256").update(`${familyCode}\n${userName}`).digest("hex");

const LOCK_FOR = `CASE (wrong + 1) / ${TRIES_A_LOCK} ${LOCKS_MS.slice(0, -1).map((ms, index) => `WHEN ${index + 1} THEN ${ms}`).join(" ")} ELSE ${LOCKS_MS.at(-1)} END`;

const COUNT = `
  INSERT INTO pin_attempts (key, wrong, last_at) VALUES (?, 1, ?)
  ON CONFLICT (key) DO UPDATE SET wrong = wrong + 1, last_at = excluded.last_at,
    locked_until = CASE WHEN (wrong + 1) % ${TRIES_A_LOCK} = 0 THEN excluded.last_at + ${LOCK_FOR} ELSE 0 END
  WHERE locked_until <= excluded.last_at
  RETURNING wrong`;

/**
 * Counts a try as a wrong one; `forgivePin` takes it back.
 * @throws DomainError pin-locked, with `seconds` and `minutes` to wait
 */
export async function countPin(ctx: Context, key: string): Promise<void> {
  const now = ctx.now();
  const [counted, locked] = await ctx.db.batch([{ sql: COUNT, args: [key, now] }, { sql: "SELECT locked_until AS lockedUntil FROM pin_attempts WHERE key = ?", args: [key] }]);
  if (counted!.length > 0) return;
  const waitMs = Number(locked![0]!["lockedUntil"]) - now;
  throw new DomainError("pin-locked", { field: "pin", values: { seconds: Math.ceil(waitMs / 1000), minutes: Math.ceil(waitMs / MINUTE_MS) } });
}

/** The PIN was right, or is another now: counting starts anew. */
export const forgivePin = (tx: Queries, key: string) => tx.all("DELETE FROM pin_attempts WHERE key = ?", [key]);

/** Removes what is long past. Index: pin_attempts_last. @returns how many */
export async function prunePinAttempts(ctx: Pick<Context, "db" | "now">): Promise<number> {
  const [rows = []] = await ctx.db.batch([{ sql: "DELETE FROM pin_attempts WHERE last_at <= ? RETURNING key", args: [ctx.now() - KEPT_MS] }]);
  return rows.length;
}
