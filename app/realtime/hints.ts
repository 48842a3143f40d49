/** What events tell the engine itself, before any screen looks at them. */
import { sessionEnded } from "#app/domain/accounts/events.ts";
import { conversationRemoved, messageNotification } from "#app/domain/conversations/events.ts";
import { roomChannel } from "#app/domain/channels.ts";
import type { LiveEvent } from "./live-event.ts";
import { isEvent } from "./live-event.ts";

/** The message that a notification speaks of: if its channel isn't subscribed, only sync can bring it. */
export const announcedMessage = (event: LiveEvent): string | null => (isEvent(event, messageNotification) ? event.data.messageId : null);

/** Whether this browser may have been signed out: the next answer of the server says so. */
export const mayEndSession = (event: LiveEvent): boolean => isEvent(event, sessionEnded);

/** The channel that one may no longer read from this event on. Only rooms are left. */
export const endedChannel = (event: LiveEvent): string | null => (isEvent(event, conversationRemoved) ? roomChannel(event.data.conversationId) : null);
