import type { TimerData } from "#app/domain/timers/machine.ts";

const SECOND_MS = 1_000;
/** Somebody else may start or halt one; long enough to aim at a button. */
const EVERY_S = 15;
/** The server expires a little later. */
const AFTER_END_S = 1;

/** After how many seconds a list of timers that cannot count by itself is worth loading anew. @param now the server's time when it was loaded */
export function secondsUntilNews(timers: readonly TimerData[], now: number): number {
  const ends = timers.flatMap(({ state, endsAt }) => (state === "running" && endsAt !== null ? [Math.ceil((endsAt - now) / SECOND_MS) + AFTER_END_S] : []));
  return Math.max(AFTER_END_S, Math.min(EVERY_S, ...ends));
}
