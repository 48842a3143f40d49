/** The check of the database: does it answer, how fast, what is in it. */
import type { Settings } from "#app/config/settings.ts";
import type { Database, Queries } from "#db/database.ts";
import { tokenRefused } from "#db/token-refused.ts";
import { identityOf, sizesOf, type DatabaseIdentity } from "#db/facts.ts";
import type { DatabaseCode } from "./codes.ts";
import type { DatabaseCheck } from "./database-check.ts";
import { tursoPlan } from "./turso.server.ts";

/** Odd, so that there is a middle one. */
const QUESTIONS = 5;
/** For each step; the drivers wait longer, an admin does not. */
const ANSWER_WITHIN_MS = 5_000;

export type DatabaseSettings = Pick<Settings, "databaseUrl" | "databaseAuthToken" | "turso">;

/** Which database it is: what the card's badge says. Needs no connection. */
export const databaseIdentity = ({ databaseUrl }: Pick<Settings, "databaseUrl">): DatabaseIdentity => identityOf(databaseUrl);

/** Counts of tables are scans: only ever on demand. */
const COUNTS = `SELECT (SELECT count(*) FROM users) AS people, (SELECT count(*) FROM conversations) AS conversations,
  (SELECT count(*) FROM messages) AS messages, (SELECT count(*) FROM outbox_events) AS events`;

/** @param now ms since 1970. Never rejects for what the database does: it is what the check is about. */
export async function checkDatabase(db: Queries, settings: DatabaseSettings, now: () => number): Promise<DatabaseCheck> {
  const provider = tursoPlan(settings.turso);
  try {
    const latencyMs = await latencyOf(db);
    const sizes = await within(sizesOf(db, settings.databaseUrl));
    const [counts] = await within(db.all<NonNullable<DatabaseCheck["facts"]>["counts"]>(COUNTS));
    return { at: now(), code: null, latencyMs, facts: { ...sizes, counts: counts! }, provider: await provider };
  } catch (error) {
    return { at: now(), code: await databaseCode(error, settings), latencyMs: null, facts: null, provider: await provider };
  }
}

/** The middle one of some questions, ms. @throws what the driver throws; DatabaseSilentError */
export async function latencyOf(db: Pick<Database, "all">): Promise<number> {
  const times: number[] = [];
  for (let question = 0; question < QUESTIONS; question++) {
    const startedAt = performance.now();
    await within(db.all("SELECT 1 AS one"));
    times.push(performance.now() - startedAt);
  }
  return Math.round(times.sort((a, b) => a - b)[(QUESTIONS - 1) / 2]! * 1_000) / 1_000;
}

/** What a failure of the database means: its token refused, or anything else. */
export async function databaseCode(error: unknown, { databaseUrl, databaseAuthToken }: Omit<DatabaseSettings, "turso">): Promise<DatabaseCode> {
  return (await tokenRefused(error, { url: databaseUrl, authToken: databaseAuthToken })) ? "UNAUTHORIZED" : "DB_ERROR";
}

class DatabaseSilentError extends Error {
  override name = "DatabaseSilentError";
}

function within<T>(answer: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new DatabaseSilentError(`no answer within ${ANSWER_WITHIN_MS} ms`)), ANSWER_WITHIN_MS);
    answer.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
