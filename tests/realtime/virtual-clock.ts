import type { Timers } from "#app/realtime/environment.ts";

/** Time that moves only when a test says so. */
export interface VirtualClock extends Timers {
  /** Moves time on; what falls due runs in order, with all promises settled in between. */
  advance: (ms: number) => Promise<void>;
  /** The device sleeps: time passes, and timers are late by it. */
  sleep: (ms: number) => void;
  /** How many timers are set. */
  readonly pending: number;
}

/** One turn of the event loop: every promise that could settle by then has settled. */
const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

export function virtualClock(start = 1_700_000_000_000): VirtualClock {
  let awake = 0;
  let slept = 0;
  let order = 0;
  const timers = new Set<{ at: number; order: number; run: () => void }>();
  return {
    now: () => start + awake + slept,
    after(ms, run) {
      const timer = { at: awake + ms, order: order++, run };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
    async advance(ms) {
      const until = awake + ms;
      await settle();
      for (;;) {
        const [next] = [...timers].filter(({ at }) => at <= until).sort((a, b) => a.at - b.at || a.order - b.order);
        if (!next) break;
        timers.delete(next);
        awake = Math.max(awake, next.at);
        next.run();
        await settle();
      }
      awake = until;
    },
    sleep: (ms) => void (slept += ms),
    get pending() {
      return timers.size;
    },
  };
}
