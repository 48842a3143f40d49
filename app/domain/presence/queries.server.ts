/** Who of the viewer's contacts is here. */
import { logHead } from "#db/outbox/log.ts";
import type { Context } from "#app/domain/context.ts";
import type { Viewer } from "#app/domain/viewer.ts";
import type { UserStatus } from "./events.ts";
import { MAX_STATUSES, type Statuses } from "./statuses.ts";
import { MAX_ACQUAINTED } from "./rows.server.ts";

// Indexes: primary keys, conversation_members_user.
export const STATUSES_SQL = `
  SELECT u.id AS userId, p.online, p.last_active AS lastActive
  FROM json_each(?) AS wanted
  CROSS JOIN users u ON u.id = wanted.value AND u.show_last_active = 1 AND u.disabled_at IS NULL
  JOIN user_presence p ON p.user_id = u.id
  WHERE EXISTS (
    SELECT 1 FROM conversation_members me
    JOIN conversations c ON c.id = me.conversation_id AND c.member_count <= ${MAX_ACQUAINTED}
    JOIN conversation_members them ON them.conversation_id = c.id AND them.user_id = u.id
    WHERE me.user_id = ?
  )`;

/**
 * How the viewer may see these people: those who share a conversation of up to MAX_ACQUAINTED members with the
 * viewer and show when they are here. All others are left out, whoever they are.
 */
export async function statusesFor(ctx: Context, viewer: Viewer, userIds: readonly string[]): Promise<Statuses> {
  const asked = [...new Set(userIds)].slice(0, MAX_STATUSES);
  const wanted = asked.filter((userId) => userId !== viewer.userId);
  // The log first: a change that commits in between comes again by its hint.
  const { epoch, seq } = await logHead(ctx.db);
  const rows = wanted.length === 0 ? [] : await ctx.db.all<{ userId: string; online: number; lastActive: number }>(STATUSES_SQL, [JSON.stringify(wanted), viewer.userId]);
  const statuses: UserStatus[] = rows.map(({ userId, online, lastActive }) => ({ userId, online: online === 1, lastActive }));
  return { epoch, seq, now: ctx.now(), asked, statuses };
}
