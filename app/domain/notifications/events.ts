/** Events of notifications. Shared with the browser: no server import here. */
import { durable } from "#db/outbox/event.ts";
import type { NotifyLevel } from "#app/domain/conversations/conversation.ts";

/** To one's own browsers: what somebody wants to be notified of has changed. */
export type NotificationsChanged =
  | { conversationId: string; level: NotifyLevel | null }
  /** The person's own, for all conversations that say nothing else. */
  | { conversationId: null; level: NotifyLevel; sound: boolean };

export const notificationsChanged = durable<NotificationsChanged>()("notifications-changed");
