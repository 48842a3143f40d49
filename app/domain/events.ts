/** The registry of all events: the one place that says which exist and how each behaves. */
import type { EventType } from "#db/outbox/event.ts";
import * as accounts from "./accounts/events.ts";
import * as chores from "./chores/events.ts";
import * as conversations from "./conversations/events.ts";
import * as families from "./families/events.ts";
import * as health from "./health/events.ts";
import * as maintenance from "./maintenance/events.ts";
import * as notifications from "./notifications/events.ts";
import * as outbox from "./outbox/events.ts";
import * as presence from "./presence/events.ts";
import * as rewards from "./rewards/events.ts";
import * as stars from "./stars/events.ts";
import * as timers from "./timers/events.ts";

export type { EventStamp, EventType, Position, StampedEvent } from "#db/outbox/event.ts";

const declared: EventType[] = [
  accounts.sessionEnded,
  accounts.privacyChanged,
  conversations.newMessage,
  conversations.messageUpdated,
  conversations.messageDeleted,
  conversations.messagesErased,
  conversations.reactionChanged,
  conversations.messageRead,
  conversations.messageNotification,
  conversations.memberChanged,
  conversations.conversationAdded,
  conversations.conversationRemoved,
  conversations.unreadChanged,
  conversations.typingStart,
  conversations.typingStop,
  notifications.notificationsChanged,
  outbox.outboxChanged,
  presence.userStatusChange,
  families.familyChanged,
  families.familyMemberChanged,
  families.familyJoined,
  families.familyLeft,
  families.familyTabletRevoked,
  timers.timerStarted,
  timers.timerUpdated,
  timers.timerExpired,
  timers.timerCancelled,
  timers.timerCompleted,
  stars.starsUpdated,
  chores.choreCompleted,
  chores.choreUpdated,
  rewards.redemptionUpdated,
  rewards.wishUpdated,
  maintenance.operationProgress,
  maintenance.cacheRevalidated,
  health.healthPing,
];

export const EVENT_TYPES: ReadonlyMap<string, EventType> = new Map(declared.map((type) => [type.name, type]));
