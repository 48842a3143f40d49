import type { Clock } from "#worker/relay/clock.ts";

export interface ManualClock extends Clock {
  /** How many timers wait for time to pass. */
  readonly waiting: number;
  /** Moves time on and runs what falls due, in order, letting promises settle between. */
  advance(ms: number): Promise<void>;
  /** Moves the wall clock only, as an operator or NTP would. */
  jump(ms: number): void;
}

/** A clock that stands still until a test moves it. */
export function manualClock(start = 1_000_000): ManualClock {
  let elapsed = 0;
  let wall = start;
  const timers = new Set<{ at: number; run: () => void }>();
  const settle = async () => {
    for (let turn = 0; turn < 20; turn += 1) await new Promise<void>((resolve) => setImmediate(resolve));
  };
  return {
    get waiting() {
      return timers.size;
    },
    now: () => wall + elapsed,
    monotonic: () => elapsed,
    after(ms, run) {
      const timer = { at: elapsed + ms, run };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
    async advance(ms) {
      const until = elapsed + ms;
      await settle();
      for (;;) {
        const next = [...timers].filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)[0];
        if (!next) break;
        timers.delete(next);
        elapsed = Math.max(elapsed, next.at);
        next.run();
        await settle();
      }
      elapsed = until;
      await settle();
    },
    jump(ms) {
      wall += ms;
    },
  };
}
