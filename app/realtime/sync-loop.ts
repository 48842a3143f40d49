/**
 * Catch-up: asks from the cursor on, page by page, until nothing is left. One sync at a time; whoever asks while
 * one is under way gets another one after it, and many who ask share it.
 */
import type { LiveEnvironment } from "./environment.ts";
import type { LoggedEvent } from "./live-event.ts";
import type { SyncOutcome } from "./sync-request.ts";
import { requestSync } from "./sync-request.ts";

export type Settled = { ok: true; startedAt: number } | { ok: false; reason: string; busy: boolean; retryAfterMs: number };

interface Hooks {
  /** The highest `seq` known now: what a sync that starts now will have brought. */
  newest: () => number;
  /** @param complete up to which `seq` everything is here now; null when this says nothing about it */
  onEvents: (events: LoggedEvent[], complete: number | null) => void;
  onReset: () => void;
  onSignedOut: () => void;
  onLate: () => void;
  onSettled: (settled: Settled) => void;
}

export class SyncLoop {
  #env: LiveEnvironment | null = null;
  #cursor: string;
  #etag: string | null = null;
  /** The cursor was moved while a sync was under way: its answer must not move it again. */
  #moves = 0;
  #running = false;
  #again: number | null = null;
  /** The request under way, and whether its answer is late. */
  #asked: AbortController | null = null;
  #late = false;
  #due: { at: number; cancel: () => void } | null = null;
  #abort = new AbortController();

  constructor(
    cursor: string,
    readonly hooks: Hooks,
  ) {
    this.#cursor = cursor;
  }

  start(env: LiveEnvironment): void {
    this.#env = env;
    this.#abort = new AbortController();
  }

  stop(): void {
    this.#env = null;
    this.#abort.abort();
    this.#asked?.abort();
    this.#due?.cancel();
    this.#due = null;
    this.#again = null;
    this.#running = false;
  }

  get running(): boolean {
    return this.#running;
  }

  /** Asks for a sync that starts from now on, at the latest in `delayMs` milliseconds. */
  request(delayMs = 0): void {
    const env = this.#env;
    if (!env) return;
    if (this.#running) {
      this.#again = Math.min(this.#again ?? delayMs, delayMs);
      return;
    }
    const now = env.now();
    const at = now + delayMs;
    // One that is overdue was held up by a sleep, and may be for long: timers don't count it.
    if (this.#due && this.#due.at <= at && this.#due.at >= now) return;
    this.#due?.cancel();
    const cancel = env.after(delayMs, () => {
      this.#due = null;
      void this.#run(env, this.#abort.signal);
    });
    this.#due = { at, cancel };
  }

  /** Something has changed for the better (the network, a wake-up): a request that is late is not waited for. */
  giveUpLate(): void {
    if (this.#late) this.#asked?.abort();
  }

  /** Catches up from another place. */
  moveTo(cursor: string): void {
    this.#cursor = cursor;
    this.#etag = null;
    this.#moves++;
  }

  async #run(env: LiveEnvironment, signal: AbortSignal): Promise<void> {
    this.#running = true;
    const startedAt = env.now();
    const newest = this.hooks.newest();
    let outcome: SyncOutcome;
    do {
      const moves = this.#moves;
      outcome = await this.#ask(env);
      if (signal.aborted) return;
      if (moves !== this.#moves) {
        // What came is true all the same; whether anything is missing is for the next one to find out.
        if (outcome.kind === "page") this.hooks.onEvents(outcome.events, null);
        this.#again = 0;
        break;
      }
      this.#take(outcome, newest);
    } while (outcome.kind === "page" && outcome.hasMore);
    if (signal.aborted) return;
    this.#running = false;
    if (outcome.kind === "signed-out") return this.hooks.onSignedOut();
    this.hooks.onSettled(outcome.kind === "failed" ? { ok: false, ...outcome } : { ok: true, startedAt });
    const again = this.#again;
    this.#again = null;
    if (again !== null) this.request(again);
  }

  async #ask(env: LiveEnvironment): Promise<SyncOutcome> {
    const asked = new AbortController();
    this.#asked = asked;
    this.#late = false;
    const onLate = () => {
      this.#late = true;
      this.hooks.onLate();
    };
    return requestSync(env, { cursor: this.#cursor, etag: this.#etag, signal: asked.signal, onLate });
  }

  #take(outcome: SyncOutcome, newest: number): void {
    if (outcome.kind === "page") {
      this.#cursor = outcome.cursor;
      this.#etag = outcome.hasMore ? null : outcome.etag;
      const last = outcome.events.at(-1)?.stamp.seq ?? -1;
      this.hooks.onEvents(outcome.events, outcome.hasMore ? last : Math.max(last, newest));
    } else if (outcome.kind === "unchanged") {
      this.hooks.onEvents([], newest);
    } else if (outcome.kind === "reset") {
      this.moveTo(outcome.cursor);
      this.hooks.onReset();
    }
  }
}
