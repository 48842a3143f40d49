/** Whether the viewer is still in the conversation on the screen. Pure. */
import { conversationAdded, conversationRemoved } from "#app/domain/conversations/events.ts";
import { isEvent, type LoggedEvent } from "#app/realtime/live-event.ts";

export interface Membership {
  conversationId: string;
  removed: boolean;
  /** Back in: what may be seen is another than before, which only a load can tell. */
  stale: boolean;
}

/** Folds one event of the viewer's own channel; applying it again changes nothing. */
export function reduceMembership(state: Membership, event: LoggedEvent): Membership {
  if (isEvent(event, conversationRemoved) && event.data.conversationId === state.conversationId) return { ...state, removed: true, stale: false };
  if (isEvent(event, conversationAdded) && event.data.conversationId === state.conversationId && state.removed && !state.stale) return { ...state, stale: true };
  return state;
}
