/**
 * Notices a push that is silent although it seems connected (a relay that is down, a socket half open): events
 * that a sync brought on a subscribed channel and that push doesn't bring soon after.
 */
import type { Timers } from "./environment.ts";

/** So long push may be behind a sync before it counts as silent. */
export const SILENCE_MS = 3_000;

export class PushWatch {
  #since = 0;
  #caughtUp = false;
  #pushed = -1;
  #awaited = -1;
  #cancel: (() => void) | undefined;
  silent = false;

  constructor(readonly onChange: () => void) {}

  /** Push begins, or begins anew, to be complete: what happened before need not be pushed. */
  begin(now: number): void {
    this.#since = now;
    this.#caughtUp = false;
    this.#awaited = -1;
  }

  /** The log began anew, and with it the numbers. */
  reset(now: number): void {
    this.begin(now);
    this.#pushed = -1;
  }

  /** A sync has completed: what later ones bring happened while push was there. */
  settled(startedAt: number): void {
    if (startedAt >= this.#since) this.#caughtUp = true;
  }

  /** @param seq of the newest event that a sync brought before push did, where push should have brought it */
  synced(seq: number, timers: Timers): void {
    if (!this.#caughtUp || seq <= this.#pushed) return;
    this.#awaited = Math.max(this.#awaited, seq);
    this.#cancel ??= timers.after(SILENCE_MS, () => {
      this.#cancel = undefined;
      if (this.#awaited > this.#pushed) this.#set(true);
    });
  }

  pushed(seq: number): void {
    this.#pushed = Math.max(this.#pushed, seq);
    this.#set(false);
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    this.#awaited = -1;
    this.silent = false;
  }

  #set(silent: boolean): void {
    if (this.silent === silent) return;
    this.silent = silent;
    this.onChange();
  }
}
