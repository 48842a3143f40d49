/** Notices commits of other processes without being told: the net behind the nudges. */
import type { Database } from "#db/database.ts";
import type { Clock } from "./clock.ts";
import type { RelayLog } from "./log.ts";

/** On a local file: one number is compared, 0.4 % of a core. */
export const LOOK_EVERY_MS = 250;
/** Over a libSQL server a look is a query: often while there is something, seldom while there is nothing. */
export const LOOK_SOONEST_MS = 25;
export const LOOK_LATEST_MS = 1_000;

export interface CommitWatch {
  /** The last look into the outbox found so many rows. */
  found(rows: number): void;
  stop(): void;
}

/** Calls `onChange` when something may have been committed. */
export function watchCommits({ db, clock, log }: { db: Database; clock: Clock; log: RelayLog }, onChange: () => void): CommitWatch {
  let last: number | null = null;
  let pause = LOOK_SOONEST_MS;
  let stopped = false;
  let cancel = clock.after(0, () => void look());

  async function look() {
    let next = LOOK_EVERY_MS;
    try {
      const version = await db.dataVersion();
      if (stopped) return;
      if (version === null) {
        next = pause;
        pause = Math.min(LOOK_LATEST_MS, pause * 2);
        onChange();
      } else if (version !== last) {
        last = version;
        onChange();
      }
    } catch (error) {
      log.warn({ err: error }, "looking for commits failed, trying again");
    }
    if (!stopped) cancel = clock.after(next, () => void look());
  }

  return {
    found(rows) {
      if (rows > 0) pause = LOOK_SOONEST_MS;
    },
    stop() {
      stopped = true;
      cancel();
    },
  };
}
