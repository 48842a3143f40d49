/**
 * The end of an account, by its own person: what they wrote and what tells who they were goes, everywhere; what others did with
 * them (stars, chores, the place of a message in a chat) stays, without a name.
 */
import type { Queries } from "#db/database.ts";
import { appendAll } from "#db/outbox/append.ts";
import { messagesErased } from "#app/domain/conversations/events.ts";
import { tellAvatar } from "#app/domain/conversations/members.server.ts";
import type { Context } from "#app/domain/context.ts";
import { DomainError } from "#app/domain/errors.ts";
import { dismiss, tellRenamed } from "#app/domain/families/members.server.ts";
import { dropFromRooms } from "#app/domain/rooms/membership.server.ts";
import type { Viewer } from "#app/domain/viewer.ts";
import { countAttempt, forgiveAttempt, PER_ACCOUNT } from "./attempts.server.ts";
import { passwordMatches } from "./passwords.server.ts";
import { mayChangePassword } from "./policy.ts";
import { dropResetLinks } from "./resets.server.ts";
import { endSessionsOf } from "./sessions.server.ts";

/** In the place of the name: a sign of no language. */
export const ERASED_NAME = "👤";

/** Indexes: conversation_members_user, messages_sender_client. */
const WHERE_SEEN = `
  SELECT c.id, c.channel, c.kind FROM conversations c
  WHERE c.id IN (SELECT conversation_id FROM conversation_members WHERE user_id = ? UNION SELECT conversation_id FROM messages WHERE sender_id = ?)`;

/** Index: outbox_events_channel_seq. The hint of a message is its own event's neighbour: one batch wrote them. */
const SCRUB_HINTS = `
  UPDATE outbox_events SET payload = json_set(payload, '$.preview', '', '$.senderName', ?)
  WHERE event = 'message-notification' AND seq IN (
    SELECT own.seq + 1 FROM outbox_events own WHERE own.channel IN (SELECT value FROM json_each(?)) AND own.event = 'new-message' AND json_extract(own.payload, '$.senderId') = ?)`;
const SCRUB_MESSAGES = `
  UPDATE outbox_events SET payload = json_set(payload, '$.body', '', '$.images', json('[]'), '$.files', json('[]'), '$.senderAvatar', NULL, '$.senderName', ?)
  WHERE channel IN (SELECT value FROM json_each(?)) AND event IN ('new-message', 'message-updated') AND json_extract(payload, '$.senderId') = ?`;
const SCRUB_NAMES = `
  UPDATE outbox_events SET payload = json_set(json_replace(payload, '$.avatar', NULL), '$.name', ?)
  WHERE channel IN (SELECT value FROM json_each(?)) AND event = 'member-changed' AND json_extract(payload, '$.userId') = ?`;

/**
 * Erases the viewer's account. It cannot be taken back.
 * @throws DomainError forbidden for who has no password (a child's account is its parents' to remove); wrong-password, rate-limited;
 * last-parent while others are in a family that would have no parent; last-admin while nobody else could administer the site
 */
export async function eraseAccount(ctx: Context, viewer: Viewer, input: { password: string }): Promise<void> {
  if (!mayChangePassword(viewer)) throw new DomainError("forbidden");
  await countAttempt(ctx, [PER_ACCOUNT, viewer.userId]);
  const [user] = await ctx.db.all<{ passwordHash: string | null }>("SELECT password_hash AS passwordHash FROM users WHERE id = ?", [viewer.userId]);
  if (!(await passwordMatches(user?.passwordHash ?? null, input.password))) throw new DomainError("wrong-password", { field: "password" });
  await forgiveAttempt(ctx, [PER_ACCOUNT, viewer.userId]);
  // One time for rows and events: whoever folds the events over older data has what a fresh load gives.
  const at = ctx.now();
  const now = { ...ctx, now: () => at };
  await ctx.db.transact(async (tx) => {
    // Asked for at once, here and below: statements run in the order in which they are asked for, and on a libSQL server in one
    // round trip, while nobody else can write.
    await Promise.all([requireNotLastAdmin(tx, viewer), leaveFamilies(tx, now, viewer.userId), eraseWords(tx, now, viewer.userId), erasePerson(tx, now, viewer.userId)]);
  });
}

async function requireNotLastAdmin(tx: Queries, { userId }: Viewer): Promise<void> {
  const [row] = await tx.all<{ isAdmin: number; others: number }>(
    "SELECT (SELECT role FROM users WHERE id = ?) = 'admin' AS isAdmin, (SELECT count(*) FROM users WHERE role = 'admin' AND disabled_at IS NULL AND id <> ?) AS others",
    [userId, userId],
  );
  if (row!.isAdmin === 1 && row!.others === 0) throw new DomainError("last-admin");
}

async function leaveFamilies(tx: Queries, ctx: Context, userId: string): Promise<void> {
  const families = await tx.all<{ familyId: string; others: number; otherParents: number }>(
    `SELECT m.family_id AS familyId,
      (SELECT count(*) FROM family_members o WHERE o.family_id = m.family_id AND o.user_id <> m.user_id AND o.revoked_at IS NULL) AS others,
      (SELECT count(*) FROM family_members o WHERE o.family_id = m.family_id AND o.user_id <> m.user_id AND o.revoked_at IS NULL AND o.role = 'parent') AS otherParents
    FROM family_members m WHERE m.user_id = ? AND m.revoked_at IS NULL`,
    [userId],
  );
  if (families.some(({ others, otherParents }) => others > 0 && otherParents === 0)) throw new DomainError("last-parent");
  await Promise.all([tellRenamed(tx, ctx, { userId, name: ERASED_NAME }), ...families.map(({ familyId }) => dismiss(tx, ctx, familyId, userId))]);
}

async function eraseWords(tx: Queries, ctx: Context, userId: string): Promise<void> {
  const conversations = await tx.all<{ id: string; channel: string; kind: "direct" | "room" }>(WHERE_SEEN, [userId, userId]);
  const channels = JSON.stringify(conversations.map(({ channel }) => channel));
  await Promise.all([
    tx.all("DELETE FROM message_edits WHERE message_id IN (SELECT id FROM messages WHERE sender_id = ?)", [userId]),
    tx.all("DELETE FROM message_reactions WHERE user_id = ? OR message_id IN (SELECT id FROM messages WHERE sender_id = ?)", [userId, userId]),
    tx.all("UPDATE messages SET body = '', attachments = NULL, deleted_at = ? WHERE sender_id = ? AND deleted_at IS NULL", [ctx.now(), userId]),
    tx.all("UPDATE users SET name = ?, avatar = NULL WHERE id = ?", [ERASED_NAME, userId]),
    eraseUploads(tx, userId),
    tellAvatar(tx, ctx, { userId, name: ERASED_NAME, avatar: null }),
    ...[SCRUB_HINTS, SCRUB_MESSAGES, SCRUB_NAMES].map((scrub) => tx.all(scrub, [ERASED_NAME, channels, userId])),
    appendAll(tx, conversations.map(({ id, channel }) => ({ type: messagesErased, channel, payload: { conversationId: id, userId } })), ctx),
    dropFromRooms(tx, ctx, conversations.filter(({ kind }) => kind === "room").map(({ id }) => id), userId, "left"),
  ]);
}

/**
 * What they sent, or had chosen, and their face, whoever set it. A child's face that they set, and the shop's pictures, are
 * others'. Triggers write down which stored files go, and a job deletes those. Indexes: images_upload, images_target, files_upload.
 */
async function eraseUploads(tx: Queries, userId: string): Promise<void> {
  await Promise.all([
    tx.all("DELETE FROM images WHERE uploaded_by = ? AND target = 'messages'", [userId]),
    tx.all("DELETE FROM images WHERE target = 'avatars' AND target_id = ?", [userId]),
    tx.all("DELETE FROM files WHERE uploaded_by = ?", [userId]),
  ]);
}

async function erasePerson(tx: Queries, ctx: Context, userId: string): Promise<void> {
  await Promise.all([
    dropResetLinks(tx, userId),
    endSessionsOf(tx, ctx, userId),
    tx.all("DELETE FROM user_presence WHERE user_id = ?", [userId]),
    tx.all(
      "UPDATE users SET email = NULL, password_hash = NULL, role = 'member', language = NULL, digits = NULL, time_zone = NULL, disabled_at = ?, erased_at = ? WHERE id = ?",
      [ctx.now(), ctx.now(), userId],
    ),
  ]);
}
