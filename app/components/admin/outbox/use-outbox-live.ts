import { useRevalidator } from "@remix-run/react";
import { useEffect, useRef } from "react";
import { ADMIN_CHANNEL } from "#app/domain/channels.ts";
import { outboxChanged } from "#app/domain/outbox/events.ts";
import { useConnectionState, useLiveEvents } from "#app/realtime/live.tsx";

/** Told by push, the page still looks by itself now and then: a relay that has stopped tells nothing. */
const LOOK_EVERY_MS = { told: 15_000, alone: 5_000 };
/** However often it is told. */
const AT_MOST_EVERY_MS = 2_000;

/** Keeps the outbox's pages up to date while somebody looks at them: by push, and by looking. */
export function useOutboxLive(): void {
  const { revalidate } = useRevalidator();
  const every = useConnectionState() === "connected" ? LOOK_EVERY_MS.told : LOOK_EVERY_MS.alone;
  const looked = useRef({ at: 0, timer: undefined as ReturnType<typeof setTimeout> | undefined });

  useEffect(() => {
    const timer = setInterval(() => document.visibilityState === "visible" && revalidate(), every);
    return () => clearInterval(timer);
  }, [every, revalidate]);

  useEffect(() => {
    const { current } = looked;
    return () => clearTimeout(current.timer);
  }, []);

  useLiveEvents([ADMIN_CHANNEL], ({ event }) => {
    const { current } = looked;
    if (event !== outboxChanged.name || current.timer !== undefined) return;
    current.timer = setTimeout(() => {
      looked.current = { at: Date.now(), timer: undefined };
      revalidate();
    }, Math.max(0, current.at + AT_MOST_EVERY_MS - Date.now()));
  });
}
