/** Verbs that write conversations: domain rows and their events together, all or nothing. */
import { append, appendAll, appendStatements } from "#db/outbox/append.ts";
import type { Queries, Row, Statement } from "#db/database.ts";
import { directChannel, directKey, userChannel } from "#app/domain/channels.ts";
import type { Context } from "#app/domain/context.ts";
import { DomainError } from "#app/domain/errors.ts";
import type { Viewer } from "#app/domain/viewer.ts";
import { mentionedBy, type ConversationAudience } from "./audience.server.ts";
import { conversationAdded, messageDeleted, messageNotification, messageUpdated, newMessage, type MessageData } from "./events.ts";
import { mayOpenDirect } from "./policy.ts";
import { attachStatements, attachedIn, requireSame, STILL_FREE, stillFree } from "./attachments.server.ts";
import { lineOf } from "./preview.ts";
import { messageData, PREVIEW_LENGTH, SELECT_MESSAGE, type MessageRow } from "./queries.server.ts";
import { readStatements } from "./receipts.server.ts";
import type { SendInput } from "./schema.ts";

export { react } from "./reactions.server.ts";

/** A guard for the next statement of a batch: the one before it wrote something. */
const WROTE = { sql: "changes() > 0", args: [] };

/**
 * Opens the private chat of two people, making it if they have none.
 * @throws DomainError not-found when there is no such (enabled) other person
 */
export async function openDirect(ctx: Context, viewer: Viewer, input: { userId: string }): Promise<{ conversationId: string }> {
  return ctx.db.transact(async (tx) => {
    const [other] = await tx.all<{ id: string; disabledAt: number | null }>("SELECT id, disabled_at AS disabledAt FROM users WHERE id = ?", [input.userId]);
    if (!mayOpenDirect(viewer.userId, other)) throw new DomainError("not-found");
    const key = directKey(viewer.userId, other.id);
    const [made] = await tx.all<{ id: string }>(
      "INSERT INTO conversations (id, kind, direct_key, channel, member_count, created_at) VALUES (?, 'direct', ?, ?, 2, ?) ON CONFLICT (direct_key) DO NOTHING RETURNING id",
      [ctx.newId(), key, directChannel(viewer.userId, other.id), ctx.now()],
    );
    if (!made) {
      const [existing] = await tx.all<{ id: string }>("SELECT id FROM conversations WHERE direct_key = ?", [key]);
      return { conversationId: existing!.id };
    }
    await tx.all("INSERT INTO conversation_members (conversation_id, user_id, joined_at) VALUES (?, ?, ?), (?, ?, ?)", [made.id, viewer.userId, ctx.now(), made.id, other.id, ctx.now()]);
    await appendAll(tx, [viewer.userId, other.id].map((userId) => ({ type: conversationAdded, channel: userChannel(userId), payload: { conversationId: made.id } })), ctx);
    return { conversationId: made.id };
  });
}

interface Route {
  channel: string;
  /** Whom a message is a hint to: the other of a private chat; of a room, whoever then is in it. */
  audience: readonly string[] | ConversationAudience;
}

/** What never changes is looked up once a process; membership, which does, is checked in the write itself. */
const routes = new WeakMap<Context["db"], Map<string, Route>>();
const MAX_ROUTES = 10_000;

const ROUTE = "SELECT c.channel, c.direct_key AS directKey FROM conversations c JOIN conversation_members m ON m.conversation_id = c.id AND m.user_id = ? WHERE c.id = ?";

async function routeOf(ctx: Context, viewer: Viewer, conversationId: string): Promise<Route> {
  let known = routes.get(ctx.db);
  if (!known) routes.set(ctx.db, (known = new Map()));
  const cacheKey = `${conversationId} ${viewer.userId}`;
  const cached = known.get(cacheKey);
  if (cached) return cached;
  const [row] = await ctx.db.all<{ channel: string; directKey: string | null }>(ROUTE, [viewer.userId, conversationId]);
  if (!row) throw new DomainError("not-found");
  const others = row.directKey?.split("-").filter((userId) => userId !== viewer.userId);
  const route: Route = { channel: row.channel, audience: others ? others.map(userChannel) : { conversation: conversationId, except: viewer.userId } };
  if (known.size >= MAX_ROUTES) known.delete(known.keys().next().value!);
  known.set(cacheKey, route);
  return route;
}

const INSERT_MESSAGE = `
  INSERT INTO messages (id, conversation_id, seq, sender_id, client_id, body, kind, attachments, created_at)
  SELECT ?, c.id, c.last_seq + 1, m.user_id, ?, ?, 'text', ?, ?
  FROM conversations c JOIN conversation_members m ON m.conversation_id = c.id AND m.user_id = ?
  WHERE c.id = ?
  ON CONFLICT (sender_id, client_id) DO NOTHING
  RETURNING seq, (SELECT name FROM users WHERE id = sender_id) AS senderName, (SELECT hue FROM users WHERE id = sender_id) AS senderHue, (SELECT avatar FROM users WHERE id = sender_id) AS senderAvatar`;
/** The number is given inside the write, and name, hue and picture are those of now, not of when the request began. */
const PAYLOAD_OF_MESSAGE = `(
  SELECT json_set(?, '$.seq', m.seq, '$.senderName', u.name, '$.senderHue', u.hue, '$.senderAvatar', u.avatar)
  FROM messages m JOIN users u ON u.id = m.sender_id WHERE m.id = ?)`;
/** Only while all that it is to have is still there, and part of no other message. */
const INSERT_WITH_ATTACHMENTS = INSERT_MESSAGE.replace("WHERE c.id = ?", `WHERE c.id = ? AND ${STILL_FREE}`);
const BUMP_CONVERSATION = "UPDATE conversations SET last_seq = last_seq + 1, last_message_at = ? WHERE id = ? AND changes() > 0";
/** Also a repeated message is answered to members only. */
const MESSAGE_BY_CLIENT_ID = `${SELECT_MESSAGE}
  JOIN conversation_members me ON me.conversation_id = m.conversation_id AND me.user_id = m.sender_id
  WHERE m.sender_id = ? AND m.client_id = ?`;

/**
 * Sends a message: row, conversation, events in one batch (one round trip on a libSQL server; one more for what was sent before).
 * A repeated `clientId` gives the first message again and writes nothing.
 * @returns the message, and whether this call made it
 * @throws DomainError not-found for strangers, too; client-id-reused when the key came with another text, or other
 * pictures or files, before; attachment-gone when one of them is not there, or not the sender's
 */
export async function sendMessage(ctx: Context, viewer: Viewer, input: SendInput): Promise<{ message: MessageData; created: boolean }> {
  const { channel, audience } = await routeOf(ctx, viewer, input.conversationId);
  const mentioned = Array.isArray(audience) ? [] : await mentionedBy(ctx.db, { conversationId: input.conversationId, senderId: viewer.userId, body: input.body });
  const attached = await attachedIn(ctx.db, viewer, input);
  const id = ctx.newId();
  const createdAt = ctx.now();
  const payload: MessageData = {
    id,
    conversationId: input.conversationId,
    seq: 0,
    senderId: viewer.userId,
    senderName: viewer.name,
    senderHue: viewer.hue,
    senderAvatar: viewer.avatar ?? null,
    clientId: input.clientId,
    body: input.body,
    kind: "text",
    createdAt,
    editedAt: null,
    deletedAt: null,
    reactionVersion: 0,
    images: attached?.images ?? [],
    files: attached?.files ?? [],
    reactions: [],
  };
  const preview = lineOf(payload).slice(0, PREVIEW_LENGTH).toWellFormed();
  const hint = { conversationId: input.conversationId, messageId: id, senderName: viewer.name, preview, ...(mentioned.length > 0 && { mentioned }) };
  const statements: Statement[] = [
    { sql: attached ? INSERT_WITH_ATTACHMENTS : INSERT_MESSAGE, args: [id, input.clientId, input.body, attached && JSON.stringify(attached), createdAt, viewer.userId, input.conversationId, ...(attached ? stillFree(attached) : [])] },
    { sql: BUMP_CONVERSATION, args: [createdAt, input.conversationId] },
    ...appendStatements(
      {
        type: newMessage,
        channel,
        payload,
        payloadSql: { sql: PAYLOAD_OF_MESSAGE, args: [JSON.stringify(payload), id] },
        when: WROTE,
      },
      ctx,
    ),
    ...appendStatements({ type: messageNotification, audience, payload: hint, when: WROTE }, ctx),
    ...(attached ? attachStatements(attached, id) : []),
  ];
  const written = (await ctx.db.batch(statements))[0]?.[0] as (Row & Pick<MessageData, "seq" | "senderName" | "senderHue" | "senderAvatar">) | undefined;
  if (written) return { message: { ...payload, ...written }, created: true };
  const [row] = await ctx.db.all<MessageRow>(MESSAGE_BY_CLIENT_ID, [viewer.userId, input.clientId]);
  // A member a moment ago: what is missing is one of the pictures.
  if (!row) throw new DomainError(attached && (await ctx.db.all(STILL_MEMBER, [input.conversationId, viewer.userId])).length > 0 ? "attachment-gone" : "not-found");
  if (row.conversationId !== input.conversationId || row.body !== input.body) throw new DomainError("client-id-reused", { field: "clientId" });
  requireSame(row, input);
  return { message: messageData(row), created: false };
}

const STILL_MEMBER = "SELECT 1 AS one FROM conversation_members WHERE conversation_id = ? AND user_id = ?";

/**
 * Moves the viewer's read position up to a message; never back (then nothing is written and nobody is told). The viewer's own
 * devices are told, and the others where the viewer lets them see it and the room is not too large for it.
 * @throws DomainError not-found for strangers, too
 */
export async function markRead(ctx: Context, viewer: Viewer, input: { conversationId: string; upTo: string }): Promise<void> {
  const { channel } = await routeOf(ctx, viewer, input.conversationId);
  const answers = await ctx.db.batch([...readStatements(ctx, viewer, { ...input, channel }), { sql: STILL_MEMBER, args: [input.conversationId, viewer.userId] }]);
  if (answers.at(-1)?.length === 0) throw new DomainError("not-found");
}

const OWN_MESSAGE = `${SELECT_MESSAGE}
  JOIN conversation_members me ON me.conversation_id = m.conversation_id AND me.user_id = m.sender_id AND m.seq > me.history_from
  WHERE m.id = ? AND m.conversation_id = ? AND m.sender_id = ? AND m.deleted_at IS NULL`;

async function ownMessage(tx: Queries, viewer: Viewer, input: { conversationId: string; messageId: string }): Promise<MessageData> {
  const [row] = await tx.all<MessageRow>(OWN_MESSAGE, [input.messageId, input.conversationId, viewer.userId]);
  if (!row) throw new DomainError("not-found");
  return messageData(row);
}

const EDITED_BEFORE = "SELECT 1 AS one FROM message_edits WHERE message_id = ? AND client_id = ?";

/**
 * Changes the text of one's own message; what it said before is kept for a day (docs/messages.md). Of several devices the one
 * that comes last wins, whole. The same text again writes nothing.
 * @param input `clientId`: minted by the device; an edit that is repeated under it (its answer was lost) does not undo a later one
 * @throws DomainError not-found for what is not one's own, is deleted, or was never there
 */
export async function editMessage(ctx: Context, viewer: Viewer, input: { conversationId: string; messageId: string; body: string; clientId?: string }): Promise<MessageData> {
  const { channel } = await routeOf(ctx, viewer, input.conversationId);
  return ctx.db.transact(async (tx) => {
    const before = await ownMessage(tx, viewer, input);
    if (before.body === input.body) return before;
    if (input.clientId && (await tx.all(EDITED_BEFORE, [before.id, input.clientId])).length > 0) return before;
    // Rises with every edit, whatever the clock does: readers keep the highest.
    const editedAt = Math.max(ctx.now(), (before.editedAt ?? before.createdAt) + 1);
    const message: MessageData = { ...before, body: input.body, editedAt };
    await tx.all("INSERT INTO message_edits (id, message_id, client_id, body, created_at) VALUES (?, ?, ?, ?, ?)", [ctx.newId(), message.id, input.clientId ?? null, before.body, ctx.now()]);
    await tx.all("UPDATE messages SET body = ?, edited_at = ? WHERE id = ?", [message.body, editedAt, message.id]);
    await append(tx, { type: messageUpdated, channel, payload: message }, ctx);
    return message;
  });
}

/**
 * The message's own event and its hint are neighbours: one batch wrote them. Index: outbox_events_channel_seq, within
 * this one channel, backwards to the message's own event: mostly what is new is deleted, and a room's log may be long.
 */
const SCRUB_EVENTS = `
  UPDATE outbox_events SET payload = json_set(payload, '$.body', '', '$.images', json('[]'), '$.files', json('[]'))
  WHERE channel = ?
    AND seq >= coalesce((SELECT own.seq FROM outbox_events own WHERE own.channel = ? AND own.event = 'new-message' AND json_extract(own.payload, '$.id') = ? ORDER BY own.seq DESC LIMIT 1), 0)
    AND event IN ('new-message', 'message-updated') AND json_extract(payload, '$.id') = ?
  RETURNING seq, event`;
const SCRUB_HINT = "UPDATE outbox_events SET payload = json_set(payload, '$.preview', '') WHERE seq = ? AND event = 'message-notification' AND json_extract(payload, '$.messageId') = ?";

/**
 * Deletes one's own message: its place stays; its text goes from the conversation, the log, the history of edits and (by a
 * trigger) the search index, and the reactions go with it.
 * @throws DomainError not-found for what is not one's own, is deleted already, or was never there
 */
export async function deleteMessage(ctx: Context, viewer: Viewer, input: { conversationId: string; messageId: string }): Promise<void> {
  const { channel } = await routeOf(ctx, viewer, input.conversationId);
  // One time for the row and the event: whoever folds the event over older data has what a fresh load gives.
  const at = ctx.now();
  await ctx.db.transact(async (tx) => {
    const { id } = await ownMessage(tx, viewer, input);
    // Asked for at once: they run in this order, and on a libSQL server in one round trip, while nobody else can write.
    const [scrubbed] = await Promise.all([
      tx.all<{ seq: number; event: string }>(SCRUB_EVENTS, [channel, channel, id, id]),
      tx.all("UPDATE messages SET body = '', attachments = NULL, deleted_at = ? WHERE id = ?", [at, id]),
      // Their files go with them: images_leave and files_leave tell the job that deletes them.
      ...["images", "files", "message_edits", "message_reactions"].map((table) => tx.all(`DELETE FROM ${table} WHERE message_id = ?`, [id])),
    ]);
    const sent = scrubbed.find(({ event }) => event === newMessage.name);
    await Promise.all([
      sent && tx.all(SCRUB_HINT, [sent.seq + 1, id]),
      append(tx, { type: messageDeleted, channel, payload: { id, conversationId: input.conversationId } }, { ...ctx, now: () => at }),
    ]);
  });
}
