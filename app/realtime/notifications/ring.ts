/** When a notification is heard. Pure. */

/** The last sound of this browser, whichever tab made it. */
export interface Rung {
  /** Everything committed up to then (server's time, ms) has been announced by it. */
  covers: number;
  /** Device's time, ms. */
  at: number;
}

/** A lively room is no alarm bell. */
export const RING_PAUSE_MS = 4_000;

/**
 * One sound speaks for all that had happened when it was made: what a catch-up of hours brings later on, page by
 * page or in another tab, makes no second one.
 * @param newest commit time of the newest message shown (server's time)
 * @param serverNow the server's time now
 * @returns what to remember if it is to be heard; null: it is not
 */
export function ring(last: Rung | null, newest: number, serverNow: number, now: number): Rung | null {
  if (last && newest <= last.covers) return null;
  // A clock that was set back doesn't silence anything for longer.
  if (last && now >= last.at && now - last.at < RING_PAUSE_MS) return null;
  return { covers: Math.max(newest, serverNow), at: now };
}
