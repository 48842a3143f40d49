/** product.md A5: numbers and calendars are pinned, so that server and browser render the same text. */
import { describe, expect, test } from "vitest";
import { createFormat } from "#app/i18n/format.ts";
import { createI18n } from "#app/i18n/i18n.server.ts";
import type { Locale } from "#app/i18n/locale.ts";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** Wednesday */
const NOW = Date.UTC(2026, 2, 4, 9, 5);

const formatFor = (language: Locale["language"], digits: Locale["digits"] = "latn", timeZone = "UTC") =>
  createFormat(createI18n(language, digits).t, { digits, timeZone });

describe("English", () => {
  const format = formatFor("en");

  test("numbers are grouped, with at most the asked decimals", () => {
    expect([0, 7, 1234, 1234567.891, -5.25].map((value) => format.number(value))).toEqual(["0", "7", "1,234", "1,234,567.89", "-5.25"]);
    expect(format.number(2.345, 0)).toBe("2");
  });

  test("times and dates", () => {
    expect(format.time(NOW)).toBe("09:05");
    expect(format.time(Date.UTC(2026, 2, 4, 0, 0))).toBe("00:00");
    expect(format.date(NOW)).toBe("4 March 2026");
    expect(format.dateTime(NOW)).toBe("4 March 2026, 09:05");
  });

  test.each([
    [NOW, "Today"],
    [NOW - 9 * HOUR - 6 * MINUTE, "Yesterday"],
    [NOW - 2 * DAY, "Monday"],
    [NOW - 6 * DAY, "Thursday"],
    [NOW - 7 * DAY, "25 February"],
    [Date.UTC(2025, 11, 31), "31 December 2025"],
    [NOW + DAY, "5 March"],
  ])("the day of %s is %s", (ms, words) => expect(format.day(ms, NOW)).toBe(words));

  test.each([
    [NOW + HOUR, "just now"],
    [NOW - 59 * SECOND, "just now"],
    [NOW - MINUTE, "1 minute ago"],
    [NOW - 59 * MINUTE, "59 minutes ago"],
    [NOW - HOUR, "1 hour ago"],
    [NOW - DAY, "1 day ago"],
    [NOW - 7 * DAY, "25 February 2026"],
  ])("%s is %s", (ms, words) => expect(format.relative(ms, NOW)).toBe(words));

  test.each([
    [0, "0 minutes", "0:00"],
    [900, "1 minute", "0:01"],
    [MINUTE, "1 minute", "1:00"],
    [61 * SECOND, "2 minutes", "1:01"],
    [59 * MINUTE + 59 * SECOND, "1 hour", "59:59"],
    [HOUR, "1 hour", "1:00:00"],
    [2 * HOUR + 5 * MINUTE, "2 hours and 5 minutes", "2:05:00"],
    [DAY, "24 hours", "24:00:00"],
  ])("%s ms last %s, on a clock %s", (ms, words, clock) => expect([format.duration(ms), format.clock(ms)]).toEqual([words, clock]));

  test("lists", () => {
    expect([[], ["A"], ["A", "B"], ["A", "B", "C"]].map((items) => format.list(items))).toEqual(["", "A", "A and B", "A, B and C"]);
  });
});

describe("Arabic", () => {
  const format = formatFor("ar", "arab");

  test.each([
    [MINUTE, "دقيقة واحدة", "١:٠٠"],
    [2 * MINUTE, "دقيقتان", "٢:٠٠"],
    [3 * MINUTE, "٣ دقائق", "٣:٠٠"],
    [11 * MINUTE, "١١ دقيقة", "١١:٠٠"],
    [HOUR + 2 * MINUTE, "ساعة واحدة ودقيقتان", "١:٠٢:٠٠"],
    [2 * HOUR, "ساعتان", "٢:٠٠:٠٠"],
  ])("%s ms last %s, on a clock %s", (ms, words, clock) => expect([format.duration(ms), format.clock(ms)]).toEqual([words, clock]));

  test("digits, separators and signs are Arabic-Indic", () => {
    expect(format.number(1234567.89)).toBe("١٬٢٣٤٬٥٦٧٫٨٩");
    expect(format.time(NOW)).toBe("٠٩:٠٥");
    expect(format.dateTime(NOW)).toBe("٤ مارس ٢٠٢٦، ٠٩:٠٥");
  });

  test("Latin digits where they are wanted", () => {
    expect(formatFor("ar", "latn").date(NOW)).toBe("4 مارس 2026");
    expect(formatFor("ar", "latn").relative(NOW - 3 * MINUTE, NOW)).toBe("قبل 3 دقائق");
  });

  test("all plural forms", () => {
    const said = [1, 2, 3, 10, 11, 59].map((minutes) => format.relative(NOW - minutes * MINUTE, NOW));
    expect(said).toEqual(["قبل دقيقة", "قبل دقيقتين", "قبل ٣ دقائق", "قبل ١٠ دقائق", "قبل ١١ دقيقة", "قبل ٥٩ دقيقة"]);
  });

  test("lists", () => {
    expect(format.list(["سارة", "عمر", "ليلى"])).toBe("سارة، عمر وليلى");
  });
});

describe("time zones", () => {
  const late = Date.UTC(2026, 2, 3, 23, 30);

  test("the day is the reader's", () => {
    expect(formatFor("en", "latn", "Asia/Riyadh").day(late, NOW)).toBe("Today");
    expect(formatFor("en", "latn", "America/New_York").day(late, late + 2 * HOUR)).toBe("Today");
    expect(formatFor("en", "latn", "UTC").day(late, NOW)).toBe("Yesterday");
    expect(formatFor("en", "latn", "Asia/Kolkata").time(late)).toBe("05:00");
  });

  test("yesterday stays yesterday across the hour that is lost in spring", () => {
    const format = formatFor("en", "latn", "Europe/Berlin");
    expect(format.day(Date.UTC(2026, 2, 28, 23, 30), Date.UTC(2026, 2, 30, 0, 30))).toBe("Yesterday");
  });

  test("an unknown zone is refused", () => {
    expect(() => formatFor("en", "latn", "Nowhere/Else").time(NOW)).toThrow(RangeError);
  });
});
