/** What conversations are told of their members. */
import type { Queries } from "#db/database.ts";
import { appendAll } from "#db/outbox/append.ts";
import type { Context } from "#app/domain/context.ts";
import { memberChanged } from "./events.ts";

/** Also those that somebody has left: their messages stay there. Indexes: conversation_members_user, messages_sender_client, for what is a rare change. */
const WHERE_SEEN = `
  SELECT c.id, c.channel FROM conversations c
  WHERE c.id IN (SELECT conversation_id FROM conversation_members WHERE user_id = ? UNION SELECT conversation_id FROM messages WHERE sender_id = ?)`;

/** Tells every conversation of somebody's new name, within the transaction that changes it: open screens show it without a load. */
export async function tellName(tx: Queries, ctx: Context, { userId, name }: { userId: string; name: string }): Promise<void> {
  const conversations = await tx.all<{ id: string; channel: string }>(WHERE_SEEN, [userId, userId]);
  await appendAll(tx, conversations.map(({ id, channel }) => ({ type: memberChanged, channel, payload: { conversationId: id, userId, name } })), ctx);
}

/** Tells every conversation of somebody's new picture, or of none, as of a new name. */
export async function tellAvatar(tx: Queries, ctx: Context, { userId, name, avatar }: { userId: string; name: string; avatar: string | null }): Promise<void> {
  const conversations = await tx.all<{ id: string; channel: string }>(WHERE_SEEN, [userId, userId]);
  await appendAll(tx, conversations.map(({ id, channel }) => ({ type: memberChanged, channel, payload: { conversationId: id, userId, name, avatar } })), ctx);
}
