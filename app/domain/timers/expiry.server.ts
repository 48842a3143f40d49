/** Timers whose time has come, by the scheduler or the cron route: each expires once, however many look for them. */
import { appendAll } from "#db/outbox/append.ts";
import { familyChannel } from "#app/domain/channels.ts";
import type { Context } from "#app/domain/context.ts";
import { timerExpired } from "./events.ts";
import { TIMER_COLUMNS, withoutFamily, type TimerRow } from "./rows.server.ts";

/** In one transaction, so that nobody else waits long. */
const AT_ONCE = 100;

/** Index: timers_due. */
export const DUE_SQL = `SELECT id FROM timers WHERE state = 'running' AND ends_at <= ? ORDER BY ends_at LIMIT ${AT_ONCE}`;

/** Under the write lock the condition is asked again: whoever comes second finds none. The statement is the machine's `settle`. */
export const EXPIRE_SQL = `
  UPDATE timers SET state = 'expired', version = version + 1
  WHERE id IN (SELECT value FROM json_each(?)) AND state = 'running' AND ends_at <= ?
  RETURNING family_id AS familyId, ${TIMER_COLUMNS.replaceAll("t.", "")}`;

/**
 * Expires what is due, with its events in the same transaction.
 * @returns how many this call expired
 */
export async function expireTimers(ctx: Context): Promise<number> {
  let expired = 0;
  for (;;) {
    const now = ctx.now();
    const due = await ctx.db.all<{ id: string }>(DUE_SQL, [now]);
    if (due.length === 0) return expired;
    expired += await ctx.db.transact(async (tx) => {
      const rows = await tx.all<TimerRow>(EXPIRE_SQL, [JSON.stringify(due.map(({ id }) => id)), now]);
      rows.sort((a, b) => a.endsAt! - b.endsAt!);
      await appendAll(tx, rows.map((row) => ({ type: timerExpired, channel: familyChannel(row.familyId), payload: { timer: withoutFamily(row) } })), ctx);
      return rows.length;
    });
  }
}
