import type { JobContext } from "./jobs.ts";

/** In one write, so that a sign-in never waits long; what is left over comes next time. Index: sessions_expires. */
const AT_ONCE = 1_000;

export const EXPIRED_SESSIONS_SQL = `
  DELETE FROM sessions WHERE id IN (SELECT id FROM sessions INDEXED BY sessions_expires WHERE expires_at <= ? LIMIT ${AT_ONCE})
  RETURNING 1 AS gone`;

/** Deletes sessions that have expired; they are refused in any case, this only frees their room. */
export async function deleteExpiredSessions({ db, now }: JobContext): Promise<{ sessions: number }> {
  const [rows] = await db.batch([{ sql: EXPIRED_SESSIONS_SQL, args: [now()] }]);
  return { sessions: rows?.length ?? 0 };
}
