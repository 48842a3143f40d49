/** Times as a clock on the wall shows them somewhere, `2026-03-31T16:00`, and the instants at which it does. Pure; works in browsers, too. */
import { calendarParts } from "#app/i18n/calendar.ts";
import { addDays, dateOf, isCalendarDate, startOfDate } from "./calendar-days.ts";

/** Without a zone: they compare as texts do. */
export type WallTime = string;

const MINUTE_MS = 60_000;
const pad = (value: number) => String(value).padStart(2, "0");

/** Whether a text is a time of a date that the calendar has; what forms send from a `datetime-local` field. */
export const isWallTime = (text: string): boolean => /^\d{4}-\d\d-\d\dT([01]\d|2[0-3]):[0-5]\d$/.test(text) && isCalendarDate(text.slice(0, 10));

/** What the clocks show somewhere. @param ms milliseconds since 1970 */
export function wallTimeIn(timeZone: string, ms: number): WallTime {
  const { year, month, day, hour, minute } = calendarParts(ms, timeZone);
  return `${dateOf(year, month, day)}T${pad(hour)}:${pad(minute)}`;
}

/**
 * The first instant at which the clocks of a zone show a time or a later one of its date: where they skip it, that of
 * the skip; where they show it twice, the first.
 * @returns ms since 1970
 */
export function instantOf(timeZone: string, time: WallTime): number {
  const date = time.slice(0, 10);
  const midnight = startOfDate(timeZone, date);
  const end = startOfDate(timeZone, addDays(date, 1));
  const wanted = Number(time.slice(11, 13)) * 60 + Number(time.slice(14, 16));
  const guess = midnight + wanted * MINUTE_MS;
  // A change of the clocks moves the hands by at most two hours, and seldom: most days the guess is right at once.
  if (guess < end && wallTimeIn(timeZone, guess) === time && wallTimeIn(timeZone, guess - MINUTE_MS) < time && !isShownBefore(timeZone, time, midnight, guess)) return guess;
  for (let at = midnight; at < end; at += MINUTE_MS) if (wallTimeIn(timeZone, at) >= time) return at;
  return end;
}

const LARGEST_CHANGE_MS = 2 * 60 * MINUTE_MS;
const STEP_MS = 30 * MINUTE_MS;
/** Clocks that are set back show a time twice: then it was shown up to two hours before. */
const isShownBefore = (timeZone: string, time: WallTime, from: number, until: number): boolean =>
  Array.from({ length: LARGEST_CHANGE_MS / STEP_MS }, (_, index) => until - (index + 1) * STEP_MS).some((at) => at >= from && wallTimeIn(timeZone, at) >= time);
