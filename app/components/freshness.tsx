import { useLocation, useRevalidator } from "@remix-run/react";
import { useEffect, useRef } from "react";
import { isConcerned } from "#app/cache/tags.ts";
import { cacheRevalidated } from "#app/domain/maintenance/events.ts";
import { isEvent } from "#app/realtime/live-event.ts";
import { useLiveEvents } from "#app/realtime/live.tsx";

/** All open browsers of all families hear it at once: they ask one after the other, within this long. */
const SPREAD_MS = 800;

/** Loads the page anew when what it shows was declared out of date. Shows nothing itself. */
export function Freshness({ channel }: { channel: string }) {
  const { pathname } = useLocation();
  const { revalidate } = useRevalidator();
  const waiting = useRef<ReturnType<typeof setTimeout>>();
  useEffect(() => () => clearTimeout(waiting.current), []);
  useLiveEvents([channel], (event) => {
    if (!isEvent(event, cacheRevalidated) || !isConcerned(pathname, event.data)) return;
    clearTimeout(waiting.current);
    waiting.current = setTimeout(revalidate, Math.random() * SPREAD_MS);
  });
  return null;
}
