/** Everything of one's own, for oneself: JSON, written piece by piece, so that a hundred thousand messages cost no memory. */
import type { Row } from "#db/database.ts";
import type { Context } from "#app/domain/context.ts";
import type { Viewer } from "#app/domain/viewer.ts";

const PAGE = 500;
export const EXPORT_VERSION = 1;

/** One row. */
const ACCOUNT = `
  SELECT id, name, email, role, language, digits, time_zone AS timeZone, notify_level AS notifyLevel, notify_sound AS notifySound, show_receipts AS showReceipts,
    show_last_active AS showLastActive, enter_sends AS enterSends, created_at AS createdAt
  FROM users WHERE id = ?`;

/** Lists of what is never much. */
const LISTS: Record<string, string> = {
  sessions: "SELECT user_agent AS userAgent, created_at AS createdAt, last_seen_at AS lastSeenAt FROM sessions WHERE user_id = ? ORDER BY created_at",
  conversations: `
    SELECT c.id, c.kind, coalesce(c.name, o.name) AS name, me.role, me.joined_at AS joinedAt, me.read_seq AS readUpTo, me.read_at AS readAt
    FROM conversation_members me JOIN conversations c ON c.id = me.conversation_id
    LEFT JOIN users o ON c.kind = 'direct' AND o.id = (SELECT them.user_id FROM conversation_members them WHERE them.conversation_id = c.id AND them.user_id <> me.user_id LIMIT 1)
    WHERE me.user_id = ? ORDER BY me.joined_at, c.id`,
  files: "SELECT name, bytes, conversation_id AS conversationId, message_id AS messageId, created_at AS createdAt FROM files WHERE uploaded_by = ? ORDER BY created_at",
  images: "SELECT id, target, width, height, message_id AS messageId, created_at AS createdAt FROM images WHERE uploaded_by = ? ORDER BY created_at",
  families: "SELECT f.name, m.role, m.joined_at AS joinedAt, m.revoked_at AS leftAt FROM family_members m JOIN families f ON f.id = m.family_id WHERE m.user_id = ? ORDER BY m.joined_at",
};

/** Lists that may be long, a page after another by their `cursor`. */
const LONG: Record<string, string> = {
  // Index: messages_sender_client.
  messages: `
    SELECT client_id AS cursor, id, conversation_id AS conversationId, seq, body, created_at AS createdAt, edited_at AS editedAt, deleted_at AS deletedAt
    FROM messages WHERE sender_id = ? AND client_id > ? ORDER BY client_id LIMIT ?`,
  reactions: `
    SELECT message_id || ' ' || emoji AS cursor, message_id AS messageId, emoji, created_at AS createdAt
    FROM message_reactions WHERE user_id = ? AND message_id || ' ' || emoji > ? ORDER BY message_id || ' ' || emoji LIMIT ?`,
  stars: `
    SELECT printf('%016d', seq) AS cursor, seq, amount, reason, created_at AS createdAt
    FROM star_ledger WHERE member_id = ? AND seq > CAST(? AS INTEGER) ORDER BY seq LIMIT ?`,
};

/** The pieces of one JSON document. */
export async function* exportOf(ctx: Context, viewer: Viewer): AsyncGenerator<string> {
  const { db } = ctx;
  const [account] = await db.all(ACCOUNT, [viewer.userId]);
  yield `{"version":${EXPORT_VERSION},"exportedAt":${ctx.now()},"account":${JSON.stringify(account)}`;
  for (const [name, sql] of Object.entries(LISTS)) yield `,"${name}":${JSON.stringify(await db.all(sql, [viewer.userId]))}`;
  for (const [name, sql] of Object.entries(LONG)) {
    yield `,"${name}":[`;
    let cursor = "";
    for (let isFirst = true; ; isFirst = false) {
      const rows = await db.all<Row & { cursor: string }>(sql, [viewer.userId, cursor, PAGE]);
      if (rows.length > 0) yield (isFirst ? "" : ",") + rows.map(({ cursor: _cursor, ...row }) => JSON.stringify(row)).join(",");
      if (rows.length < PAGE) break;
      cursor = rows.at(-1)!.cursor;
    }
    yield "]";
  }
  yield "}\n";
}
