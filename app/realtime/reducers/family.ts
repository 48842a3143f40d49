/** A family's dashboard: timers, chores, stars and people. */
import type { ChoreData } from "#app/domain/chores/chore.ts";
import { choreCompleted, choreUpdated } from "#app/domain/chores/events.ts";
import { familyChanged, familyJoined, familyLeft, familyMemberChanged, type FamilyMemberChanged } from "#app/domain/families/events.ts";
import type { FamilyData, FamilyMember } from "#app/domain/families/family.ts";
import { redemptionUpdated } from "#app/domain/rewards/events.ts";
import type { RedemptionData } from "#app/domain/rewards/reward.ts";
import { starsUpdated } from "#app/domain/stars/events.ts";
import type { StarsData } from "#app/domain/stars/stars.ts";
import { timerCancelled, timerCompleted, timerExpired, timerStarted, timerUpdated } from "#app/domain/timers/events.ts";
import { isOpen, type TimerData } from "#app/domain/timers/machine.ts";
import type { LoggedEvent } from "#app/realtime/live-event.ts";
import { isEvent } from "#app/realtime/live-event.ts";
import { withWaiting } from "./redemptions.ts";
import { withEntry } from "./stars.ts";

export interface FamilyState {
  viewerId: string;
  family: FamilyData;
  /** These three by id. */
  members: FamilyMember[];
  timers: TimerData[];
  chores: ChoreData[];
  stars: StarsData;
  /** For rewards, that wait; the oldest first. */
  requests: RedemptionData[];
  /** Events told of something that only a fresh load can show: revalidate. */
  stale: boolean;
  /** The viewer is not in this family any more. */
  gone: boolean;
}

/** Folds one event of the family's channel, or of the viewer's own, over the state; applying it again changes nothing. */
export function reduceFamily(state: FamilyState, event: LoggedEvent): FamilyState {
  if (isEvent(event, timerStarted) || isEvent(event, timerUpdated) || isEvent(event, timerExpired) || isEvent(event, timerCompleted)) return withTimer(state, event.data.timer);
  if (isEvent(event, timerCancelled)) return withoutTimer(state, event.data.timerId);
  if (isEvent(event, starsUpdated)) {
    const stars = withEntry(state.stars, event.data);
    return stars === state.stars ? state : { ...state, stars };
  }
  if (isEvent(event, redemptionUpdated)) {
    const requests = withWaiting(state.requests, event.data.redemption);
    return requests === state.requests ? state : { ...state, requests };
  }
  if (isEvent(event, choreCompleted) || isEvent(event, choreUpdated)) return withChore(state, event.data.chore);
  if (isEvent(event, familyMemberChanged)) return withMember(state, event.data);
  if (isEvent(event, familyChanged)) return withFamily(state, event.data.family);
  // On the viewer's own channel: who has left is not told on the family's.
  if (isEvent(event, familyLeft)) return event.data.familyId === state.family.id ? { ...state, gone: true } : state;
  if (isEvent(event, familyJoined)) return event.data.familyId === state.family.id ? { ...state, stale: true, gone: false } : state;
  return state;
}

/** Data loaded after the position may know of later versions already. */
function withTimer(state: FamilyState, timer: TimerData): FamilyState {
  const known = state.timers.find(({ id }) => id === timer.id);
  if (known && known.version >= timer.version) return state;
  return isOpen(timer) ? { ...state, timers: placed(state.timers, timer) } : withoutTimer(state, timer.id);
}

const withoutTimer = (state: FamilyState, timerId: string): FamilyState => (state.timers.some(({ id }) => id === timerId) ? { ...state, timers: state.timers.filter(({ id }) => id !== timerId) } : state);

function withChore(state: FamilyState, chore: ChoreData): FamilyState {
  const known = state.chores.find(({ id }) => id === chore.id);
  if (known && known.version >= chore.version) return state;
  if (!chore.isArchived) return { ...state, chores: placed(state.chores, chore) };
  return known ? { ...state, chores: state.chores.filter((other) => other !== known) } : state;
}

function withMember(state: FamilyState, change: FamilyMemberChanged): FamilyState {
  const { memberId } = change;
  // Role, colour, and stars of an earlier stay come with a load.
  if (change.change === "joined") return { ...state, stale: true };
  const known = state.members.find(({ id }) => id === memberId);
  if (change.change === "renamed") return !known || known.name === change.name ? state : { ...state, members: placed(state.members, { ...known, name: change.name }) };
  if (change.change === "pictured") return !known || known.avatar === change.avatar ? state : { ...state, members: placed(state.members, { ...known, avatar: change.avatar }) };
  const { [memberId]: _left, ...members } = state.stars.members;
  return { ...state, members: state.members.filter((other) => other !== known), stars: { ...state.stars, members } };
}

function withFamily(state: FamilyState, family: FamilyData): FamilyState {
  // Another zone or first day makes another week, which only a load can count.
  const sameWeek = family.timeZone === state.family.timeZone && family.weekStart === state.family.weekStart;
  return { ...state, family, stale: state.stale || !sameWeek };
}

/** In place of the one with its id, or at its place among the others. */
function placed<T extends { id: string }>(list: readonly T[], item: T): T[] {
  const others = list.filter(({ id }) => id !== item.id);
  const after = others.findIndex(({ id }) => id > item.id);
  return others.toSpliced(after === -1 ? others.length : after, 0, item);
}
