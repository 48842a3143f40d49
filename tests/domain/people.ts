/** People for domain tests, straight into the database. */
import type { Context } from "#app/domain/context.ts";
import { insertUser } from "#app/domain/accounts/commands.server.ts";
import { newId } from "#app/domain/ids.ts";
import type { Viewer } from "#app/domain/viewer.ts";
import type { Database } from "#db/database.ts";

/** A context whose clock stands still unless moved. */
export function contextOver(db: Database, now = Date.UTC(2026, 2, 3, 12)): Context & { time: { now: number } } {
  const time = { now };
  return { db, newId, now: () => time.now, time };
}

/** A new member of the site, as the viewer of queries and commands. */
export async function person(ctx: Context, name: string, role: Viewer["role"] = "member"): Promise<Viewer> {
  const email = `${name.toLowerCase()}@people.test`;
  const userId = await ctx.db.transact((tx) => insertUser(tx, ctx, { name, email, passwordHash: null, timeZone: null, role }));
  return { userId: userId!, sessionId: ctx.newId(), name, email, role, hue: 0 };
}

/**
 * Many new people in a room, by statements of constant number, as if each had joined now.
 * @returns their ids, sorted
 */
export async function fillRoom(ctx: Context, conversationId: string, count: number): Promise<string[]> {
  const prefix = ctx.newId().slice(0, 24);
  const numbers = "WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < ?)";
  await ctx.db.batch([
    { sql: `INSERT INTO users (id, email, name, created_at) ${numbers} SELECT ? || printf('%08x', n), ? || n || '@crowd.test', 'Crowd ' || n, ? FROM n`, args: [count, prefix, prefix, ctx.now()] },
    {
      sql: `INSERT INTO conversation_members (conversation_id, user_id, joined_at, read_seq)
        ${numbers} SELECT c.id, ? || printf('%08x', n), ?, c.last_seq FROM n JOIN conversations c ON c.id = ?`,
      args: [count, prefix, ctx.now(), conversationId],
    },
    { sql: "UPDATE conversations SET member_count = member_count + ? WHERE id = ?", args: [count, conversationId] },
  ]);
  return Array.from({ length: count }, (_, index) => prefix + (index + 1).toString(16).padStart(8, "0"));
}
