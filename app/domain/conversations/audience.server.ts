/** Whom a message reaches beside its conversation's channel: asked when it is sent out, so that sending reads no member list. */
import type { Queries } from "#db/database.ts";
import { userChannel } from "#app/domain/channels.ts";
import { messageUpdated, newMessage, reactionChanged, type MessageNotification } from "./events.ts";
import { mentionedIn } from "./mentions.ts";

/** As it stands in the outbox: everybody in the conversation but the sender. A type, not an interface: those have no index signature. */
export type ConversationAudience = { conversation: string; except: string };

/**
 * Members who want to know of a message and have not read it. Who joined after it, or hides the conversation, gets
 * nothing. Indexes: the primary keys of members, users and messages.
 */
export const AUDIENCE = `
  SELECT m.user_id AS userId
  FROM conversation_members m JOIN users u ON u.id = m.user_id
  WHERE m.conversation_id = ? AND m.user_id <> ? AND u.disabled_at IS NULL
    AND m.read_seq < (SELECT seq FROM messages WHERE id = ?)
    AND (coalesce(m.notify_level, u.notify_level) = 'all' OR (coalesce(m.notify_level, u.notify_level) = 'mentions' AND m.user_id IN (SELECT value FROM json_each(?))))
  ORDER BY m.user_id`;

/**
 * The channels that a reference stands for, at this moment.
 * @param payload of the notification, as JSON
 * @throws SyntaxError for what is no such reference
 */
export async function audienceOf(db: Queries, reference: string, payload: string): Promise<string[]> {
  const { conversation, except } = JSON.parse(reference) as Partial<ConversationAudience>;
  const { messageId, mentioned = [] } = JSON.parse(payload) as Partial<MessageNotification>;
  if (typeof conversation !== "string" || typeof except !== "string" || typeof messageId !== "string") throw new SyntaxError("not an audience of a conversation");
  const rows = await db.all<{ userId: string }>(AUDIENCE, [conversation, except, messageId, JSON.stringify(mentioned)]);
  return rows.map(({ userId }) => userChannel(userId));
}

const NAMES = "SELECT u.id, u.name FROM conversation_members m JOIN users u ON u.id = m.user_id WHERE m.conversation_id = ? AND m.user_id <> ?";

/** Whom a text names; only one with an `@` in it costs a look at the members. */
export async function mentionedBy(db: Queries, { conversationId, senderId, body }: { conversationId: string; senderId: string; body: string }): Promise<string[]> {
  if (!body.includes("@")) return [];
  return mentionedIn(body, await db.all<{ id: string; name: string }>(NAMES, [conversationId, senderId]));
}

/** The last message from before somebody who is in a closed room now joined it. Indexes: conversations_channel, the members' primary key. */
export const NEWEST_BEGINNING = `
  SELECT c.channel, (SELECT max(m.history_from) FROM conversation_members m WHERE m.conversation_id = c.id) AS historyFrom
  FROM conversations c WHERE c.channel IN (SELECT value FROM json_each(?)) AND c.access = 'closed'`;

/**
 * Up to which message number the texts of closed rooms stay off the wire, by channel: some member of this moment may
 * not see them. Sync brings them to those who may.
 */
export async function withheldUpTo(db: Queries, channels: readonly string[]): Promise<Map<string, number>> {
  const rows = await db.all<{ channel: string; historyFrom: number | null }>(NEWEST_BEGINNING, [JSON.stringify(channels)]);
  return new Map(rows.map(({ channel, historyFrom }) => [channel, historyFrom ?? 0]));
}

/** Whether an event shows something of a message (its text, what was felt about it), which not every member of a closed room may see. */
export const showsText = (event: string): boolean => event === newMessage.name || event === messageUpdated.name || event === reactionChanged.name;
