import type { CalendarDate } from "#app/domain/calendar-days.ts";
import type { ChoreData, ChoreOccurrence } from "#app/domain/chores/chore.ts";

export interface DueChore {
  chore: ChoreData;
  occurrence: ChoreOccurrence;
}

/** What waits for a parent, then what is due by now, the longest first. */
export function dueNow(chores: readonly ChoreData[], today: CalendarDate): DueChore[] {
  const all = chores.flatMap((chore) => chore.occurrences.map((occurrence) => ({ chore, occurrence })));
  const shown = all.filter(({ occurrence: { state, dueOn } }) => state === "claimed" || (state === "open" && dueOn <= today));
  const placeOf = ({ chore, occurrence }: DueChore) => `${occurrence.state === "claimed" ? 0 : 1} ${occurrence.dueOn} ${chore.id}`;
  return shown.toSorted((a, b) => (placeOf(a) < placeOf(b) ? -1 : 1));
}
