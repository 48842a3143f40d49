/** A timer as it stands at this moment, by the server's clock. */
import { useCallback, useEffect, useSyncExternalStore } from "react";
import { remainingOf, settle, type TimerData } from "#app/domain/timers/machine.ts";
import { serverTime } from "./browser.ts";
import { postTimerSync } from "./post-timer-sync.ts";

export interface ShownTimer {
  /** With the state it has by now, also where nobody has told of it yet. */
  timer: TimerData;
  /** Begun ones count: 0 is the end. */
  secondsLeft: number;
}

const SECOND_MS = 1_000;
/** The server expires by itself; where that is not heard of, it is asked to bring its timer up to now. */
const SYNC_AFTER_MS = 3_000;

/** @param loadedAt the server's time when the page was loaded: what is rendered first, here and on the server */
export function useTimer(timer: TimerData, loadedAt: number): ShownTimer {
  const { id, endsAt } = timer;
  const running = timer.state === "running";
  const secondsAt = (now: number) => Math.ceil(remainingOf(timer, now) / SECOND_MS);
  const subscribe = useCallback((tell: () => void) => (running && endsAt !== null ? serverTime.eachSecondUntil(endsAt, loadedAt, tell) : never()), [running, endsAt, loadedAt]);
  const secondsLeft = useSyncExternalStore(subscribe, () => secondsAt(serverTime.now(loadedAt)), () => secondsAt(loadedAt));
  const overdue = running && secondsLeft === 0;

  useEffect(() => (running ? serverTime.use() : undefined), [running]);
  useEffect(() => {
    if (!overdue) return;
    const waiting = setTimeout(() => void postTimerSync(id), SYNC_AFTER_MS);
    return () => clearTimeout(waiting);
  }, [overdue, id]);

  return { timer: overdue ? settle(timer, endsAt!) : timer, secondsLeft };
}

const never = () => () => {};
