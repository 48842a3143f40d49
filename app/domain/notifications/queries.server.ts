/** What every page needs to count what is unread, and to know what is worth a notification. */
import type { Context } from "#app/domain/context.ts";
import type { NotifyLevel } from "#app/domain/conversations/conversation.ts";
import { UNREAD_LIMIT } from "#app/domain/conversations/limits.ts";
import type { Viewer } from "#app/domain/viewer.ts";
import type { Notices, Preferences } from "./notices.ts";

/** By the primary key. */
export const PREFERENCES = "SELECT notify_level AS level, notify_sound AS sound FROM users WHERE id = ?";

/**
 * Runs with every page, so it reads no more than it must: memberships by conversation_members_user, conversations by
 * their key, and of messages_conversation_seq what is beyond the read position, as far as it is counted. What has
 * nothing unread and no level of its own is left out, but for rooms that are lively: a notification names them.
 */
export const NOTICED_CONVERSATIONS = `
  SELECT c.id, c.name AS room, me.notify_level AS level, me.read_seq AS readSeq, c.last_seq AS lastSeq,
    (SELECT group_concat(seq) FROM (
      SELECT m.seq FROM messages m
      WHERE m.conversation_id = c.id AND m.seq > max(me.read_seq, me.history_from) AND m.sender_id <> me.user_id
      ORDER BY m.seq LIMIT ${UNREAD_LIMIT}
    )) AS unread
  FROM conversation_members me JOIN conversations c ON c.id = me.conversation_id
  WHERE me.user_id = ? AND (c.last_seq > me.read_seq OR me.notify_level IS NOT NULL OR (c.kind = 'room' AND c.last_message_at > ?))`;

/** Rooms that were quiet for longer are named from the next page on. */
const LIVELY_MS = 7 * 24 * 60 * 60 * 1_000;

type NoticedRow = { id: string; room: string | null; level: NotifyLevel | null; readSeq: number; lastSeq: number; unread: string | null };

/** What the viewer is notified of. */
export async function preferencesOf(ctx: Context, viewer: Viewer): Promise<Preferences> {
  const [row] = await ctx.db.all<{ level: NotifyLevel; sound: number }>(PREFERENCES, [viewer.userId]);
  return { level: row!.level, sound: row!.sound === 1 };
}

/** The viewer's preferences, and which messages of others are unread. */
export async function noticesOf(ctx: Context, viewer: Viewer): Promise<Notices> {
  const [preferences, rows] = await Promise.all([preferencesOf(ctx, viewer), ctx.db.all<NoticedRow>(NOTICED_CONVERSATIONS, [viewer.userId, ctx.now() - LIVELY_MS])]);
  return {
    ...preferences,
    conversations: rows.map(({ unread, ...row }) => ({ ...row, unread: unread ?? "" })),
    now: ctx.now(),
  };
}
