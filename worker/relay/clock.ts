/** Time, passed in so that tests can move it. */
export interface Clock {
  /** Wall clock, ms since 1970: what people read. It may jump. */
  now(): number;
  /** Never jumps and never goes back, in ms: what durations are measured with. */
  monotonic(): number;
  /** Calls `run` once, after `ms`. Returns the way to call it off. */
  after(ms: number, run: () => void): () => void;
}

export const systemClock: Clock = {
  now: Date.now,
  monotonic: () => performance.now(),
  after(ms, run) {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};
