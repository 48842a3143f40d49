/** The family's commands on every database that Roost runs on: the same answers, the same events. */
import { expect, test } from "vitest";
import { approveChore, claimChore, createChore, undoChore } from "#app/domain/chores/commands.server.ts";
import { openDashboard } from "#app/domain/families/queries.server.ts";
import { addStars, removeStars, undoStars } from "#app/domain/stars/commands.server.ts";
import { confirmTimer, expireTimers, extendTimer, pauseTimer, resumeTimer, startTimer } from "#app/domain/timers/commands.server.ts";
import type { TimerData } from "#app/domain/timers/machine.ts";
import { DATABASE_KINDS, testDatabase } from "#tests/support/database.ts";
import { household, newestSeq, refusalOf, told } from "./household.ts";

const seen = ({ id, version }: TimerData) => ({ timerId: id, version });

test.each(DATABASE_KINDS)("on %s", async (kind) => {
  const at = await testDatabase(kind);
  try {
    const house = await household(at.db);
    const { ctx, parent, child } = house;
    const before = await newestSeq(house);

    const started = await startTimer(ctx, parent, { templateId: null, name: "Teeth", minutes: 2, memberId: child.userId, stars: 4 });
    const paused = await pauseTimer(ctx, parent, seen(started));
    const extended = await extendTimer(ctx, parent, { ...seen(await resumeTimer(ctx, parent, seen(paused))), minutes: 1 });
    expect(await refusalOf(pauseTimer(ctx, parent, seen(started)))).toBe("stale-version");
    ctx.time.now += 3 * 60_000;
    expect(await Promise.all([expireTimers(ctx), expireTimers(ctx)]).then(([a, b]) => a + b)).toBe(1);
    const version = extended.version + 1;
    const answers = await Promise.all(Array.from({ length: 5 }, () => confirmTimer(ctx, parent, { timerId: started.id, version })));
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(answers[0]).toMatchObject({ starsAwarded: 4, newBalance: 4 });

    const chore = await createChore(ctx, parent, { name: "Dishes", icon: null, stars: 3, recurrence: { kind: "daily", from: "due" }, assignment: "rotating", assignees: [child.userId, house.sibling.userId], dueOn: "2026-03-03" });
    const occurrence = { choreId: chore.id, dueOn: "2026-03-03" };
    await Promise.all([claimChore(ctx, child, occurrence), claimChore(ctx, child, occurrence)]);
    await approveChore(ctx, parent, occurrence);
    await undoChore(ctx, parent, occurrence);
    await claimChore(ctx, parent, occurrence);

    const added = await addStars(ctx, parent, { memberId: child.userId, amount: 2, reason: "Kind", key: "added-once" });
    const outcomes = await Promise.all(Array.from({ length: 4 }, (_, index) => refusalOf(removeStars(ctx, parent, { memberId: child.userId, amount: 9, reason: "Spent", key: `removed-${index}` }))));
    expect(outcomes.toSorted()).toEqual(["not-enough-stars", "not-enough-stars", "not-enough-stars", null].toSorted());
    expect(await refusalOf(undoStars(ctx, parent, { entryId: added.id }))).toBe("not-enough-stars");

    const { timers, chores, stars } = await openDashboard(ctx, child);
    expect(timers).toEqual([]);
    expect(chores[0]!.occurrences.map(({ dueOn, state, assignedTo }) => [dueOn, state, assignedTo])).toEqual([["2026-03-03", "done", child.userId], ["2026-03-04", "open", house.sibling.userId]]);
    expect(stars.members[child.userId]).toMatchObject({ balance: 0, gained: [0, 0, 0, 9, 0, 0, 0], lost: [0, 0, 0, 9, 0, 0, 0] });
    expect((await told(house, before)).map(({ event }) => event)).toEqual([
      ...["timer:started", "timer:updated", "timer:updated", "timer:updated", "timer:expired", "timer:completed", "stars:updated"],
      ...["chore:updated", "chore:updated", "chore:completed", "stars:updated", "stars:updated", "chore:updated", "chore:completed", "stars:updated"],
      ...["stars:updated", "stars:updated"],
    ]);
  } finally {
    await at.close();
  }
});
