/**
 * What an event says about who writes. Other browsers' events are believed only in what they cannot forge: in a
 * private chat there is only one other; in a room Channels itself says who sent it.
 */
import { memberChanged, newMessage, typingStart, typingStop } from "#app/domain/conversations/events.ts";
import { CLIENT_TYPING_START, CLIENT_TYPING_STOP, isClientEvent } from "#app/realtime/client-events.ts";
import { isEvent, isRecord, type LiveEvent } from "#app/realtime/live-event.ts";
import type { TypingState } from "./signal.ts";
import type { TypingTarget } from "./target.ts";

/** Ours is `{}` or one id. Somebody's larger one is none of ours. */
const MAX_PAYLOAD_CHARACTERS = 200;
/** Of a name in `typing-start`; accounts have shorter ones. */
const MAX_NAME_CHARACTERS = 200;

export interface TypingNews {
  state: TypingState;
  userId: string;
  name: string | null;
}

/** @returns null: nothing about this conversation's writers, about the viewer, or not to be believed */
export function readTyping(event: LiveEvent, target: TypingTarget): TypingNews | null {
  const news = isClientEvent(event.event) ? fromBrowser(event, target) : fromServer(event, target);
  return news === null || news.userId === target.viewerId ? null : news;
}

function fromBrowser({ channel, event, data, sender }: LiveEvent, target: TypingTarget): TypingNews | null {
  const state = event === CLIENT_TYPING_START ? "start" : event === CLIENT_TYPING_STOP ? "stop" : null;
  if (state === null || !isRecord(data) || JSON.stringify(data).length > MAX_PAYLOAD_CHARACTERS) return null;
  // An id in it can only take back: an own device says so of itself, and whoever names a third one is not heard.
  const claimed = data["userId"];
  if (target.kind === "direct") {
    if (channel !== target.channel || (claimed !== undefined && claimed !== target.otherId)) return null;
    return { state, userId: target.otherId, name: null };
  }
  if (channel !== target.presenceChannel || sender === undefined || (claimed !== undefined && claimed !== sender)) return null;
  return { state, userId: sender, name: null };
}

function fromServer(event: LiveEvent, target: TypingTarget): TypingNews | null {
  if (event.channel !== target.channel) return null;
  // What was being written has come, or whoever wrote has gone.
  if (isEvent(event, newMessage)) return { state: "stop", userId: event.data.senderId, name: null };
  if (isEvent(event, memberChanged)) return event.data.change === "left" || event.data.change === "removed" ? { state: "stop", userId: event.data.userId, name: null } : null;
  const state = isEvent(event, typingStart) ? "start" : isEvent(event, typingStop) ? "stop" : null;
  if (state === null || !isRecord(event.data)) return null;
  const { conversationId, userId, name } = event.data;
  if (conversationId !== target.conversationId || typeof userId !== "string" || typeof name !== "string" || name.length > MAX_NAME_CHARACTERS) return null;
  return target.kind === "room" || userId === target.otherId ? { state, userId, name } : null;
}
