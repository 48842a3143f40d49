/** The outbox as admins see it. Every question reads small indexes and roll-ups only (tests/db/console-plans.test.ts). */
import { browse, countEvents, type BrowsedEvent } from "#db/outbox/browse.ts";
import { COUNTED_UP_TO, failureGroups, GROUP_COUNTED_UP_TO, waiting } from "#db/outbox/overview.ts";
import { heartbeats, noteWatching, RELAY_SILENT_AFTER_MS } from "#db/outbox/heartbeat.ts";
import { readLease, RELAY_LEASE } from "#db/outbox/lease.ts";
import { logHead } from "#db/outbox/log.ts";
import { deliveredSince, HOUR_MS } from "#db/outbox/rollups.ts";
import { mayAdminister } from "#app/domain/accounts/policy.ts";
import type { Context } from "#app/domain/context.ts";
import { DomainError } from "#app/domain/errors.ts";
import type { Viewer } from "#app/domain/viewer.ts";
import { changedBy, type EventFilter, type EventVerb } from "./filter.ts";
import { masked, type Masked } from "./mask.ts";

export const EVENTS_PER_PAGE = 40;
/** By one press; of more, the oldest. A second press takes the next ones. */
export const MOST_AT_ONCE = 100_000;

/** @throws DomainError forbidden */
export function assertAdmin(viewer: Viewer): void {
  if (!mayAdminister(viewer)) throw new DomainError("forbidden");
}

export interface RelayData {
  id: string;
  version: string;
  startedAt: number;
  seenAt: number;
  state: "leading" | "standing-by" | "silent";
  inFlight: number;
  published: number;
  outage: string | null;
}

export interface LeaseData {
  token: number;
  /** Null: nobody holds it now. */
  holder: string | null;
  renewedAt: number | null;
}

/** How much waits, what failed and why, and who delivers. */
export async function outboxOverview(ctx: Context, viewer: Viewer) {
  assertAdmin(viewer);
  const now = ctx.now();
  const [figures, deliveredInDay, failures, beats, lease] = await Promise.all([waiting(ctx.db), deliveredSince(ctx.db, now - 24 * HOUR_MS), failureGroups(ctx.db), heartbeats(ctx.db), readLease(ctx.db, RELAY_LEASE)]);
  const relays = beats.map(({ token, ...relay }): RelayData => ({ ...relay, state: now - relay.seenAt > RELAY_SILENT_AFTER_MS ? "silent" : token !== null && token === lease?.token && lease.holder === relay.id ? "leading" : "standing-by" }));
  const inFlight = relays.filter(({ state }) => state === "leading").reduce((sum, relay) => sum + relay.inFlight, 0);
  const most = { figures: COUNTED_UP_TO, group: GROUP_COUNTED_UP_TO };
  return { ...figures, deliveredInDay, most, inFlight, failures, relays, lease: lease && ({ token: lease.token, holder: lease.holder, renewedAt: lease.renewedAt } satisfies LeaseData) };
}

/** A page of events, the newest first. @param before a seq, of `next` of an earlier page */
export async function outboxEvents(ctx: Context, viewer: Viewer, filter: EventFilter, before: number | null): Promise<{ events: BrowsedEvent[]; next: number | null }> {
  assertAdmin(viewer);
  return browse(ctx.db, filter, before, EVENTS_PER_PAGE);
}

export interface Preview {
  verb: EventVerb;
  /** At most MOST_AT_ONCE. */
  count: number;
  /** There are more than that. */
  hasMore: boolean;
  /** What comes after this seq does not belong to it. */
  upTo: number;
}

/** How many events a verb would change, and up to where: doing it then changes exactly these, unless they move on by themselves. @param asked up to which seq at most */
export async function previewOf(ctx: Context, viewer: Viewer, verb: EventVerb, filter: EventFilter, asked = Number.MAX_SAFE_INTEGER): Promise<Preview> {
  assertAdmin(viewer);
  const upTo = Math.min(asked, (await logHead(ctx.db)).seq);
  let count = 0;
  for (const part of changedBy(verb, filter)) count += await countEvents(ctx.db, part, upTo, MOST_AT_ONCE + 1 - count);
  return { verb, count: Math.min(count, MOST_AT_ONCE), hasMore: count > MOST_AT_ONCE, upTo };
}

export interface EventDetails extends BrowsedEvent {
  offset: number | null;
  /** How many channels an event for many goes to; null where that is looked up when it is sent, or where it goes to one channel. */
  audience: { channels: number | null } | null;
  firstError: string | null;
  signature: string | null;
  payload: Masked;
  payloadBytes: number;
  attemptsMade: { number: number; at: number; outcome: "retried" | "dead"; error: string }[];
  /** How many browsers said when they had it, and the shortest, middle and longest of what they said, in ms from the commit. */
  received: { count: number; fastestMs: number; medianMs: number; slowestMs: number } | null;
}

/** Index: outbox_events_id. */
const EVENT = `
  SELECT seq, id, channel, "offset", audience, event, state, attempts, available_at AS availableAt, created_at AS createdAt, published_at AS publishedAt, latency_ms AS latencyMs,
    first_error AS firstError, last_error AS lastError, signature, payload, octet_length(payload) AS payloadBytes
  FROM outbox_events WHERE id = ?`;
const MOST_ATTEMPTS_SHOWN = 100;
/** Index: the primary key. The newest, if there are more. */
const ATTEMPTS = `SELECT number, at, outcome, error FROM outbox_attempts WHERE seq = ? ORDER BY number DESC LIMIT ${MOST_ATTEMPTS_SHOWN}`;
const MOST_SAMPLES_READ = 1_000;
/** Index: the primary key. */
const RECEIVED = `SELECT latency_ms AS ms FROM received_samples WHERE seq = ? LIMIT ${MOST_SAMPLES_READ}`;

/** @throws DomainError not-found */
export async function outboxEvent(ctx: Context, viewer: Viewer, id: string): Promise<EventDetails> {
  assertAdmin(viewer);
  const [found] = await ctx.db.all<BrowsedEvent & { offset: number | null; audience: string | null; firstError: string | null; signature: string | null; payload: string; payloadBytes: number }>(EVENT, [id]);
  if (!found) throw new DomainError("not-found");
  const { audience, payload, ...event } = found;
  const attempts = await ctx.db.all<EventDetails["attemptsMade"][number]>(ATTEMPTS, [event.seq]);
  const samples = (await ctx.db.all<{ ms: number }>(RECEIVED, [event.seq])).map(({ ms }) => ms).sort((a, b) => a - b);
  return {
    ...event,
    audience: audience === null ? null : { channels: channelsIn(audience) },
    payload: masked(JSON.parse(payload)),
    attemptsMade: attempts.reverse(),
    received: samples.length === 0 ? null : { count: samples.length, fastestMs: samples[0]!, medianMs: samples[Math.floor((samples.length - 1) / 2)]!, slowestMs: samples.at(-1)! },
  };
}

function channelsIn(audience: string): number | null {
  const value: unknown = JSON.parse(audience);
  return Array.isArray(value) ? value.length : null;
}

/** Notes that somebody looks at the outbox now: the relay tells of changes only then. */
export async function watchOutbox(ctx: Context, viewer: Viewer): Promise<void> {
  assertAdmin(viewer);
  await noteWatching(ctx.db, ctx.now());
}
