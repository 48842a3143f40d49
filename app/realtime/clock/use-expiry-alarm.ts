import { useEffect, useRef } from "react";
import { timerCancelled, timerCompleted, timerExpired } from "#app/domain/timers/events.ts";
import type { TimerData } from "#app/domain/timers/machine.ts";
import { useLiveEvents } from "#app/realtime/live.tsx";
import { isEvent } from "#app/realtime/live-event.ts";
import { browserNotifications } from "#app/realtime/notifications/browser.ts";
import { ServerClock } from "#app/realtime/notifications/server-clock.ts";
import { ExpiryAlarm, isLate } from "./expiry-alarm.ts";

interface AlarmOptions {
  userId: string;
  /** The family's. */
  channel: string;
  /** Whether the person wants to hear anything. */
  sound: boolean;
  /** The server's time when the page was loaded. */
  loadedAt: number;
  describe: (timer: TimerData) => { title: string; body: string };
  open: (path: string) => void;
  /** Somebody looks at this tab: it may say so itself. */
  onEnded: (timer: TimerData) => void;
}

/** Tells of timers that end, on every page. */
export function useExpiryAlarm({ userId, channel, loadedAt, ...given }: AlarmOptions): void {
  const latest = useRef(given);
  const clock = useRef(new ServerClock());
  const alarm = useRef<ExpiryAlarm | null>(null);
  useEffect(() => {
    latest.current = given;
  });
  useEffect(() => clock.current.answered(loadedAt, Date.now()), [loadedAt]);
  useEffect(() => {
    const { exclusively, permission, chime, tray, ledger, log } = browserNotifications({ userId, catchingUp: () => false, describe: nothing, describeMany: nothing, open: (path) => latest.current.open(path) });
    alarm.current = new ExpiryAlarm({ exclusively, permission, looking, chime, tray, ledger, log });
  }, [userId]);

  useLiveEvents([channel], (event) => {
    if (event.stamp) clock.current.heard(event.stamp.at, Date.now());
    if (isEvent(event, timerExpired)) {
      const { timer } = event.data;
      const { sound, describe, onEnded } = latest.current;
      const now = clock.current.at(Date.now());
      alarm.current?.ended(timer, { now, sound, ...describe(timer) });
      if (looking() && !isLate(timer, now)) onEnded(timer);
    } else if (isEvent(event, timerCompleted)) alarm.current?.over(event.data.timer.id);
    else if (isEvent(event, timerCancelled)) alarm.current?.over(event.data.timerId);
  });
}

const looking = () => document.visibilityState === "visible" && document.hasFocus();
/** Messages are told of elsewhere. */
const nothing = () => ({ title: "", body: "" });
