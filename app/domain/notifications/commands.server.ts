/** Verbs that write what somebody wants to be notified of; all of that person's open pages are told. */
import { append } from "#db/outbox/append.ts";
import { userChannel } from "#app/domain/channels.ts";
import type { Context } from "#app/domain/context.ts";
import type { NotifyLevel } from "#app/domain/conversations/conversation.ts";
import { DomainError } from "#app/domain/errors.ts";
import type { Viewer } from "#app/domain/viewer.ts";
import { notificationsChanged } from "./events.ts";
import type { NotificationsInput } from "./schema.ts";

/**
 * Chooses what a conversation notifies the viewer of; null: what holds for all others.
 * @throws DomainError not-found for strangers, too
 */
export async function setNotifyLevel(ctx: Context, viewer: Viewer, input: { conversationId: string; level: NotifyLevel | null }): Promise<void> {
  const { conversationId, level } = input;
  await ctx.db.transact(async (tx) => {
    const [before] = await tx.all<{ level: NotifyLevel | null }>("SELECT notify_level AS level FROM conversation_members WHERE conversation_id = ? AND user_id = ?", [conversationId, viewer.userId]);
    if (!before) throw new DomainError("not-found");
    if (before.level === level) return;
    await tx.all("UPDATE conversation_members SET notify_level = ? WHERE conversation_id = ? AND user_id = ?", [level, conversationId, viewer.userId]);
    await append(tx, { type: notificationsChanged, channel: userChannel(viewer.userId), payload: { conversationId, level } }, ctx);
  });
}

/** Chooses what the viewer is notified of wherever a conversation says nothing else, and whether it is heard. */
export async function setNotifications(ctx: Context, viewer: Viewer, input: NotificationsInput): Promise<void> {
  await ctx.db.transact(async (tx) => {
    const changed = await tx.all("UPDATE users SET notify_level = ?, notify_sound = ? WHERE id = ? AND (notify_level, notify_sound) IS NOT (?, ?) RETURNING id", [
      input.level,
      input.sound ? 1 : 0,
      viewer.userId,
      input.level,
      input.sound ? 1 : 0,
    ]);
    if (changed.length > 0) await append(tx, { type: notificationsChanged, channel: userChannel(viewer.userId), payload: { conversationId: null, ...input } }, ctx);
  });
}
