/**
 * Limits on guessing, by account and by address. They live in the database, so that they hold across processes and
 * restarts (docs/decisions/0011-rate-limits.md). Counted before the password is looked at: guesses sent in parallel
 * count, too.
 */
import { createHash } from "node:crypto";
import type { Queries } from "#db/database.ts";
import type { Context } from "#app/domain/context.ts";
import { DomainError } from "#app/domain/errors.ts";

export interface AttemptLimit {
  name: string;
  points: number;
  windowMs: number;
}

const MINUTE_MS = 60_000;
/** Wrong passwords for one account, from wherever. */
export const PER_ACCOUNT: AttemptLimit = { name: "sign-in-account", points: 10, windowMs: 15 * MINUTE_MS };
/** Wrong passwords from one address, for whomever: a family behind one address still gets in. */
export const PER_ADDRESS: AttemptLimit = { name: "sign-in-address", points: 50, windowMs: 15 * MINUTE_MS };
export const SIGN_UPS_PER_ADDRESS: AttemptLimit = { name: "sign-up-address", points: 200, windowMs: 60 * MINUTE_MS };

/** Keys are hashed: the table tells nobody who tried to sign in from where. */
const keyOf = (limit: AttemptLimit, who: string) => `${limit.name}:${createHash("sha256").update(who).digest("hex").slice(0, 32)}`;

const COUNT = `
  INSERT INTO attempts (key, points, expires_at) VALUES (?, 1, ?)
  ON CONFLICT (key) DO UPDATE SET
    points = CASE WHEN expires_at <= ? THEN 1 ELSE points + 1 END,
    expires_at = CASE WHEN expires_at <= ? THEN excluded.expires_at ELSE expires_at END
  RETURNING points, expires_at AS expiresAt`;

/**
 * Counts one attempt against every limit, in one write.
 * @throws DomainError rate-limited, with `minutes` to wait, when any is used up
 */
export async function countAttempt(ctx: Context, ...limits: [limit: AttemptLimit, who: string][]): Promise<void> {
  const now = ctx.now();
  const results = await ctx.db.batch(limits.map(([limit, who]) => ({ sql: COUNT, args: [keyOf(limit, who), now + limit.windowMs, now, now] })));
  const waits = limits.map(([limit], at) => {
    const row = results[at]![0]!;
    return Number(row["points"]) > limit.points ? Number(row["expiresAt"]) - now : 0;
  });
  const wait = Math.max(...waits);
  if (wait > 0) throw new DomainError("rate-limited", { values: { seconds: Math.ceil(wait / 1000), minutes: Math.ceil(wait / MINUTE_MS) } });
}

/** Takes one attempt back: it was right, so it does not count towards the limit. */
export async function forgiveAttempt(ctx: Context, ...limits: [limit: AttemptLimit, who: string][]): Promise<void> {
  await ctx.db.batch(limits.map(([limit, who]) => ({ sql: "UPDATE attempts SET points = points - 1 WHERE key = ? AND points > 0", args: [keyOf(limit, who)] })));
}

/** Counting starts anew, inside a transaction: what was guessed at is another password now. */
export const forgetAttempts = (tx: Queries, limit: AttemptLimit, who: string) => tx.all("DELETE FROM attempts WHERE key = ?", [keyOf(limit, who)]);

/** Removes windows that are over. @returns how many */
export async function pruneAttempts(ctx: Pick<Context, "db" | "now">): Promise<number> {
  const [rows = []] = await ctx.db.batch([{ sql: "DELETE FROM attempts WHERE expires_at <= ? RETURNING key", args: [ctx.now()] }]);
  return rows.length;
}
