/** Read positions and who is told of them: everybody of the conversation, or one's own devices only. */
import type { Queries, Statement } from "#db/database.ts";
import { appendAll, appendStatements } from "#db/outbox/append.ts";
import { userChannel } from "#app/domain/channels.ts";
import type { Context } from "#app/domain/context.ts";
import type { Viewer } from "#app/domain/viewer.ts";
import { memberChanged, messageRead, unreadChanged } from "./events.ts";
import { MAX_PRESENT } from "./limits.ts";

/** A guard for the next statement of a batch: the one before it wrote something. */
const WROTE = { sql: "changes() > 0", args: [] };

/** Never back, and only by a message of this conversation. Indexes: the primary keys of messages and conversation_members. */
const ADVANCE = `
  UPDATE conversation_members SET read_seq = t.seq, read_at = ?
  FROM (SELECT seq FROM messages WHERE id = ? AND conversation_id = ?) AS t
  WHERE conversation_id = ? AND user_id = ? AND read_seq < t.seq`;

const IS_SHOWN = "EXISTS (SELECT 1 FROM conversations c JOIN users u ON u.id = ? WHERE c.id = ? AND u.show_receipts = 1 AND c.member_count <= ?)";

/**
 * Moves the viewer's read position, for `db.batch`. The viewer's own devices are told on their own channel, which each
 * of them hears whatever it shows; the others where they may see it. That is decided inside the write: a setting
 * changed, or a member come, in between is respected.
 */
export function readStatements(ctx: Context, viewer: Viewer, input: { conversationId: string; upTo: string; channel: string }): Statement[] {
  const { conversationId, upTo, channel } = input;
  const { userId } = viewer;
  const readAt = ctx.now();
  const position = { conversationId, upTo, upToSeq: 0, readAt };
  const withSeq = (payload: object) => ({ sql: "json_set(?, '$.upToSeq', (SELECT seq FROM messages WHERE id = ?))", args: [JSON.stringify(payload), upTo] });
  const told = { ...position, userId };
  return [
    { sql: ADVANCE, args: [readAt, upTo, conversationId, conversationId, userId] },
    ...appendStatements({ type: unreadChanged, channel: userChannel(userId), payload: position, payloadSql: withSeq(position), when: WROTE }, ctx),
    ...appendStatements({ type: messageRead, channel, payload: told, payloadSql: withSeq(told), when: { sql: `${WROTE.sql} AND ${IS_SHOWN}`, args: [userId, conversationId, MAX_PRESENT] } }, ctx),
  ];
}

/** Where somebody has read something, but for rooms in which no one is told. Index: conversation_members_user, messages_conversation_seq. */
const OWN_POSITIONS = `
  SELECT c.id AS conversationId, c.channel, m.read_seq AS upToSeq, m.read_at AS readAt, t.id AS upTo
  FROM conversation_members m
  JOIN conversations c ON c.id = m.conversation_id AND c.member_count <= ?
  JOIN messages t ON t.conversation_id = c.id AND t.seq = m.read_seq
  WHERE m.user_id = ? AND m.read_at IS NOT NULL`;

/** Within the transaction that changes the setting: open screens of the others forget the person's positions, or learn them. */
export async function tellReceipts(tx: Queries, ctx: Context, { userId, name, shown }: { userId: string; name: string; shown: boolean }): Promise<void> {
  const positions = await tx.all<{ conversationId: string; channel: string; upToSeq: number; readAt: number; upTo: string }>(OWN_POSITIONS, [MAX_PRESENT, userId]);
  if (shown) await appendAll(tx, positions.map(({ channel, ...position }) => ({ type: messageRead, channel, payload: { userId, ...position } })), ctx);
  else await appendAll(tx, positions.map(({ channel, conversationId }) => ({ type: memberChanged, channel, payload: { conversationId, userId, name, receipts: false as const } })), ctx);
}
