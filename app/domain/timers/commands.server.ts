/** Verbs of timers. The server's clock rules; whoever acts says which version they saw. */
import type { Queries } from "#db/database.ts";
import type { EventType } from "#db/outbox/event.ts";
import type { Context } from "#app/domain/context.ts";
import { DomainError } from "#app/domain/errors.ts";
import { membershipFor, requireMay, requireMember } from "#app/domain/families/membership.server.ts";
import type { FamilyAction } from "#app/domain/families/policy.ts";
import { entryOfCause, postEntry } from "#app/domain/stars/ledger.server.ts";
import type { Viewer } from "#app/domain/viewer.ts";
import { timerCancelled, timerCompleted, timerStarted, timerUpdated } from "./events.ts";
import { MAX_TIMER_MS, step, type TimerData, type TimerStep } from "./machine.ts";
import { expireIfDue, insertTimer, saveTimer, tell, TIMER_COLUMNS, timerOfKey } from "./rows.server.ts";
import type { TimerChangeInput, TimerExtendInput, TimerStartInput } from "./schema.ts";
import { templateFor } from "./templates.server.ts";

export { expireTimers } from "./expiry.server.ts";
export { archiveTemplate, changeTemplate, createTemplate } from "./templates.server.ts";

const MINUTE_MS = 60_000;

/**
 * Starts a timer, from a template or for once. Stars that are not given are the template's, or none. The same key
 * again gives the same timer, as it stands now.
 * @throws DomainError forbidden: for somebody else, or with other stars than the template's, where the role may not; not-found (template, member); key-reused (field key) where the key started another timer
 */
export async function startTimer(ctx: Context, viewer: Viewer, input: TimerStartInput): Promise<TimerData> {
  return ctx.db.transact(async (tx) => {
    const membership = await membershipFor(tx, viewer, "timer-start");
    requireMay(membership, "timer-start", input.memberId === null || input.memberId === viewer.userId);
    const familyId = membership.family.id;
    const same = input.key === undefined ? undefined : await timerOfKey(tx, familyId, viewer.userId, input.key);
    if (same) {
      if (!isAsked(same, input)) throw new DomainError("key-reused", { field: "key" });
      return same;
    }
    if (input.memberId !== null) await requireMember(tx, membership, input.memberId);
    const template = input.templateId === null ? { name: input.name, durationMs: input.minutes * MINUTE_MS, stars: 0, icon: null, hue: 0 } : await templateFor(tx, membership, input.templateId);
    const stars = input.stars ?? template.stars;
    if (stars !== template.stars) requireMay(membership, "timer-set-stars", true);
    const now = ctx.now();
    const { name, durationMs, icon, hue } = template;
    const timer: TimerData = {
      ...{ id: ctx.newId(), templateId: input.templateId, memberId: input.memberId, startedBy: viewer.userId, name, icon, hue, stars },
      ...{ state: "running", version: 1, firstDurationMs: durationMs, durationMs, startedAt: now, endsAt: now + durationMs, remainingMs: null, confirmedBy: null, finishedAt: null },
    };
    await insertTimer(tx, familyId, timer, input.key ?? null);
    await tell(tx, ctx, familyId, timerStarted, { timer });
    return timer;
  });
}

/** Whether a timer is what a form asks for. A template may have changed since: that it is this one's is enough. */
function isAsked(timer: TimerData, input: TimerStartInput): boolean {
  if (timer.templateId !== input.templateId || timer.memberId !== input.memberId) return false;
  if (input.templateId !== null) return input.stars === null || input.stars === timer.stars;
  return timer.name === input.name && timer.firstDurationMs === input.minutes * MINUTE_MS && timer.stars === (input.stars ?? 0);
}

/** Halts a running timer. @throws DomainError as `change` does */
export const pauseTimer = (ctx: Context, viewer: Viewer, input: TimerChangeInput): Promise<TimerData> => change(ctx, viewer, input, "timer-pause", { action: "pause" }, tellUpdated);

/** Lets a paused timer run on. @throws DomainError as `change` does */
export const resumeTimer = (ctx: Context, viewer: Viewer, input: TimerChangeInput): Promise<TimerData> => change(ctx, viewer, input, "timer-resume", { action: "resume" }, tellUpdated);

/**
 * Adds time to a running or paused timer, also past its first duration; its template stays as it is.
 * @throws DomainError as `change` does; timer-too-long (field minutes)
 */
export const extendTimer = (ctx: Context, viewer: Viewer, input: TimerExtendInput): Promise<TimerData> =>
  change(ctx, viewer, input, "timer-extend", { action: "extend", byMs: input.minutes * MINUTE_MS }, async (timer, acting) => {
    if (timer.durationMs > MAX_TIMER_MS) throw new DomainError("timer-too-long", { field: "minutes" });
    await tellUpdated(timer, acting);
  });

/** Ends a timer without stars. @throws DomainError as `change` does */
export const cancelTimer = (ctx: Context, viewer: Viewer, input: TimerChangeInput): Promise<TimerData> =>
  change(ctx, viewer, input, "timer-cancel", { action: "cancel" }, ({ id }, { told }) => told(timerCancelled, { timerId: id }));

/** Brings the stored state up to now, and tells the family if that changed it. @throws DomainError as `change` does, but never stale-version */
export const syncTimer = (ctx: Context, viewer: Viewer, input: { timerId: string }): Promise<TimerData> => change(ctx, viewer, { ...input, version: null }, "timer-sync", { action: "sync" }, tellUpdated);

export interface Confirmation {
  timer: TimerData;
  starsAwarded: number;
  /** The member's stars with the award; null where there was none. */
  newBalance: number | null;
}

/**
 * Confirms an expired timer and awards its stars. Again, and many at once: the same answer, one award.
 * @throws DomainError as `change` does
 */
export async function confirmTimer(ctx: Context, viewer: Viewer, input: TimerChangeInput): Promise<Confirmation> {
  const { family } = await membershipFor(ctx.db, viewer, "timer-confirm");
  const causeKey = `timer:${input.timerId}`;
  const timer = await change(ctx, viewer, input, "timer-confirm", { action: "confirm", by: viewer.userId }, async (timer, { tx, told }) => {
    await told(timerCompleted, { timer, starsAwarded: awardOf(timer) });
    if (timer.memberId !== null && timer.stars > 0)
      await postEntry(tx, ctx, { familyId: family.id, memberId: timer.memberId, amount: timer.stars, kind: "timer", reason: timer.name, causeKey, actorId: viewer.userId });
  });
  // The entry never changes: whoever comes later is answered alike.
  const entry = await entryOfCause(ctx.db, family.id, causeKey);
  return { timer, starsAwarded: awardOf(timer), newBalance: entry?.balance ?? null };
}

const awardOf = ({ memberId, stars }: TimerData) => (memberId === null ? 0 : stars);

interface Acting {
  tx: Queries;
  told: <Payload>(type: EventType<Payload>, payload: Payload) => Promise<void>;
}

const tellUpdated = (timer: TimerData, { told }: Acting) => told(timerUpdated, { timer });

/**
 * One step of the machine (machine.ts), with its event, in one transaction. What is due expires first.
 * @throws DomainError not-found for strangers, too; forbidden; timer-impossible where the table has no way, and
 * stale-version where the timer is not the one that was seen, both with the current `state` and `version`
 */
async function change(
  ctx: Context,
  viewer: Viewer,
  input: { timerId: string; version: number | null },
  action: FamilyAction,
  wanted: TimerStep,
  then: (timer: TimerData, acting: Acting) => Promise<void>,
): Promise<TimerData> {
  const outcome = await ctx.db.transact(async (tx) => {
    const now = ctx.now();
    const membership = await membershipFor(tx, viewer, action);
    const [stored] = await tx.all<TimerData>(`SELECT ${TIMER_COLUMNS} FROM timers t WHERE t.id = ? AND t.family_id = ?`, [input.timerId, membership.family.id]);
    if (!stored) throw new DomainError("not-found");
    requireMay(membership, action, isOwn(stored, viewer));
    const timer = await expireIfDue(tx, ctx, membership.family.id, stored, now);
    const next = step(timer, wanted, now);
    // Returned, not thrown: that its time had come is kept.
    if (next === null) return refusal("timer-impossible", timer);
    if (input.version !== null && !wasSeen(timer, wanted, input.version)) return refusal("stale-version", timer);
    if (next === timer) return timer;
    await saveTimer(tx, next);
    await then(next, { tx, told: (type, payload) => tell(tx, ctx, membership.family.id, type, payload) });
    return next;
  });
  if (outcome instanceof DomainError) throw outcome;
  return outcome;
}

/** A second confirmation saw the timer as it was before the first, or after it. */
const wasSeen = (timer: TimerData, { action }: TimerStep, version: number) => version === timer.version || (action === "confirm" && timer.state === "completed" && version === timer.version - 1);

/** For nobody in particular: whoever began it. */
const isOwn = ({ memberId, startedBy }: TimerData, { userId }: Viewer) => (memberId ?? startedBy) === userId;

const refusal = (code: "timer-impossible" | "stale-version", { state, version }: TimerData) => new DomainError(code, { values: { state, version } });
