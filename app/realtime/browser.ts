/** The environment as a real browser gives it. */
import { browserLog } from "./browser-log.ts";
import type { Connection } from "./connection.ts";
import type { Fetch, LiveEnvironment, PageSignals, Timers } from "./environment.ts";

export const browserTimers: Timers = {
  now: () => Date.now(),
  after: (ms, run) => {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};

const pageSignals: PageSignals = {
  online: () => navigator.onLine,
  listen: (onSignal) => {
    const listeners = new AbortController();
    const { signal } = listeners;
    window.addEventListener("online", () => onSignal("online"), { signal });
    window.addEventListener("offline", () => onSignal("offline"), { signal });
    window.addEventListener("pageshow", (event) => event.persisted && onSignal("restored"), { signal });
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && onSignal("visible"), { signal });
    return () => listeners.abort();
  },
};

/**
 * @param connect opens the connection to Channels; null: none is configured
 * @param ask how the app is asked
 */
export function browserEnvironment(connect: () => Connection | null, ask: Fetch): LiveEnvironment {
  return { ...browserTimers, random: Math.random, fetch: ask, connect, page: pageSignals, log: browserLog };
}
