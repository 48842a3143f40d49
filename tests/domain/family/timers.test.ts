/** product.md E1 to E3. Bars 1, 3, 4, 5 of the family's issue. */
import { describe, expect, test } from "vitest";
import { DomainError } from "#app/domain/errors.ts";
import { newId } from "#app/domain/ids.ts";
import { addStars } from "#app/domain/stars/commands.server.ts";
import { cancelTimer, changeTemplate, confirmTimer, createTemplate, expireTimers, extendTimer, pauseTimer, resumeTimer, startTimer, syncTimer } from "#app/domain/timers/commands.server.ts";
import { DUE_SQL, EXPIRE_SQL } from "#app/domain/timers/expiry.server.ts";
import { actionsIn, MAX_TIMER_MS, TIMER_ACTIONS, TIMER_STATES, TRANSITIONS, type TimerAction, type TimerData, type TimerState } from "#app/domain/timers/machine.ts";
import { OPEN_TIMERS_SQL, openTimersOf, templatesOf } from "#app/domain/timers/queries.server.ts";
import { findMembership, MEMBERSHIP_SQL } from "#app/domain/families/membership.server.ts";
import type { Viewer } from "#app/domain/viewer.ts";
import type { TestDatabase } from "#tests/support/database.ts";
import { manualClock } from "#tests/support/manual-clock.ts";
import { until } from "#tests/support/wait.ts";
import { silent } from "#tests/worker/relay/support.ts";
import { JOBS, type Job } from "#worker/scheduler/jobs.ts";
import { scheduler } from "#worker/scheduler/scheduler.ts";
import { expirer } from "./expirer.ts";
import { eachWithHousehold } from "./each-with-household.ts";
import { newestSeq, refusalOf, told, type Household } from "./household.ts";
import { emptyStorage } from "#tests/support/uploads.ts";

let at: TestDatabase;
let house: Household;
eachWithHousehold((made, database) => ([house, at] = [made, database]));

const MINUTE = 60_000;
const once = (minutes = 10, besides: Partial<{ memberId: string; stars: number }> = {}, key?: string) => ({ templateId: null, name: "Teeth", minutes, memberId: null, stars: null, ...besides, ...(key !== undefined && { key }) });
const seen = ({ id, version }: TimerData) => ({ timerId: id, version });
const stored = async (id: string) => (await at.db.all<{ state: TimerState; version: number; endsAt: number | null }>("SELECT state, version, ends_at AS endsAt FROM timers WHERE id = ?", [id]))[0]!;

async function timerIn(state: TimerState, stars = 0): Promise<TimerData> {
  const { ctx, parent, child } = house;
  const timer = await startTimer(ctx, parent, once(10, { memberId: child.userId, stars }));
  if (state === "running") return timer;
  if (state === "paused") return pauseTimer(ctx, parent, seen(timer));
  if (state === "cancelled") return cancelTimer(ctx, parent, seen(timer));
  ctx.time.now += 10 * MINUTE;
  const expired = await syncTimer(ctx, parent, { timerId: timer.id });
  return state === "expired" ? expired : (await confirmTimer(ctx, parent, seen(expired))).timer;
}

type Asked = Exclude<TimerAction, "start" | "expire">;
const DO: Record<Asked, (who: Viewer, timer: TimerData) => Promise<unknown>> = {
  pause: (who, timer) => pauseTimer(house.ctx, who, seen(timer)),
  resume: (who, timer) => resumeTimer(house.ctx, who, seen(timer)),
  extend: (who, timer) => extendTimer(house.ctx, who, { ...seen(timer), minutes: 5 }),
  cancel: (who, timer) => cancelTimer(house.ctx, who, seen(timer)),
  confirm: (who, timer) => confirmTimer(house.ctx, who, seen(timer)),
  sync: (who, timer) => syncTimer(house.ctx, who, { timerId: timer.id }),
};
const ASKED = Object.keys(DO) as Asked[];

/** Written down a second time, from the issue: the table of the code must agree. */
const EXPECTED: Record<TimerState, Partial<Record<TimerAction, TimerState>>> = {
  running: { pause: "paused", extend: "running", cancel: "cancelled", expire: "expired", sync: "running" },
  paused: { resume: "running", extend: "paused", cancel: "cancelled", sync: "paused" },
  expired: { cancel: "cancelled", confirm: "completed", sync: "expired" },
  completed: { confirm: "completed", sync: "completed" },
  cancelled: { sync: "cancelled" },
};

describe("the machine", () => {
  test("has a row for every state and a column for every action, as written down in this test", () => {
    for (const state of TIMER_STATES) {
      expect(Object.keys(TRANSITIONS[state]).sort()).toEqual([...TIMER_ACTIONS].sort());
      for (const action of TIMER_ACTIONS) expect([state, action, TRANSITIONS[state][action]]).toEqual([state, action, EXPECTED[state][action] ?? null]);
      expect(actionsIn(state).sort()).toEqual(Object.keys(EXPECTED[state]).sort());
    }
    expect(TIMER_ACTIONS.filter((action) => TRANSITIONS.none[action] !== null)).toEqual(["start"]);
  });

  test.each(TIMER_STATES.flatMap((state) => ASKED.map((action) => [state, action] as const)))("%s, %s: as the table says, by the command too", async (state, action) => {
    const timer = await timerIn(state);
    const before = await newestSeq(house);
    const target = EXPECTED[state][action];
    const outcome = await DO[action](house.parent, timer).catch((error: unknown) => error);
    if (target) expect(outcome).not.toBeInstanceOf(Error);
    else {
      expect(outcome).toBeInstanceOf(DomainError);
      expect(outcome).toMatchObject({ code: "timer-impossible", details: { values: { state, version: timer.version } } });
    }
    expect((await stored(timer.id)).state).toBe(target ?? state);
    const changes = target !== undefined && action !== "sync" && !(state === "completed" && action === "confirm");
    expect((await stored(timer.id)).version).toBe(timer.version + (changes ? 1 : 0));
    expect(await told(house, before)).toHaveLength(changes ? 1 : 0);
  });

  test.each(["pause", "extend", "cancel"] as const)("%s with a version that is over: 409 with the current one, and nothing is written", async (action) => {
    const timer = await startTimer(house.ctx, house.parent, once());
    const now = await extendTimer(house.ctx, house.parent, { ...seen(timer), minutes: 1 });
    const outcome = await DO[action](house.parent, timer).catch((error: unknown) => error);
    expect(outcome).toMatchObject({ code: "stale-version", details: { values: { state: "running", version: now.version } } });
    expect(await stored(timer.id)).toMatchObject({ version: now.version, endsAt: now.endsAt });
  });

  test("a confirmation with a version from before the end is stale; of a completed one only the last two are known", async () => {
    const running = await startTimer(house.ctx, house.parent, once());
    house.ctx.time.now += 10 * MINUTE;
    expect(await refusalOf(confirmTimer(house.ctx, house.parent, seen(running)))).toBe("stale-version");
    const expired = await syncTimer(house.ctx, house.parent, { timerId: running.id });
    await confirmTimer(house.ctx, house.parent, seen(expired));
    expect(await refusalOf(confirmTimer(house.ctx, house.parent, seen(running)))).toBe("stale-version");
  });

  test("what comes too late finds it expired, and that is kept", async () => {
    const timer = await startTimer(house.ctx, house.parent, once());
    house.ctx.time.now += 10 * MINUTE;
    expect(await refusalOf(pauseTimer(house.ctx, house.parent, seen(timer)))).toBe("timer-impossible");
    expect(await stored(timer.id)).toMatchObject({ state: "expired", version: 2 });
    expect((await told(house)).filter(({ event }) => event === "timer:expired")).toHaveLength(1);
    expect(await expireTimers(house.ctx)).toBe(0);
  });
});

describe("time", () => {
  test("a pause keeps what is left, to the millisecond; resuming counts from then", async () => {
    const timer = await startTimer(house.ctx, house.parent, once());
    house.ctx.time.now += 123_456;
    const paused = await pauseTimer(house.ctx, house.parent, seen(timer));
    expect(paused).toMatchObject({ endsAt: null, remainingMs: 10 * MINUTE - 123_456 });
    house.ctx.time.now += 5 * 60 * MINUTE;
    const resumed = await resumeTimer(house.ctx, house.parent, seen(paused));
    expect(resumed).toMatchObject({ remainingMs: null, endsAt: house.ctx.time.now + 10 * MINUTE - 123_456 });
  });

  test("a server whose clock is behind never gives more time than there was", async () => {
    const timer = await startTimer(house.ctx, house.parent, once());
    house.ctx.time.now -= 3_000;
    expect((await pauseTimer(house.ctx, house.parent, seen(timer))).remainingMs).toBe(10 * MINUTE);
  });

  test("extends running and paused ones past the first duration; the template stays, and so does the run when the template changes", async () => {
    const { ctx, parent } = house;
    const template = await createTemplate(ctx, parent, { name: "Piano", minutes: 5, stars: 3, icon: "music", hue: 4 });
    const timer = await startTimer(ctx, parent, { templateId: template.id, memberId: house.child.userId, stars: null });
    expect(timer).toMatchObject({ name: "Piano", stars: 3, icon: "music", hue: 4, firstDurationMs: 5 * MINUTE });
    const longer = await extendTimer(ctx, parent, { ...seen(timer), minutes: 30 });
    expect(longer).toMatchObject({ firstDurationMs: 5 * MINUTE, durationMs: 35 * MINUTE, endsAt: timer.endsAt! + 30 * MINUTE });
    const paused = await pauseTimer(ctx, parent, seen(longer));
    const again = await extendTimer(ctx, parent, { ...seen(paused), minutes: 30 });
    expect(again).toMatchObject({ durationMs: 65 * MINUTE, remainingMs: 65 * MINUTE, endsAt: null });
    const membership = (await findMembership(at.db, parent))!;
    expect(await templatesOf(at.db, membership)).toEqual([template]);
    await changeTemplate(ctx, parent, { templateId: template.id, name: "Violin", minutes: 1, stars: 0, icon: null, hue: 0 });
    expect((await openTimersOf(at.db, membership)).map(({ name, stars, durationMs }) => [name, stars, durationMs])).toEqual([["Piano", 3, 65 * MINUTE]]);
    expect((await told(house)).map(({ event }) => event).filter((event) => event.startsWith("timer:"))).toEqual(["timer:started", "timer:updated", "timer:updated", "timer:updated"]);
  });

  test("the same press again is the same timer as it stands now, told once; with another wish it is refused", async () => {
    const { ctx, parent, other, child, stranger } = house;
    const template = await createTemplate(ctx, parent, { name: "Piano", minutes: 5, stars: 3, icon: null, hue: 4 });
    const key = newId();
    const before = await newestSeq(house);
    const pressed = { templateId: template.id, memberId: child.userId, stars: null, key };
    const [timer, ...again] = await Promise.all(Array.from({ length: 20 }, () => startTimer(ctx, parent, pressed)));
    expect(again).toEqual(Array<TimerData>(19).fill(timer!));
    expect((await told(house, before)).map(({ event }) => event)).toEqual(["timer:started"]);
    const paused = await pauseTimer(ctx, parent, seen(timer!));
    await changeTemplate(ctx, parent, { templateId: template.id, name: "Violin", minutes: 1, stars: 0, icon: null, hue: 0 });
    expect(await startTimer(ctx, parent, pressed)).toEqual(paused);
    for (const wish of [{ ...pressed, memberId: null }, { ...pressed, stars: 4 }, { ...once(5, { memberId: child.userId }, key), name: "Piano" }]) expect([wish, await refusalOf(startTimer(ctx, parent, wish))]).toEqual([wish, "key-reused"]);
    // Everybody's keys are their own.
    for (const who of [other, stranger]) expect((await startTimer(ctx, who, once(10, {}, key))).id).not.toBe(timer!.id);
    for (const name of ["Tea", "Cocoa"]) expect(await refusalOf(startTimer(ctx, other, { ...once(name === "Tea" ? 10 : 11, {}, key), name }))).toBe("key-reused");
    expect(await refusalOf(startTimer(ctx, house.loner, once(10, {}, key)))).toBe("not-found");
  });

  test("no longer than a day, with all extensions", async () => {
    const timer = await startTimer(house.ctx, house.parent, once(MAX_TIMER_MS / MINUTE - 1));
    const full = await extendTimer(house.ctx, house.parent, { ...seen(timer), minutes: 1 });
    expect(await refusalOf(extendTimer(house.ctx, house.parent, { ...seen(full), minutes: 1 }))).toBe("timer-too-long");
    expect((await stored(timer.id)).version).toBe(full.version);
  });
});

describe("expiry", () => {
  const start = async (count: number) => {
    const timers: TimerData[] = [];
    for (let index = 0; index < count; index++) timers.push(await startTimer(house.ctx, house.parent, once(1 + (index % 3))));
    return timers;
  };
  const expiredIds = async () => (await told(house)).filter(({ event }) => event === "timer:expired").map(({ data }) => (data["timer"] as TimerData).id);

  test("two schedulers, 100 due timers: each expires once, the earliest first; a running one is left alone", async () => {
    const timers = await start(100);
    const later = await startTimer(house.ctx, house.parent, once(30));
    house.ctx.time.now += 3 * MINUTE;
    const second = { ...house.ctx, db: await at.openAnother() };
    const counts = await Promise.all([expireTimers(house.ctx), expireTimers(second), expireTimers(house.ctx), expireTimers(second)]);
    expect(counts.reduce((sum, count) => sum + count)).toBe(100);
    const ids = await expiredIds();
    expect(new Set(ids).size).toBe(100);
    const ends = new Map(timers.map(({ id, endsAt }) => [id, endsAt!]));
    expect(ids.map((id) => ends.get(id)!)).toEqual(ids.map((id) => ends.get(id)!).toSorted((a, b) => a - b));
    expect((await stored(later.id)).state).toBe("running");
    expect(await expireTimers(house.ctx)).toBe(0);
  });

  test("the event carries what is stored, with the instant at which it was due", async () => {
    const [timer] = await start(1);
    house.ctx.time.now += 20 * MINUTE;
    await expireTimers(house.ctx);
    const [event] = (await told(house)).filter(({ event }) => event === "timer:expired");
    expect(event!.data["timer"]).toEqual({ ...timer, state: "expired", version: 2 });
    expect(await openTimersOf(at.db, (await findMembership(at.db, house.parent))!)).toEqual([event!.data["timer"]]);
  });

  test("by processes that are killed and started anew while timers fall due: each once, overdue ones at the start", { timeout: 300_000 }, async () => {
    house.ctx.time.now = Date.now() - MINUTE;
    await start(100);
    // A third is overdue when the first process starts; the others fall due while processes come and go.
    await at.db.batch([{ sql: "UPDATE timers SET ends_at = ? + (rowid % 67) * 20 WHERE ends_at > ?", args: [Date.now(), Date.now()] }]);
    const expirers = [expirer(at.url), expirer(at.url)];
    try {
      for (let round = 0; (await expiredIds()).length < 100; round++) {
        const one = expirers[round % 2]!;
        await until(() => one.lines.length > 0 || one.old(), { what: "a process to work" });
        await one.kill();
        expirers[round % 2] = expirer(at.url);
        await until(async () => (await expiredIds()).length > 0, { what: "an expiry" });
      }
    } finally {
      for (const each of expirers) await each.kill();
    }
    const ids = await expiredIds();
    expect(ids).toHaveLength(100);
    expect(new Set(ids).size).toBe(100);
    expect(await at.db.all("SELECT DISTINCT state, version FROM timers")).toEqual([{ state: "expired", version: 2 }]);
  });

  test("the scheduler's job finds them within half a second, also behind a job that hangs; the cron route says how many", async () => {
    const timer = await startTimer(house.ctx, house.parent, once(1));
    const clock = manualClock(timer.startedAt);
    const job = JOBS.find(({ name }) => name === "due-timers")!;
    let hangs = 0;
    const hanging: Job = { name: "hanging", everyMs: 100, run: () => (hangs++, new Promise(() => undefined)) };
    const jobs = scheduler({ ctx: { ...house.ctx, now: clock.now, occupancy: null, storage: emptyStorage() }, clock, log: silent, jobs: [hanging, job] });
    jobs.start();
    await clock.advance(MINUTE - 1);
    expect((await stored(timer.id)).state).toBe("running");
    await clock.advance(500);
    expect(hangs).toBe(1);
    expect((await stored(timer.id)).state).toBe("expired");
    jobs.stop();
    expect(await job.run({ ...house.ctx, occupancy: null, storage: emptyStorage() })).toEqual({ expiredTimers: 0 });
  });

  test("paused, cancelled and completed ones do not expire", async () => {
    for (const state of ["paused", "cancelled", "completed"] as const) await timerIn(state);
    const before = await expiredIds();
    house.ctx.time.now += 60 * MINUTE;
    expect(await expireTimers(house.ctx)).toBe(0);
    expect(await expiredIds()).toEqual(before);
  });
});

describe("confirming", () => {
  test("50 at once, from two parents and two connections: one entry, one answer, one timer:completed, one stars:updated", async () => {
    const timer = await timerIn("expired", 7);
    const before = await newestSeq(house);
    const second = { ...house.ctx, db: await at.openAnother() };
    const answers = await Promise.all(Array.from({ length: 50 }, (_, index) => confirmTimer(index % 2 ? house.ctx : second, index % 3 ? house.parent : house.other, seen(timer))));
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(answers[0]).toMatchObject({ starsAwarded: 7, newBalance: 7, timer: { state: "completed", version: timer.version + 1 } });
    expect(await at.db.all("SELECT amount, kind, member_id AS memberId FROM star_ledger")).toEqual([{ amount: 7, kind: "timer", memberId: house.child.userId }]);
    expect((await told(house, before)).map(({ event }) => event)).toEqual(["timer:completed", "stars:updated"]);
    // Later, with other stars in between: still the same answer.
    await addStars(house.ctx, house.parent, { memberId: house.child.userId, amount: 3, reason: "Kind", key: "some-key-1" });
    expect(await confirmTimer(house.ctx, house.parent, seen(timer))).toEqual(answers[0]);
  });

  test("without stars, or for nobody, there is no entry and no stars:updated", async () => {
    const timer = await timerIn("expired", 0);
    expect(await confirmTimer(house.ctx, house.parent, seen(timer))).toMatchObject({ starsAwarded: 0, newBalance: null });
    const forNobody = await startTimer(house.ctx, house.parent, once(1, { stars: 5 }));
    house.ctx.time.now += MINUTE;
    expect(await confirmTimer(house.ctx, house.parent, seen(await syncTimer(house.ctx, house.parent, { timerId: forNobody.id })))).toMatchObject({ starsAwarded: 0, newBalance: null });
    expect(await at.db.all("SELECT 1 AS one FROM star_ledger")).toEqual([]);
  });
});

test("what the scheduler asks all the time, and what every page asks, goes by indexes", async () => {
  const plan = async (sql: string, args: (string | number)[]) => (await at.db.all<{ detail: string }>(`EXPLAIN QUERY PLAN ${sql}`, args)).map(({ detail }) => detail).join("; ");
  expect(await plan(DUE_SQL, [1])).toContain("USING INDEX timers_due");
  expect(await plan(EXPIRE_SQL, ["[]", 1])).not.toContain("SCAN timers");
  expect(await plan(OPEN_TIMERS_SQL, ["f"])).toContain("USING INDEX timers_open");
  expect(await plan(MEMBERSHIP_SQL, ["u"])).toContain("USING INDEX family_members_user");
  expect(await plan("SELECT id FROM timers WHERE name = ?", ["x"])).toContain("SCAN timers");
});

describe("outsiders", () => {
  test("a stranger, somebody of no family and who was never there: nothing is found", async () => {
    const timer = await timerIn("running");
    for (const who of [house.stranger, house.loner]) for (const action of ASKED) expect(await refusalOf(DO[action](who, timer))).toBe("not-found");
    expect(await refusalOf(startTimer(house.ctx, house.loner, once()))).toBe("not-found");
    expect(await refusalOf(startTimer(house.ctx, house.parent, once(1, { memberId: house.stranger.userId })))).toBe("not-found");
    expect(await refusalOf(pauseTimer(house.ctx, house.parent, { timerId: newId(), version: 1 }))).toBe("not-found");
  });

  test("another family's template is not found", async () => {
    const template = await createTemplate(house.ctx, house.stranger, { name: "Theirs", minutes: 1, stars: 0, icon: null, hue: 0 });
    expect(await refusalOf(startTimer(house.ctx, house.parent, { templateId: template.id, memberId: null, stars: null }))).toBe("not-found");
    expect(await refusalOf(changeTemplate(house.ctx, house.parent, { templateId: template.id, name: "Mine", minutes: 1, stars: 0, icon: null, hue: 0 }))).toBe("not-found");
  });

  test("a child starts, pauses and cancels for itself only, and sets no stars", async () => {
    const { ctx, child, sibling, parent } = house;
    const own = await startTimer(ctx, child, once(10, { memberId: child.userId }));
    expect(await refusalOf(startTimer(ctx, child, once(10, { memberId: sibling.userId })))).toBe("forbidden");
    expect(await refusalOf(startTimer(ctx, child, once(10, { memberId: child.userId, stars: 1 })))).toBe("forbidden");
    expect(await refusalOf(pauseTimer(ctx, sibling, seen(own)))).toBe("forbidden");
    const paused = await pauseTimer(ctx, child, seen(own));
    expect(await refusalOf(extendTimer(ctx, child, { ...seen(paused), minutes: 1 }))).toBe("forbidden");
    await resumeTimer(ctx, child, seen(paused));
    const template = await createTemplate(ctx, parent, { name: "Reading", minutes: 5, stars: 2, icon: null, hue: 0 });
    expect((await startTimer(ctx, child, { templateId: template.id, memberId: child.userId, stars: null })).stars).toBe(2);
  });
});
