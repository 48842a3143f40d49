/**
 * The server's time on this device. It runs on the monotonic clock, so that a wall clock that is wrong, or jumps,
 * changes nothing; and it never goes back by what anybody could see.
 */
import type { Log } from "#app/realtime/environment.ts";
import { agree, bestOf, offsetOf, type Sample } from "./estimate.ts";

export interface ClockEnvironment {
  /** Milliseconds from any beginning; never goes back. */
  monotonic: () => number;
  /** Milliseconds since 1970 as the device believes. Only to notice that it slept or that somebody set its clock. */
  wall: () => number;
  after: (ms: number, run: () => void) => () => void;
  /** Asks the server for its time. @throws TypeError when it cannot be reached */
  ask: () => Promise<number>;
  /** Somebody looks at the page again. @returns stops listening */
  onShown: (shown: () => void) => () => void;
  log: Log;
}

/** Asked at once, one after the other: the quickest answer counts. */
const BURST = 4;
/** Afterwards one question at a time. */
export const ASK_EVERY_MS = 30_000;
/** Answers that are compared with each other. */
const KEPT = 8;
/** How often the two clocks of the device are compared. */
const CHECK_MS = 2_000;
/** They went apart by more: the device slept, which stops some monotonic clocks, or its clock was set. */
const APART_MS = 500;
/** A correction back by less is taken by standing still; by more, the server's own clock was set. */
const STANDS_STILL_MS = 2_000;

export class ServerTime {
  #samples: Sample[] = [];
  /** The least offset possible: the server has been at that time already. */
  #least: number | null = null;
  #last = -Infinity;
  #listeners = new Set<() => void>();
  #users = 0;
  #stop: (() => void) | null = null;

  constructor(readonly env: ClockEnvironment) {}

  /**
   * The server's time, ms since 1970.
   * @param past a time that the server has passed already: until it has answered, nothing else is known
   */
  now(past: number): number {
    this.heard(past);
    const monotonic = this.env.monotonic();
    const best = bestOf(this.#samples, monotonic);
    const estimate = monotonic + Math.max(best ? offsetOf(best) : -Infinity, this.#least!);
    if (estimate >= this.#last || this.#last - estimate > STANDS_STILL_MS) this.#last = estimate;
    return this.#last;
  }

  /** Something says that the server's clock has passed `past`. */
  heard(past: number): void {
    const least = past - this.env.monotonic();
    if (this.#least === null || least > this.#least) this.#least = least;
  }

  /** Calls back when the time was corrected. @returns stops that */
  onCorrected = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /**
   * Calls back each time another second of what is left begins, and at the end.
   * @param endsAt server's time, ms since 1970
   * @returns stops that
   */
  eachSecondUntil(endsAt: number, past: number, tell: () => void): () => void {
    let cancel = () => {};
    const wait = () => {
      cancel();
      const left = endsAt - this.now(past);
      // Just after the boundary: a timer that fires early would show the same second twice as long.
      if (left > 0) cancel = this.env.after(left % 1_000 || 1_000, tick);
    };
    const tick = () => {
      tell();
      wait();
    };
    wait();
    const forget = this.onCorrected(tick);
    return () => {
      cancel();
      forget();
    };
  }

  /** Asks the server from now on, for as long as anybody uses it. @returns releases it */
  use(): () => void {
    this.#users += 1;
    if (this.#users === 1) this.#stop = this.#start();
    return () => {
      this.#users -= 1;
      if (this.#users > 0) return;
      this.#stop?.();
      this.#stop = null;
    };
  }

  #start(): () => void {
    const { env } = this;
    let stopped = false;
    /** A burst takes the place of the one before. */
    let round = 0;
    let cancelAsk = () => {};
    let cancelCheck = () => {};

    const ask = async (left: number, asked: number) => {
      const sentAt = env.monotonic();
      const serverMs = await env.ask().catch((error: unknown) => {
        if (!(error instanceof TypeError)) throw error;
        env.log("the server's time is not known", { error: error.message });
        return null;
      });
      if (stopped || asked !== round) return;
      if (serverMs !== null) this.#learn({ sentAt, answeredAt: env.monotonic(), serverMs });
      if (serverMs !== null && left > 1) await ask(left - 1, asked);
      else cancelAsk = env.after(ASK_EVERY_MS, () => void ask(1, asked));
    };
    const burst = () => {
      cancelAsk();
      round += 1;
      void ask(BURST, round);
    };
    const check = (apart: number) => {
      cancelCheck = env.after(CHECK_MS, () => {
        const now = env.wall() - env.monotonic();
        if (Math.abs(now - apart) > APART_MS) burst();
        check(now);
      });
    };

    burst();
    check(env.wall() - env.monotonic());
    const forgetShown = env.onShown(burst);
    return () => {
      stopped = true;
      cancelAsk();
      cancelCheck();
      forgetShown();
    };
  }

  #learn(sample: Sample): void {
    // After a sleep the newest is right: what contradicts it is of before.
    this.#samples = [...this.#samples.filter((known) => agree(known, sample, sample.answeredAt)), sample].slice(-KEPT);
    for (const listener of this.#listeners) listener();
  }
}
