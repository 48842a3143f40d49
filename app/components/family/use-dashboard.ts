import { useRevalidator } from "@remix-run/react";
import { useEffect } from "react";
import { userChannel } from "#app/domain/channels.ts";
import type { openDashboard } from "#app/domain/families/queries.server.ts";
import { useLive } from "#app/realtime/live.tsx";
import { reduceFamily, type FamilyState } from "#app/realtime/reducers/family.ts";

export type LoadedDashboard = Awaited<ReturnType<typeof openDashboard>>;

/** The dashboard's data, live. Where only a fresh load can tell, it is loaded anew. */
export function useDashboard({ viewerId, family, members, timers, chores, stars, requests, channel, position }: LoadedDashboard): FamilyState {
  const { revalidate } = useRevalidator();
  const state = useLive({ state: { viewerId, family, members, timers, chores, stars, requests, stale: false, gone: false }, position }, reduceFamily, [channel, userChannel(viewerId)]);

  useEffect(() => {
    if (state.stale || state.gone) revalidate();
    // A load may be stale again by the time it is here: each one is looked at.
  }, [state.stale, state.gone, position, revalidate]);

  return state;
}
