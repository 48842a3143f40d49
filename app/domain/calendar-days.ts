/** Calendar dates of a time zone, and the instants at which they begin. Pure; works in browsers, too. */
import { calendarParts } from "#app/i18n/calendar.ts";

/** `2026-03-31`: dates compare as texts do. */
export type CalendarDate = string;

const DAY_MS = 86_400_000;
const pad = (value: number, width: number) => String(value).padStart(width, "0");

export const dateOf = (year: number, month: number, day: number): CalendarDate => `${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}`;

/** Days since 1970-01-01. */
const dayNumber = (date: CalendarDate): number => Date.parse(`${date}T00:00:00Z`) / DAY_MS;
const dateOfNumber = (number: number): CalendarDate => new Date(number * DAY_MS).toISOString().slice(0, 10);

/** Whether a text is a date that the calendar has. */
export const isCalendarDate = (text: string): boolean => /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(dayNumber(text)) && dateOfNumber(dayNumber(text)) === text;

/** Which date it is somewhere. @param ms milliseconds since 1970 */
export function dateIn(timeZone: string, ms: number): CalendarDate {
  const { year, month, day } = calendarParts(ms, timeZone);
  return dateOf(year, month, day);
}

export const addDays = (date: CalendarDate, days: number): CalendarDate => dateOfNumber(dayNumber(date) + days);

/** 0 is Sunday. */
export const weekdayOf = (date: CalendarDate): number => new Date(dayNumber(date) * DAY_MS).getUTCDay();

export const daysInMonth = (year: number, month: number): number => new Date(Date.UTC(year, month, 0)).getUTCDate();

/** The day of a month, or its last where it is shorter. @param monthsOn counted from the date's own month */
export function dayOfMonth(date: CalendarDate, monthsOn: number, day: number): CalendarDate {
  const months = Number(date.slice(0, 4)) * 12 + Number(date.slice(5, 7)) - 1 + monthsOn;
  const year = Math.floor(months / 12);
  const month = (months % 12) + 1;
  return dateOf(year, month, Math.min(day, daysInMonth(year, month)));
}

/** How far the zone's clocks are ahead of UTC at an instant, in ms (to the minute). */
function offsetAt(timeZone: string, ms: number): number {
  const { dayNumber: day, hour, minute } = calendarParts(ms, timeZone);
  return day * DAY_MS + (hour * 60 + minute) * 60_000 - Math.floor(ms / 60_000) * 60_000;
}

/** The first instant of a date somewhere, in ms since 1970. Where clocks skip midnight, it is the instant of the skip. */
export function startOfDate(timeZone: string, date: CalendarDate): number {
  const midnight = dayNumber(date) * DAY_MS;
  for (const near of [midnight - DAY_MS, midnight + DAY_MS]) {
    const candidate = midnight - offsetAt(timeZone, near);
    if (dateIn(timeZone, candidate) === date && dateIn(timeZone, candidate - 1) < date) return candidate;
  }
  let before = midnight - DAY_MS;
  let from = midnight + DAY_MS;
  while (from - before > 1) {
    const middle = Math.floor((before + from) / 2);
    if (dateIn(timeZone, middle) < date) before = middle;
    else from = middle;
  }
  return from;
}

export interface Week {
  /** The seven dates. */
  days: CalendarDate[];
  /** When each of them begins, and the end of the last: eight instants, in ms since 1970. */
  bounds: number[];
}

/** The week that an instant belongs to. @param weekStart 0 is Sunday */
export function weekAt(timeZone: string, weekStart: number, ms: number): Week {
  const today = dateIn(timeZone, ms);
  const first = addDays(today, -((weekdayOf(today) - weekStart + 7) % 7));
  const days = Array.from({ length: 7 }, (_, index) => addDays(first, index));
  return { days, bounds: [...days, addDays(first, 7)].map((day) => startOfDate(timeZone, day)) };
}

/** Which day of the week an instant falls on, 0 to 6 from its first; -1 when on none. */
export function dayInWeek({ bounds }: Week, ms: number): number {
  const after = bounds.findIndex((bound) => ms < bound);
  return after <= 0 ? -1 : after - 1;
}
