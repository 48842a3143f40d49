import type { TimerData } from "#app/domain/timers/machine.ts";

const PAUSED = Number.MAX_SAFE_INTEGER;

/** Ended ones wait for somebody; then what ends soonest; paused ones last. Ids break ties, so that nothing changes places by itself. */
export function soonestFirst(a: TimerData, b: TimerData): number {
  const [first, second] = [a.endsAt ?? PAUSED, b.endsAt ?? PAUSED];
  return first === second ? (a.id < b.id ? -1 : 1) : first - second;
}
