/** Gathers what became of events and writes it in chunks: one write for many, never two at once. */
import type { Database } from "#db/database.ts";
import { settle, type Settlement } from "#db/outbox/settle.ts";
import type { Clock } from "./clock.ts";
import type { RelayLog } from "./log.ts";

/** A result waits this long for others: at a low rate a write for each event would only compete with senders. */
export const SETTLE_WITHIN_MS = 100;
/** So many results are written without waiting for more. */
const SETTLE_AT_ONCE = 300;
const SETTLE_CHUNK = 500;
/** Delivered but not written down: this many may be sent again after a crash. The dispatcher stops there. */
export const MOST_UNSETTLED = 1_000;
const RETRY_MS = 250;

export interface SettleQueueOptions {
  db: Database;
  token: number;
  clock: Clock;
  log: RelayLog;
  onSettled(chunk: readonly Settlement[]): void;
  /** Somebody else leads: nothing was written, and nothing more will be. */
  onFenced(): void;
}

export class SettleQueue {
  #waiting: Settlement[] = [];
  /** So many of those that wait are written now, however few they are. */
  #owed = 0;
  #cancelTimer: (() => void) | null = null;
  #writing: Promise<void> | null = null;
  #closed = false;

  constructor(private readonly options: SettleQueueOptions) {}

  get size() {
    return this.#waiting.length;
  }

  push(...results: Settlement[]) {
    if (this.#closed || results.length === 0) return;
    this.#waiting.push(...results);
    if (this.#waiting.length >= SETTLE_AT_ONCE) void this.#begin();
    else this.#flushIn(SETTLE_WITHIN_MS);
  }

  /** Writes all that waits. A failed write is tried again by itself later; then this ends with rows still waiting. */
  flush(): Promise<void> {
    this.#owed = this.#waiting.length;
    return this.#begin();
  }

  #begin(): Promise<void> {
    this.#cancelTimer?.();
    this.#cancelTimer = null;
    this.#writing ??= this.#write().finally(() => (this.#writing = null));
    return this.#writing;
  }

  /** Forgets what waits: somebody else leads. */
  close() {
    this.#closed = true;
    this.#waiting = [];
    this.#cancelTimer?.();
  }

  #flushIn(ms: number) {
    this.#cancelTimer ??= this.options.clock.after(ms, () => void this.flush());
  }

  async #write() {
    const { db, token, log, onSettled, onFenced } = this.options;
    // What arrives while a chunk is written waits for others again: a write of a few costs as much as one of hundreds.
    while (this.#owed > 0 || this.#waiting.length >= SETTLE_AT_ONCE) {
      const chunk = this.#waiting.slice(0, SETTLE_CHUNK);
      try {
        const { changed, fenced } = await settle(db, token, chunk);
        if (this.#closed) return;
        if (fenced) {
          this.close();
          onFenced();
          return;
        }
        log.debug({ settled: changed, of: chunk.length }, "chunk settled");
      } catch (error) {
        // Whatever it was (locked, full disk, network), the answer is the same: the rows stay, and so does the order.
        log.warn({ err: error, waiting: this.#waiting.length }, "settling failed, trying again");
        if (!this.#closed) this.#flushIn(RETRY_MS);
        return;
      }
      this.#waiting = this.#waiting.slice(chunk.length);
      this.#owed = Math.max(0, this.#owed - chunk.length);
      onSettled(chunk);
    }
    if (this.#waiting.length > 0) this.#flushIn(SETTLE_WITHIN_MS);
  }
}
