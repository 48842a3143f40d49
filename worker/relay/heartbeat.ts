/** Shows every few seconds that this relay lives, and learns whether anybody watches the console. */
import type { Database } from "#db/database.ts";
import { beat, stopBeating, WATCHED_FOR_MS, type Heartbeat } from "#db/outbox/heartbeat.ts";
import type { Clock } from "./clock.ts";
import type { RelayLog } from "./log.ts";

export const BEAT_EVERY_MS = 2_000;

export interface HeartbeatOptions {
  db: Database;
  clock: Clock;
  log: RelayLog;
  id: string;
  version: string;
  /** What it does right now. */
  describe: () => Pick<Heartbeat, "token" | "inFlight" | "published" | "outage">;
}

export interface RunningHeartbeat {
  /** Whether somebody has had the console open lately. */
  isWatched(): boolean;
  /** Takes the relay off the list. */
  stop(): Promise<void>;
}

/** Beats at once, and then on. A beat that fails is only late: the lease says who leads. */
export function startHeartbeat({ db, clock, log, id, version, describe }: HeartbeatOptions): RunningHeartbeat {
  const startedAt = clock.now();
  let stopped = false;
  let watchedAt: number | null = null;
  let cancel = clock.after(0, next);
  let beating: Promise<void> = Promise.resolve();

  function next() {
    beating = once().finally(() => {
      if (!stopped) cancel = clock.after(BEAT_EVERY_MS, next);
    });
  }

  async function once() {
    try {
      ({ watchedAt } = await beat(db, { id, version, startedAt, seenAt: clock.now(), ...describe() }));
    } catch (error) {
      log.warn({ err: error }, "the heartbeat could not be written, trying again");
    }
  }

  return {
    // Also after a wall clock that jumped: neither side's future counts.
    isWatched: () => watchedAt !== null && Math.abs(clock.now() - watchedAt) < WATCHED_FOR_MS,
    async stop() {
      stopped = true;
      cancel();
      await beating;
      await stopBeating(db, id).catch((error: unknown) => log.warn({ err: error }, "the heartbeat could not be taken back: the console shows a silent relay for a while"));
    },
  };
}
