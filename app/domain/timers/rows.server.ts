/** Timers as rows, and the telling of what happened to them. */
import type { Queries } from "#db/database.ts";
import { append } from "#db/outbox/append.ts";
import type { EventType } from "#db/outbox/event.ts";
import { familyChannel } from "#app/domain/channels.ts";
import type { Context } from "#app/domain/context.ts";
import { timerCancelled, timerExpired } from "./events.ts";
import { settle, step, type TimerData } from "./machine.ts";

export type TimerRow = TimerData & { familyId: string };

export const TIMER_COLUMNS = `t.id, t.template_id AS templateId, t.member_id AS memberId, t.started_by AS startedBy, t.name, t.icon, t.hue, t.stars, t.state, t.version,
  t.first_duration_ms AS firstDurationMs, t.duration_ms AS durationMs, t.started_at AS startedAt, t.ends_at AS endsAt, t.remaining_ms AS remainingMs, t.confirmed_by AS confirmedBy, t.finished_at AS finishedAt`;

/** @param startKey of the press that starts it; null for none */
export async function insertTimer(tx: Queries, familyId: string, timer: TimerData, startKey: string | null): Promise<void> {
  await tx.all(
    `INSERT INTO timers (id, family_id, template_id, member_id, started_by, start_key, name, icon, hue, stars, state, version, first_duration_ms, duration_ms, started_at, ends_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    [timer.id, familyId, timer.templateId, timer.memberId, timer.startedBy, startKey, timer.name, timer.icon, timer.hue, timer.stars, timer.state, timer.version, timer.firstDurationMs, timer.durationMs, timer.startedAt, timer.endsAt],
  );
}

/** The timer that a press has started; undefined where it has started none. Index: timers_start_key. */
export async function timerOfKey(tx: Queries, familyId: string, startedBy: string, startKey: string): Promise<TimerData | undefined> {
  const [timer] = await tx.all<TimerData>(`SELECT ${TIMER_COLUMNS} FROM timers t WHERE t.started_by = ? AND t.family_id = ? AND t.start_key = ?`, [startedBy, familyId, startKey]);
  return timer;
}

/** What a step may change. Every other column is of the start. */
export async function saveTimer(tx: Queries, timer: TimerData): Promise<void> {
  await tx.all("UPDATE timers SET state = ?, version = ?, duration_ms = ?, ends_at = ?, remaining_ms = ?, confirmed_by = ?, finished_at = ? WHERE id = ?", [
    ...[timer.state, timer.version, timer.durationMs, timer.endsAt, timer.remainingMs, timer.confirmedBy, timer.finishedAt],
    timer.id,
  ]);
}

export const tell = <Payload>(tx: Queries, ctx: Context, familyId: string, type: EventType<Payload>, payload: Payload) => append(tx, { type, channel: familyChannel(familyId), payload }, ctx);

/** A timer whose time has come is noted as expired and told, within `tx`; any other is given back as it is. */
export async function expireIfDue(tx: Queries, ctx: Context, familyId: string, timer: TimerData, now: number): Promise<TimerData> {
  const settled = settle(timer, now);
  if (settled === timer) return timer;
  await saveTimer(tx, settled);
  await tell(tx, ctx, familyId, timerExpired, { timer: settled });
  return settled;
}

export const withoutFamily = ({ familyId: _familyId, ...timer }: TimerRow): TimerData => timer;

/** Cancels what is still open for somebody who leaves the family, within `tx`. Index: timers_open. */
export async function cancelTimersOf(tx: Queries, ctx: Context, familyId: string, memberId: string): Promise<void> {
  const now = ctx.now();
  const open = await tx.all<TimerData>(`SELECT ${TIMER_COLUMNS} FROM timers t WHERE t.family_id = ? AND t.member_id = ? AND t.state IN ('running', 'paused', 'expired')`, [familyId, memberId]);
  // Asked for at once: on a libSQL server in one round trip, while nobody else can write.
  await Promise.all(
    open.flatMap((timer) => {
      const cancelled = step(timer, { action: "cancel" }, now);
      if (!cancelled) throw new Error(`an open timer cannot be cancelled: ${timer.state}`);
      return [saveTimer(tx, cancelled), tell(tx, ctx, familyId, timerCancelled, { timerId: timer.id })];
    }),
  );
}
