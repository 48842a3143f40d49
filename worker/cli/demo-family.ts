/** The demo household's family: two parents, a child with a PIN, templates, chores, a week of stars and a shop to spend them in. Only while the parents have none. */
import { addDays, dateIn } from "#app/domain/calendar-days.ts";
import { createChore } from "#app/domain/chores/commands.server.ts";
import type { ChoreCreateInput } from "#app/domain/chores/schema.ts";
import type { Context } from "#app/domain/context.ts";
import { acceptInvitation, createChild, createFamily, invite } from "#app/domain/families/commands.server.ts";
import { findMembership } from "#app/domain/families/membership.server.ts";
import { addStars } from "#app/domain/stars/commands.server.ts";
import { createTemplate } from "#app/domain/timers/commands.server.ts";
import type { Viewer } from "#app/domain/viewer.ts";
import { DEMO_CHILD } from "./demo-account.ts";
import { seedRewards } from "./demo-rewards.ts";

const CHILD_NAME = "Noor · نور";

const TEMPLATES = [
  { name: "Reading · قراءة", minutes: 20, stars: 3, icon: "book", hue: 4 },
  { name: "Homework · الواجب", minutes: 45, stars: 5, icon: "school", hue: 5 },
  { name: "Screen time · شاشة", minutes: 30, stars: 0, icon: "screen", hue: 6 },
  { name: "Brushing teeth · أسنان", minutes: 2, stars: 1, icon: "brush", hue: 2 },
];

/** Hours ago, stars, for what. */
const STARS = [
  [74, 4, "Helped with the shopping"],
  [50, 3, "رتّبت غرفتي"],
  [27, 5, "Read a whole book"],
  [3, 2, "Fed the cat without being asked"],
] as const;

const HOUR_MS = 3_600_000;

/** @returns how many accounts were made */
export async function seedFamily(ctx: Context, { parent, other }: Record<"parent" | "other", Viewer>): Promise<number> {
  if ((await findMembership(ctx.db, parent)) || (await findMembership(ctx.db, other))) return 0;
  const begun = ctx.now() - 30 * 24 * HOUR_MS;
  const then = { ...ctx, now: () => begun };
  const family = await createFamily(then, parent, { name: "The Nest · العش", code: DEMO_CHILD.familyCode, timeZone: "UTC", weekStart: 1, choresCountAtOnce: false });
  await acceptInvitation(then, other, await invite(then, parent, { role: "parent" }));
  const { memberId: child } = await createChild(then, parent, { name: CHILD_NAME, userName: DEMO_CHILD.userName, pin: DEMO_CHILD.pin });
  for (const template of TEMPLATES) await createTemplate(then, parent, template);
  const today = dateIn(family.timeZone, ctx.now());
  for (const chore of choresOf(child, [parent.userId, other.userId])) await createChore(ctx, parent, { ...chore, dueOn: addDays(today, chore.dueOn) });
  for (const [hoursAgo, amount, reason] of STARS) await addStars({ ...ctx, now: () => ctx.now() - hoursAgo * HOUR_MS }, parent, { memberId: child, amount, reason, key: `demo-stars-${hoursAgo}` });
  await seedRewards(ctx, { parent, child: { userId: child, sessionId: "", name: CHILD_NAME, email: null, role: "member", hue: 0 }, familyId: family.id, timeZone: family.timeZone });
  return 1;
}

/** `dueOn` in days from today. */
function choresOf(child: string, parents: string[]): (Omit<ChoreCreateInput, "dueOn"> & { dueOn: number })[] {
  return [
    { name: "Make the bed · ترتيب السرير", icon: "bed", stars: 1, recurrence: { kind: "daily", from: "due" }, assignment: "fixed", assignees: [child], dueOn: 0 },
    { name: "Take out the rubbish · إخراج القمامة", icon: "trash", stars: 2, recurrence: { kind: "weekdays", days: [1, 4], from: "due" }, assignment: "rotating", assignees: [child, ...parents], dueOn: 0 },
    { name: "Water the plants · سقي النباتات", icon: "leaf", stars: 2, recurrence: { kind: "every-n-days", every: 3, from: "completion" }, assignment: "first-come", assignees: [], dueOn: 1 },
  ];
}
