/** Calendar parts in a person's time zone, as plain numbers: the only thing that Intl is asked for. */
export interface CalendarParts {
  year: number;
  /** 1 to 12. */
  month: number;
  day: number;
  hour: number;
  minute: number;
  /** 0 is Sunday. */
  weekday: number;
  /** Days since 1970-01-01 of that calendar day: a difference of 1 is "yesterday". */
  dayNumber: number;
}

const MS_PER_DAY = 86_400_000;
const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known) return known;
  const made = new Intl.DateTimeFormat("en-US-u-ca-gregory-nu-latn", {
    timeZone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
  });
  formats.set(timeZone, made);
  return made;
}

/**
 * @param ms milliseconds since 1970
 * @param timeZone IANA name; a RangeError is thrown for an unknown one
 */
export function calendarParts(ms: number, timeZone: string): CalendarParts {
  const parts: Record<string, number> = {};
  for (const part of formatOf(timeZone).formatToParts(ms)) parts[part.type] = Number(part.value);
  const { year = 1970, month = 1, day = 1, hour = 0, minute = 0 } = parts;
  const midnight = Date.UTC(year, month - 1, day);
  return { year, month, day, hour, minute, weekday: new Date(midnight).getUTCDay(), dayNumber: midnight / MS_PER_DAY };
}
