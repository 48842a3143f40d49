/** product.md E6. Bar 7 of the family's issue: against python-dateutil and zoneinfo (recurrence-cases.py). */
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { addDays, dateIn, dayInWeek, isCalendarDate, startOfDate, weekAt, weekdayOf } from "#app/domain/calendar-days.ts";
import { nextDue, type Recurrence } from "#app/domain/chores/recurrence.ts";

const seed = Number(process.env["SEED"] || Math.floor(Math.random() * 2 ** 31));
console.log(`recurrence: again with SEED=${seed}`);

interface Cases {
  /** Time zone, rule, due on, done at, which date that was there, the next date. */
  recurrences: [string, Recurrence, string, number, string, string | null][];
  /** Time zone, date, its first instant. */
  starts: [string, string, number][];
}
const { recurrences, starts } = JSON.parse(readFileSync(new URL("./recurrence-cases.json", import.meta.url), "utf8")) as Cases;

describe(`${recurrences.length} dated cases`, () => {
  test("there are enough, over every kind and both anchors", () => {
    expect(recurrences.length).toBeGreaterThanOrEqual(200);
    expect(new Set(recurrences.map(([, rule]) => JSON.stringify([rule.kind, "from" in rule && rule.from]))).size).toBe(9);
  });

  test("which date it is where the family lives", () => {
    for (const [zone, , , doneAt, doneOn] of recurrences) expect([zone, doneAt, dateIn(zone, doneAt)]).toEqual([zone, doneAt, doneOn]);
  });

  test("when it is due again", () => {
    for (const [zone, rule, dueOn, doneAt, , next] of recurrences) {
      const doneOn = dateIn(zone, doneAt);
      expect([rule, dueOn, doneOn, nextDue(rule, { dueOn, doneOn })]).toEqual([rule, dueOn, doneOn, next]);
    }
  });

  test("the comparison notices a rule that counts from the wrong day", () => {
    const wrong = recurrences.filter(([, rule, dueOn, , doneOn, next]) => nextDue(rule, { dueOn, doneOn: dueOn }) !== next && doneOn !== dueOn);
    expect(wrong.length).toBeGreaterThan(50);
  });

  test("when a day begins, also where clocks skip midnight and where a day never was", () => {
    expect(starts.length).toBeGreaterThan(30);
    for (const [zone, date, ms] of starts) {
      expect([zone, date, startOfDate(zone, date)]).toEqual([zone, date, ms]);
      expect(dateIn(zone, ms - 1) < date).toBe(true);
    }
    // Samoa had no 30 December 2011: it begins when the next day does.
    expect(startOfDate("Pacific/Apia", "2011-12-30")).toBe(startOfDate("Pacific/Apia", "2011-12-31"));
  });
});

describe("properties", () => {
  const date = fc.integer({ min: 0, max: 40_000 }).map((days) => addDays("1990-01-01", days));
  const from = fc.constantFrom("due" as const, "completion" as const);
  const rule: fc.Arbitrary<Exclude<Recurrence, { kind: "once" }>> = fc.oneof(
    fc.record({ kind: fc.constant("daily" as const), from }),
    fc.record({ kind: fc.constant("weekdays" as const), days: fc.uniqueArray(fc.integer({ min: 0, max: 6 }), { minLength: 1 }), from }),
    fc.record({ kind: fc.constant("every-n-days" as const), every: fc.integer({ min: 1, max: 365 }), from }),
    fc.record({ kind: fc.constant("monthly" as const), day: fc.integer({ min: 1, max: 31 }), from }),
  );

  test("always later than it was due; from the due date also later than it was done, and on its rhythm", () => {
    fc.assert(
      fc.property(rule, date, fc.integer({ min: -5, max: 500 }), (rule, dueOn, late) => {
        const doneOn = addDays(dueOn, late);
        const next = nextDue(rule, { dueOn, doneOn })!;
        expect(isCalendarDate(next)).toBe(true);
        expect(next > dueOn).toBe(true);
        if (rule.from === "due") expect(next > doneOn).toBe(true);
        if (rule.kind === "weekdays") expect(rule.days).toContain(weekdayOf(next));
        if (rule.kind === "every-n-days" && rule.from === "due") expect((Date.parse(next) - Date.parse(dueOn)) / 86_400_000 % rule.every).toBe(0);
        if (rule.kind === "monthly" && rule.from === "due") expect(Number(next.slice(8)) === rule.day || addDays(next, 1).endsWith("-01")).toBe(true);
      }),
      { numRuns: 2_000, seed },
    );
  });

  test("a week has seven days that follow each other, and every instant of it falls on one", () => {
    fc.assert(
      fc.property(fc.constantFrom("Africa/Cairo", "America/New_York", "Pacific/Apia", "Asia/Kathmandu", "UTC"), fc.integer({ min: 0, max: 6 }), fc.integer({ min: 1.2e12, max: 1.9e12 }), (zone, weekStart, ms) => {
        const week = weekAt(zone, weekStart, ms);
        expect(weekdayOf(week.days[0]!)).toBe(weekStart);
        expect(week.days).toEqual(Array.from({ length: 7 }, (_, index) => addDays(week.days[0]!, index)));
        const day = dayInWeek(week, ms);
        expect(week.days[day]).toBe(dateIn(zone, ms));
        expect(dayInWeek(week, week.bounds[0]! - 1)).toBe(-1);
        expect(dayInWeek(week, week.bounds[7]!)).toBe(-1);
      }),
      { numRuns: 500, seed },
    );
  });
});
