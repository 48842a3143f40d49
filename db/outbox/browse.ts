/**
 * Looking through the outbox by what an admin asks for. Each question is driven by one index, named in the statement,
 * and reads so many of its entries at most: at a million rows a page costs what it costs at a hundred.
 */
import type { Queries, SqlValue } from "#db/database.ts";

/** retrying: pending, and it failed before. */
export type EventState = "pending" | "retrying" | "delivered" | "dead" | "dropped";

export interface EventFilter {
  state?: EventState | undefined;
  channel?: string | undefined;
  event?: string | undefined;
  signature?: string | undefined;
}

export interface BrowsedEvent {
  seq: number;
  id: string;
  channel: string | null;
  event: string;
  state: Exclude<EventState, "retrying">;
  attempts: number;
  availableAt: number;
  createdAt: number;
  publishedAt: number | null;
  latencyMs: number | null;
  lastError: string | null;
}

interface Condition {
  sql: string;
  args: SqlValue[];
}

const STATES: Record<EventState, string> = {
  pending: "state = 'pending'",
  retrying: "state = 'pending' AND attempts > 0",
  delivered: "state = 'delivered'",
  dead: "state = 'dead'",
  dropped: "state = 'dropped'",
};

/** What an index answers, and what is left to be looked at row by row. */
export function drivenBy({ state, channel, event, signature }: EventFilter): { from: string; by: Condition; rest: Condition | null } {
  const is = {
    state: state && { sql: STATES[state], args: [] },
    channel: channel === undefined ? undefined : { sql: "channel = ?", args: [channel] },
    event: event === undefined ? undefined : { sql: "event = ?", args: [event] },
    signature: signature === undefined ? undefined : { sql: "signature = ?", args: [signature] },
  };
  const driven = (index: string | null, ...names: (keyof typeof is)[]) => ({
    from: index === null ? "outbox_events NOT INDEXED" : `outbox_events INDEXED BY ${index}`,
    by: together(names.map((name) => is[name])) ?? { sql: "true", args: [] },
    rest: together((Object.keys(is) as (keyof typeof is)[]).filter((name) => !names.includes(name)).map((name) => is[name])),
  });
  if (is.signature) return state === "dead" ? driven("outbox_events_failures", "state", "signature") : driven("outbox_events_signature", "signature");
  if (state === "dead") return is.event ? driven("outbox_events_dead_event", "state", "event") : is.channel ? driven("outbox_events_dead_channel", "state", "channel") : driven("outbox_events_dead", "state");
  // Few are in one of these states, whatever else is asked for.
  if (state === "pending" || state === "retrying" || state === "dropped") return driven(`outbox_events_${state}`, "state");
  if (is.channel) return driven("outbox_events_channel_seq", "channel");
  return is.event ? driven("outbox_events_event_seq", "event") : driven(null);
}

function together(conditions: readonly (Condition | undefined)[]): Condition | null {
  const said = conditions.filter((condition) => condition !== undefined);
  return said.length === 0 ? null : { sql: said.map(({ sql }) => sql).join(" AND "), args: said.flatMap(({ args }) => args) };
}

/** So many entries of an index are gone through for one page, where rows must be looked at one by one. */
export const MOST_LOOKED_AT = 20_000;

const COLUMNS = "seq, id, channel, event, state, attempts, available_at AS availableAt, created_at AS createdAt, published_at AS publishedAt, latency_ms AS latencyMs, last_error AS lastError";

/** The statements of a page; shared with the test of their plans. */
export function browseStatements(filter: EventFilter) {
  const { from, by, rest } = drivenBy(filter);
  return {
    floor: { sql: `SELECT seq FROM ${from} WHERE ${by.sql} AND seq < ? ORDER BY seq DESC LIMIT 1 OFFSET ${MOST_LOOKED_AT}`, args: by.args },
    rows: { sql: `SELECT ${COLUMNS} FROM ${from} WHERE ${by.sql} AND seq < ? AND seq >= ? ${rest ? `AND (${rest.sql})` : ""} ORDER BY seq DESC LIMIT ?`, args: by.args, rest: rest?.args ?? [] },
    count: { sql: `SELECT count(*) AS count FROM (SELECT 1 FROM ${from} WHERE ${by.sql} AND seq <= ? ${rest ? `AND (${rest.sql})` : ""} LIMIT ?)`, args: by.args, rest: rest?.args ?? [] },
    seqs: { sql: `SELECT seq FROM ${from} WHERE ${by.sql} AND seq > ? AND seq <= ? ${rest ? `AND (${rest.sql})` : ""} ORDER BY seq LIMIT ?`, args: by.args, rest: rest?.args ?? [] },
    isLooking: rest !== null,
  };
}

/**
 * A page, the newest first.
 * @param before a seq; null: from the newest
 * @returns `next`: the seq before which it goes on, null at the end. A page may be short, or empty, and go on all the same.
 */
export async function browse(db: Queries, filter: EventFilter, before: number | null, limit: number): Promise<{ events: BrowsedEvent[]; next: number | null }> {
  const { floor, rows, isLooking } = browseStatements(filter);
  const below = before ?? Number.MAX_SAFE_INTEGER;
  const lowest = isLooking ? ((await db.all<{ seq: number }>(floor.sql, [...floor.args, below]))[0]?.seq ?? 0) : 0;
  const found = await db.all<BrowsedEvent>(rows.sql, [...rows.args, below, lowest, ...rows.rest, limit + 1]);
  const events = found.slice(0, limit);
  if (found.length > limit) return { events, next: events.at(-1)!.seq };
  return { events, next: lowest > 0 ? lowest : null };
}

/** How many there are up to a seq, counted no further than `most`. */
export async function countEvents(db: Queries, filter: EventFilter, upTo: number, most: number): Promise<number> {
  const { count } = browseStatements(filter);
  return (await db.all<{ count: number }>(count.sql, [...count.args, upTo, ...count.rest, most]))[0]!.count;
}

/** The seqs of the next ones after a seq, the oldest first. */
export async function seqsOf(db: Queries, filter: EventFilter, { after, upTo, limit }: { after: number; upTo: number; limit: number }): Promise<number[]> {
  const { seqs } = browseStatements(filter);
  return (await db.all<{ seq: number }>(seqs.sql, [...seqs.args, after, upTo, ...seqs.rest, limit])).map(({ seq }) => seq);
}
