/** Waiting for a write lock that another process (or another Database of this one) holds. */
import { setTimeout as pause } from "node:timers/promises";
import { DatabaseBusyError } from "#db/database.ts";

const FIRST_PAUSE_MS = 1;
const LONGEST_PAUSE_MS = 50;

export interface BusyPolicy {
  /** How long to go on trying, in ms. */
  timeoutMs: number;
  /** Whether an error says that the lock is taken and that nothing was done. */
  isBusy: (error: unknown) => boolean;
  /** Between 0 and 1; spreads those who wait. */
  random?: () => number;
}

/**
 * Tries `work` until it is not busy. The pauses give the event loop back: SQLite's own busy handler sleeps in
 * the thread, and would keep a transaction of this very process from ever finishing.
 * @throws DatabaseBusyError after `timeoutMs`; any other error at once
 */
export async function whileBusy<T>(work: () => Promise<T> | T, { timeoutMs, isBusy, random = Math.random }: BusyPolicy): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (let longest = FIRST_PAUSE_MS; ; longest = Math.min(longest * 2, LONGEST_PAUSE_MS)) {
    try {
      return await work();
    } catch (error) {
      if (!isBusy(error)) throw error;
      const left = deadline - performance.now();
      if (left <= 0) throw new DatabaseBusyError(`the database stayed locked for ${timeoutMs} ms`, { cause: error });
      await pause(Math.min(left, FIRST_PAUSE_MS + random() * longest));
    }
  }
}
