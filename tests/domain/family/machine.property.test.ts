/** Any run of actions, over any clock: the machine never leaves its table, and time is neither made nor lost. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { remainingOf, settle, step, TIMER_STATES, TRANSITIONS, type TimerData, type TimerStep } from "#app/domain/timers/machine.ts";

const seed = Number(process.env["SEED"] || Math.floor(Math.random() * 2 ** 31));
console.log(`timer machine: again with SEED=${seed}`);

const MINUTE = 60_000;
const wanted: fc.Arbitrary<TimerStep> = fc.oneof(
  fc.constantFrom<TimerStep>({ action: "pause" }, { action: "resume" }, { action: "sync" }, { action: "confirm", by: "parent" }),
  fc.record({ action: fc.constant("extend" as const), byMs: fc.integer({ min: 1, max: 60 }).map((minutes) => minutes * MINUTE) }),
  // Seldom: nothing comes after it.
  fc.constantFrom<TimerStep>({ action: "pause" }, { action: "resume" }, { action: "resume" }, { action: "cancel" }),
);
const turn = fc.record({ wanted, ms: fc.oneof(fc.nat(5 * MINUTE), fc.constant(0), fc.constant(1)) });

const begun: TimerData = {
  ...{ id: "t", templateId: null, memberId: "m", startedBy: "p", name: "T", icon: null, hue: 0, stars: 1, state: "running", version: 1 },
  ...{ firstDurationMs: 10 * MINUTE, durationMs: 10 * MINUTE, startedAt: 0, endsAt: 10 * MINUTE, remainingMs: null, confirmedBy: null, finishedAt: null },
};

test("2,000 runs of up to 60 actions", () => {
  const reached = new Set<string>();
  fc.assert(
    fc.property(fc.array(turn, { maxLength: 60, size: "max" }), (turns) => {
      let timer = begun;
      let now = 0;
      let ran = 0;
      for (const { wanted, ms } of turns) {
        if (timer.state === "running") ran += Math.min(ms, timer.endsAt! - now);
        now += ms;
        const settled = settle(timer, now);
        expect(settle(settled, now)).toBe(settled);
        const next = step(settled, wanted, now);
        expect(next === null).toBe(TRANSITIONS[settled.state][wanted.action] === null);
        timer = next ?? settled;
        if (next) expect(next.version - settled.version).toBe(next === settled ? 0 : 1);
        reached.add(timer.state);
        expect(timer.firstDurationMs).toBe(begun.firstDurationMs);
        // What has run and what is left is all there ever was.
        if (timer.state === "running" || timer.state === "paused") expect(ran + remainingOf(timer, now)).toBe(timer.durationMs);
        if (timer.state === "expired" || timer.state === "completed") expect(ran).toBe(timer.durationMs);
        expect([timer.endsAt === null, timer.remainingMs === null]).toEqual(timer.state === "paused" || (timer.state === "cancelled" && timer.endsAt === null) ? [true, false] : [false, true]);
      }
    }),
    { numRuns: 2_000, seed },
  );
  expect([...reached].sort()).toEqual([...TIMER_STATES].sort());
});

test("the property notices a resume that gives time away", () => {
  const paused = step(begun, { action: "pause" }, MINUTE)!;
  const resumed = step(paused, { action: "resume" }, 5 * MINUTE)!;
  expect(remainingOf(resumed, 5 * MINUTE)).toBe(9 * MINUTE);
  expect(remainingOf({ ...resumed, endsAt: resumed.endsAt! + 1 }, 5 * MINUTE)).not.toBe(9 * MINUTE);
});
