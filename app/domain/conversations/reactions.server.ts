/** Reactions: an emoji of one's own on any message that one may see. */
import { append } from "#db/outbox/append.ts";
import type { Queries } from "#db/database.ts";
import type { Context } from "#app/domain/context.ts";
import { DomainError } from "#app/domain/errors.ts";
import type { Viewer } from "#app/domain/viewer.ts";
import { emojiOf } from "./emoji.server.ts";
import { reactionChanged } from "./events.ts";
import { MAX_EMOJI_ON_MESSAGE } from "./limits.ts";

/** Indexes: the primary keys of messages and members. */
const SEEN_MESSAGE = `
  SELECT c.channel, m.seq, m.reaction_version AS version FROM messages m
  JOIN conversations c ON c.id = m.conversation_id
  JOIN conversation_members me ON me.conversation_id = m.conversation_id AND me.user_id = ? AND m.seq > me.history_from
  WHERE m.id = ? AND m.conversation_id = ? AND m.deleted_at IS NULL`;
const OWN_REACTION = "SELECT 1 AS one FROM message_reactions WHERE message_id = ? AND user_id = ? AND emoji = ?";
const OTHER_EMOJI = "SELECT count(DISTINCT emoji) AS count FROM message_reactions WHERE message_id = ? AND emoji <> ?";

export interface ReactInput {
  conversationId: string;
  messageId: string;
  emoji: string;
  /** Absent: the other way than it is now. */
  on?: boolean;
}

/**
 * Gives a reaction, or takes it back. As it is already: nothing is written and nobody is told.
 * @returns the message's `reactionVersion` after it
 * @throws DomainError not-found for strangers, for what is deleted or was written before one joined a closed room; emoji-unknown;
 * too-many-reactions for a further emoji beyond MAX_EMOJI_ON_MESSAGE
 */
export async function react(ctx: Context, viewer: Viewer, input: ReactInput): Promise<{ version: number }> {
  const emoji = emojiOf(input.emoji);
  if (emoji === null) throw new DomainError("emoji-unknown", { field: "emoji" });
  return ctx.db.transact(async (tx) => {
    const { conversationId, messageId } = input;
    const [message] = await tx.all<{ channel: string; seq: number; version: number }>(SEEN_MESSAGE, [viewer.userId, messageId, conversationId]);
    if (!message) throw new DomainError("not-found");
    const isOn = (await tx.all(OWN_REACTION, [messageId, viewer.userId, emoji])).length > 0;
    const on = input.on ?? !isOn;
    if (on === isOn) return { version: message.version };
    const version = message.version + 1;
    if (on) await give(tx, { messageId, userId: viewer.userId, emoji, position: version, createdAt: ctx.now() });
    else await tx.all("DELETE FROM message_reactions WHERE message_id = ? AND user_id = ? AND emoji = ?", [messageId, viewer.userId, emoji]);
    await tx.all("UPDATE messages SET reaction_version = ? WHERE id = ?", [version, messageId]);
    await append(tx, { type: reactionChanged, channel: message.channel, payload: { conversationId, messageId, seq: message.seq, userId: viewer.userId, emoji, on, version } }, ctx);
    return { version };
  });
}

async function give(tx: Queries, { messageId, userId, emoji, position, createdAt }: { messageId: string; userId: string; emoji: string; position: number; createdAt: number }): Promise<void> {
  const [others] = await tx.all<{ count: number }>(OTHER_EMOJI, [messageId, emoji]);
  if (others!.count >= MAX_EMOJI_ON_MESSAGE) throw new DomainError("too-many-reactions");
  await tx.all("INSERT INTO message_reactions (message_id, user_id, emoji, position, created_at) VALUES (?, ?, ?, ?, ?)", [messageId, userId, emoji, position, createdAt]);
}
