/** Tells an open console that the outbox has moved: seldom, and only while somebody watches. */
import { ADMIN_CHANNEL } from "#app/domain/channels.ts";
import { outboxChanged } from "#app/domain/outbox/events.ts";
import type { Clock } from "./clock.ts";
import type { RelayLog } from "./log.ts";
import { announcer } from "./publishers/announce.ts";
import type { Publisher } from "./publishers/publisher.ts";

/** Figures that change faster cannot be read. */
export const NEWS_EVERY_MS = 1_000;

export interface ConsoleNews {
  /** Something has changed. */
  changed(): void;
  stop(): void;
}

export function consoleNews({ publisher, clock, log, isWatched }: { publisher: Publisher; clock: Clock; log: RelayLog; isWatched: () => boolean }): ConsoleNews {
  const announce = announcer(publisher, log);
  let toldAt = Number.NEGATIVE_INFINITY;
  let cancel: (() => void) | null = null;

  function tell() {
    cancel = null;
    toldAt = clock.monotonic();
    void announce({ type: outboxChanged, channel: ADMIN_CHANNEL, payload: { at: clock.now() } });
  }

  return {
    changed() {
      if (cancel || !isWatched()) return;
      cancel = clock.after(Math.max(0, toldAt + NEWS_EVERY_MS - clock.monotonic()), tell);
    },
    stop: () => cancel?.(),
  };
}
