import type { TFunction } from "i18next";
import { calendarParts, type CalendarParts } from "./calendar.ts";
import { formatNumber, inDigits } from "./digits.ts";
import type { Locale } from "./locale.ts";

const SECOND_MS = 1_000;
const SECONDS_PER_MINUTE = 60;
const MINUTES_PER_HOUR = 60;
const SECONDS_PER_HOUR = SECONDS_PER_MINUTE * MINUTES_PER_HOUR;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const DAYS_BY_WEEKDAY_NAME = 7;

export type Format = ReturnType<typeof createFormat>;

/**
 * Numbers and times as text. Everything is put together from numbers and our own words, because Intl's
 * texts differ with the ICU version, and then server and browser would not render the same page.
 * All times are milliseconds since 1970.
 */
export function createFormat(t: TFunction, locale: Pick<Locale, "digits" | "timeZone">) {
  const { digits, timeZone } = locale;
  const parts = (ms: number) => calendarParts(ms, timeZone);
  const plain = (value: number) => inDigits(String(value), digits);
  const two = (value: number) => inDigits(String(value).padStart(2, "0"), digits);
  const dateOf = ({ year, month, day }: CalendarParts) =>
    t("format.date", { day: plain(day), month: t(`format.months.${month}`), year: plain(year) });

  const number = (value: number, fraction?: number) => formatNumber(value, digits, fraction);
  /** "14:05" */
  const time = (ms: number) => {
    const { hour, minute } = parts(ms);
    return `${two(hour)}:${two(minute)}`;
  };
  /** "3 March 2026" */
  const date = (ms: number) => dateOf(parts(ms));
  /** "Today", "Yesterday", "Friday" within a week, "3 March" within the year, else with the year. */
  const day = (ms: number, now: number) => {
    const then = parts(ms);
    const today = parts(now);
    const ago = today.dayNumber - then.dayNumber;
    if (ago === 0) return t("format.today");
    if (ago === 1) return t("format.yesterday");
    if (ago > 1 && ago < DAYS_BY_WEEKDAY_NAME) return t(`format.weekdays.${then.weekday}`);
    if (then.year === today.year) return t("format.dateThisYear", { day: plain(then.day), month: t(`format.months.${then.month}`) });
    return dateOf(then);
  };
  /** "3 March 2026, 14:05" */
  const dateTime = (ms: number) => t("format.dateTime", { date: date(ms), time: time(ms) });
  /** The shortest that is exact enough in a list: the time today, else the day. */
  const moment = (ms: number, now: number) => (parts(ms).dayNumber === parts(now).dayNumber ? time(ms) : day(ms, now));
  /** "5 minutes ago"; times ahead (a clock that differs) count as now. */
  const relative = (ms: number, now: number) => {
    const ago = now - ms;
    if (ago < MINUTE_MS) return t("format.justNow");
    if (ago < HOUR_MS) return t("format.minutesAgo", { count: Math.floor(ago / MINUTE_MS) });
    if (ago < DAY_MS) return t("format.hoursAgo", { count: Math.floor(ago / HOUR_MS) });
    if (ago < DAYS_BY_WEEKDAY_NAME * DAY_MS) return t("format.daysAgo", { count: Math.floor(ago / DAY_MS) });
    return date(ms);
  };
  /** "A, B and C" */
  const list = (items: readonly string[]) => {
    const last = items.at(-1) ?? "";
    const rest = items.slice(0, -1);
    return rest.length === 0 ? last : t("format.listLast", { list: rest.join(t("format.listSeparator")), last });
  };
  /** "1 hour and 5 minutes": whole minutes, rounded up; a day is its hours. */
  const duration = (ms: number) => {
    const all = Math.ceil(ms / MINUTE_MS);
    const [hours, minutes] = [Math.floor(all / MINUTES_PER_HOUR), all % MINUTES_PER_HOUR];
    const said = [...(hours > 0 ? [t("format.hours", { count: hours })] : []), ...(minutes > 0 || hours === 0 ? [t("format.minutes", { count: minutes })] : [])];
    return list(said);
  };
  /** "4:05", "1:04:05": whole seconds. */
  const clock = (ms: number) => {
    const all = Math.ceil(ms / SECOND_MS);
    const [hours, minutes, seconds] = [Math.floor(all / SECONDS_PER_HOUR), Math.floor(all / SECONDS_PER_MINUTE) % MINUTES_PER_HOUR, all % SECONDS_PER_MINUTE];
    return hours > 0 ? `${plain(hours)}:${two(minutes)}:${two(seconds)}` : `${plain(minutes)}:${two(seconds)}`;
  };
  /** 0 to 23, on the person's clock. */
  const hour = (ms: number) => parts(ms).hour;
  /** Equal for two times on the same calendar day of the person. */
  const dayKey = (ms: number) => String(parts(ms).dayNumber);

  return { number, time, date, day, dateTime, moment, relative, list, duration, clock, hour, dayKey };
}
