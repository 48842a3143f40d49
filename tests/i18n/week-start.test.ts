import fc from "fast-check";
import { expect, it } from "vitest";
import { weekStartFor } from "#app/i18n/week-start.ts";

it.each([
  ["ar-EG,ar;q=0.9,en;q=0.8", 6],
  ["ar-SA", 0],
  ["ar-MA,fr", 1],
  ["ar", 6],
  ["en-US,en;q=0.9", 0],
  ["en-GB", 1],
  ["en, de-DE", 1],
  ["en;q=0.8, en-us;q=0.7", 0],
  ["zh-Hant-TW", 0],
  ["dv-MV", 5],
  ["en-150", 1],
  ["en-x-us", 1],
  ["en", 1],
  ["", 1],
  [null, 1],
])("for %s the week begins on day %d", (header, day) => expect(weekStartFor(header)).toBe(day));

it("takes any header", () => {
  fc.assert(fc.property(fc.string(), (header) => void expect([0, 1, 5, 6]).toContain(weekStartFor(header))));
});

it("agrees with this Node's own tables where it has them", () => {
  const own = (tag: string) => {
    // One of both, by Node's version; the type has neither.
    const locale: Intl.Locale & { getWeekInfo?: () => { firstDay: number }; weekInfo?: { firstDay: number } } = new Intl.Locale(tag);
    return (locale.getWeekInfo?.() ?? locale.weekInfo)?.firstDay;
  };
  // Regions about which the tables of different years agree.
  for (const tag of ["ar-EG", "ar-SA", "ar-IQ", "en-US", "en-GB", "de-DE", "pt-BR", "ja-JP", "fr-FR", "en-ZA"]) {
    const day = own(tag);
    if (day !== undefined) expect([tag, weekStartFor(tag)]).toEqual([tag, day % 7]);
  }
});
