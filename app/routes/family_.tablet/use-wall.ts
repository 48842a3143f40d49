import { useRevalidator } from "@remix-run/react";
import { useEffect } from "react";
import { dateIn, type CalendarDate } from "#app/domain/calendar-days.ts";
import { userChannel } from "#app/domain/channels.ts";
import { familyTabletRevoked } from "#app/domain/families/events.ts";
import { useMinute } from "#app/realtime/clock/use-minute.ts";
import { useConnectionState, useLive, useLiveEvents } from "#app/realtime/live.tsx";
import { isEvent } from "#app/realtime/live-event.ts";
import { reduceFamily, type FamilyState } from "#app/realtime/reducers/family.ts";
import type { WallLoad } from "./wall-load.ts";

export interface WallState {
  state: FamilyState;
  /** The server's minute, ms since 1970. */
  minute: number;
  today: CalendarDate;
}

/** The family live, for days on end: what only a load can tell is loaded, and so is each new day. */
export function useWall({ family, members, timers, chores, stars, requests, channel, position, person, tablet, now }: WallLoad, onRevoked: (() => void) | null): WallState {
  const { revalidate } = useRevalidator();
  const viewerId = person?.id ?? "";
  const state = useLive({ state: { viewerId, family, members, timers, chores, stars, requests, stale: false, gone: false }, position }, reduceFamily, tablet || !person ? [channel] : [channel, userChannel(person.id)]);
  const minute = useMinute(now);
  const today = dateIn(state.family.timeZone, minute);
  const isOld = today !== dateIn(family.timeZone, now);
  const offline = useConnectionState() === "offline";

  useEffect(() => {
    // Without a network a load would put an error in place of what is still true.
    if (!offline && (state.stale || state.gone || isOld)) revalidate();
  }, [state.stale, state.gone, isOld, offline, position, revalidate]);

  useLiveEvents(tablet ? [channel] : [], (event) => {
    if (isEvent(event, familyTabletRevoked) && event.data.tabletId === tablet?.id) onRevoked?.();
  });

  return { state, minute, today };
}
