/** Who comes and goes: told by the Channels server, by browsers' sync checks, and by time. No person calls these. */
import type { Queries } from "#db/database.ts";
import type { Context } from "#app/domain/context.ts";
import { parseChannel } from "#app/domain/channels.ts";
import { check, hear, isSeenDue, lapse, see, type Occupied, type Presence } from "./policy.ts";
import { presenceOf, step, tell } from "./rows.server.ts";

/** How many came and how many went. */
export interface Turned {
  online: number;
  offline: number;
}

/** What webhooks say of people's own presence channels. Of several of one person in a batch the last counts. */
export async function hearOccupancy(ctx: Context, news: readonly (Occupied & { channel: string })[]): Promise<Turned> {
  const byUser = new Map<string, Occupied>();
  for (const { channel, ...occupied } of news) {
    const parsed = parseChannel(channel);
    if (parsed?.kind === "user-presence") byUser.set(parsed.userId, occupied);
  }
  const now = ctx.now();
  return step(ctx, [...byUser.keys()], (row) => hear(row, byUser.get(row.userId)!, now));
}

/** Browsers have asked. @param seen when, by person; rows are read first and only written where it is due */
export async function markSeen(ctx: Context, seen: ReadonlyMap<string, number>): Promise<Turned> {
  const rows = await presenceOf(ctx.db, [...seen.keys()]);
  const due = rows.filter((row) => isSeenDue(row, seen.get(row.userId)!)).map(({ userId }) => userId);
  return step(ctx, due, (row) => see(row, seen.get(row.userId)!));
}

// Index: user_presence_occupied.
export const OCCUPIED_SQL = "SELECT user_id AS userId, occupied_at AS occupiedAt FROM user_presence INDEXED BY user_presence_occupied WHERE occupied = 1";

/**
 * Compares what is known with what the Channels server says now: heals what webhooks did not tell, and what a
 * restart of that server made it forget.
 * @param ask the occupied presence channels of people; null: it does not say, and nothing changes
 */
export async function reconcileOccupancy(ctx: Context, ask: () => Promise<ReadonlySet<string> | null>): Promise<Turned> {
  const held = await ctx.db.all<{ userId: string; occupiedAt: number }>(OCCUPIED_SQL);
  const known = new Map(held.map(({ userId, occupiedAt }) => [userId, occupiedAt]));
  const askedAt = ctx.now();
  const listed = await ask();
  if (listed === null) return { online: 0, offline: 0 };
  const here = new Set<string>();
  for (const channel of listed) {
    const parsed = parseChannel(channel);
    if (parsed?.kind === "user-presence") here.add(parsed.userId);
  }
  const now = ctx.now();
  const checked = <Row extends Presence>(row: Row) => check(row, { occupied: here.has(row.userId), askedAt, known: known.get(row.userId) ?? null }, now);
  const rows = await presenceOf(ctx.db, [...new Set([...known.keys(), ...here])]);
  const differing = rows.filter((row) => checked(row) !== row).map(({ userId }) => userId);
  return step(ctx, differing, checked);
}

// Index: user_presence_online.
export const LAPSED_SQL = "SELECT user_id AS userId FROM user_presence INDEXED BY user_presence_online WHERE online = 1 AND occupied = 0";

/** Turns those offline who are neither connected nor were seen for OFFLINE_AFTER_MS. */
export async function turnOffline(ctx: Context): Promise<Turned> {
  const without = await ctx.db.all<{ userId: string }>(LAPSED_SQL);
  const now = ctx.now();
  const gone = (await presenceOf(ctx.db, without.map(({ userId }) => userId))).filter((row) => lapse(row, now) !== row);
  return step(ctx, gone.map(({ userId }) => userId), (row) => lapse(row, now));
}

/**
 * Tells somebody's contacts that this person no longer shows being here, or does again. Within the transaction that
 * changes `show_last_active`, before or after it.
 */
export async function tellVisibility(tx: Queries, ctx: Context, { userId, shown }: { userId: string; shown: boolean }): Promise<void> {
  const [row] = await presenceOf(tx, [userId]);
  // To those who may no longer know it there is no last moment either.
  if (row) await tell(tx, ctx, shown ? { userId, online: row.online, lastActive: row.lastActive } : { userId, online: false, lastActive: 0 });
}
