import type { TFunction } from "i18next";
import { addDays, weekdayOf, type CalendarDate } from "#app/domain/calendar-days.ts";
import type { Recurrence } from "#app/domain/chores/recurrence.ts";
import type { Format } from "#app/i18n/format.ts";

const NEAR_DAYS = 6;
const daysOf = (date: CalendarDate) => ({ month: Number(date.slice(5, 7)), day: Number(date.slice(8)) });

/** "Today", "Tomorrow", "Friday" within a week ahead, else "3 March". */
export function dueWords(t: TFunction, format: Format, dueOn: CalendarDate, today: CalendarDate): string {
  if (dueOn === today) return t("format.today");
  if (dueOn === addDays(today, 1)) return t("chores.tomorrow");
  if (dueOn === addDays(today, -1)) return t("format.yesterday");
  if (dueOn > today && dueOn <= addDays(today, NEAR_DAYS)) return t(`format.weekdays.${weekdayOf(dueOn)}`);
  const { month, day } = daysOf(dueOn);
  return t("format.dateThisYear", { day: format.number(day), month: t(`format.months.${month}`) });
}

/** "Every day", "Sunday and Wednesday", "Every 3 days after it was done". */
export function recurrenceWords(t: TFunction, format: Format, rule: Recurrence): string {
  switch (rule.kind) {
    case "once":
      return t("chores.rules.once");
    case "daily":
      return t("chores.rules.daily");
    case "weekdays":
      return format.list(rule.days.map((day) => t(`format.weekdays.${day}`)));
    case "every-n-days":
      return after(t, rule.from, t("chores.rules.everyDays", { count: rule.every }));
    case "monthly":
      return rule.from === "completion" ? t("chores.rules.monthAfter") : t("chores.rules.monthly", { day: format.number(rule.day) });
  }
}

const after = (t: TFunction, from: "due" | "completion", words: string) => (from === "completion" ? t("chores.rules.afterDone", { rule: words }) : words);
