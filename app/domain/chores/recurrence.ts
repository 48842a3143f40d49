/** When a chore is due again. Pure, on calendar dates: clocks that change and leap days are the calendar's business. */
import { addDays, dayOfMonth, weekdayOf, type CalendarDate } from "#app/domain/calendar-days.ts";

/** What is counted from: the day it was due (what was missed is passed over), or the day it was done. Of days and weekdays it makes no difference. */
export type Anchor = "due" | "completion";

export type Recurrence =
  | { kind: "once" }
  | { kind: "daily"; from: Anchor }
  /** `days`: 0 is Sunday; which days those are is the household's custom. */
  | { kind: "weekdays"; days: number[]; from: Anchor }
  | { kind: "every-n-days"; every: number; from: Anchor }
  /** From the due date on that day of each month, or the last of shorter ones; from completion on the day of the month it was done. */
  | { kind: "monthly"; day: number; from: Anchor };

export const RECURRENCE_KINDS = ["once", "daily", "weekdays", "every-n-days", "monthly"] as const satisfies readonly Recurrence["kind"][];
export const MAX_EVERY_DAYS = 365;

const later = (a: CalendarDate, b: CalendarDate): CalendarDate => (a > b ? a : b);
const daysBetween = (from: CalendarDate, to: CalendarDate): number => (Date.parse(to) - Date.parse(from)) / 86_400_000;

/**
 * The next time, after an occurrence was done. Always later than that occurrence was due, and from the due date also
 * later than the day it was done.
 * @returns null when it was for once
 */
export function nextDue(rule: Recurrence, { dueOn, doneOn }: { dueOn: CalendarDate; doneOn: CalendarDate }): CalendarDate | null {
  if (rule.kind === "once") return null;
  const last = later(dueOn, doneOn);
  switch (rule.kind) {
    case "daily":
      return addDays(last, 1);
    case "weekdays":
      return nextWeekday(rule.days, last);
    case "every-n-days":
      if (rule.from === "completion") return later(addDays(doneOn, rule.every), addDays(dueOn, 1));
      return addDays(dueOn, rule.every * (Math.floor(daysBetween(dueOn, last) / rule.every) + 1));
    case "monthly": {
      if (rule.from === "completion") return later(dayOfMonth(doneOn, 1, Number(doneOn.slice(8))), addDays(dueOn, 1));
      const thisMonth = dayOfMonth(last, 0, rule.day);
      return thisMonth > last ? thisMonth : dayOfMonth(last, 1, rule.day);
    }
  }
}

function nextWeekday(days: readonly number[], after: CalendarDate): CalendarDate {
  for (let ahead = 1; ahead <= 7; ahead++) {
    const date = addDays(after, ahead);
    if (days.includes(weekdayOf(date))) return date;
  }
  throw new RangeError("a week without any of its days");
}
