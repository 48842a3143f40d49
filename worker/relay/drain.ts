/**
 * Drains the outbox once, without a relay process: after a commit in inline mode, from the cron route, and by
 * `npm run relay -- --once`. The same lease, dispatcher and order as the relay's.
 */
import { EVENT_TYPES } from "#app/domain/events.ts";
import type { Database } from "#db/database.ts";
import { outboxFigures } from "#db/outbox/figures.ts";
import { logHead } from "#db/outbox/log.ts";
import { pendingAfter } from "#db/outbox/pending.ts";
import { CircuitBreaker } from "./circuit-breaker.ts";
import { systemClock, type Clock } from "./clock.ts";
import { Dispatcher } from "./dispatcher.ts";
import { Latencies } from "./latencies.ts";
import { Leadership, WATCH_EVERY_MS } from "./leadership.ts";
import type { RelayLog } from "./log.ts";
import type { Publisher } from "./publishers/publisher.ts";

/** For a whole drain, the wait for a lease included; a request under way may still end. */
export const DRAIN_WITHIN_MS = 10_000;

export interface DrainOptions {
  db: Database;
  /** null: Channels is not configured; nothing is sent. */
  publisher: Publisher | null;
  newId: () => string;
  log: RelayLog;
  withinMs?: number;
  clock?: Clock;
  random?: () => number;
  eventTypes?: typeof EVENT_TYPES;
}

export interface DrainResult {
  published: number;
  /** Sends that failed and will be tried again. */
  retried: number;
  dead: number;
  /** What is left, for whatever reason. */
  pending: number;
  tookMs: number;
}

/**
 * Sends what is pending, then gives the lease back and looks once more: what was committed while this drain held
 * the lease, by somebody who therefore could not take it, is sent by this one. So nobody need wait for a holder
 * that is alive, and one that is frozen is taken over after the lease has run out.
 */
export async function drainOnce(options: DrainOptions): Promise<DrainResult> {
  const { clock = systemClock } = options;
  return (await drain(options, new CircuitBreaker(clock.monotonic))).result;
}

async function drain(options: DrainOptions, breaker: CircuitBreaker): Promise<{ result: DrainResult; frontier: number }> {
  const { db, publisher, clock = systemClock, withinMs = DRAIN_WITHIN_MS } = options;
  const startedAt = clock.monotonic();
  const endsAt = startedAt + withinMs;
  const total = { published: 0, retried: 0, dead: 0 };
  let frontier = 0;
  while (publisher && clock.monotonic() < endsAt && breaker.gate().open) {
    const more = await pendingAfter(db, frontier, 1);
    if (more.length === 0) break;
    const drained = await drainUnderLease({ ...options, publisher, clock, breaker }, endsAt);
    if (drained === null) break;
    frontier = drained.frontier;
    for (const name of ["published", "retried", "dead"] as const) total[name] += drained.counts[name];
  }
  const { pending } = await outboxFigures(db);
  return { result: { ...total, pending, tookMs: Math.round(clock.monotonic() - startedAt) }, frontier };
}

interface LeasedDrain extends DrainOptions {
  publisher: Publisher;
  clock: Clock;
  breaker: CircuitBreaker;
}

/** @returns null when somebody else leads and is alive */
async function drainUnderLease({ db, publisher, clock, breaker, log, newId, random = Math.random, eventTypes = EVENT_TYPES }: LeasedDrain, endsAt: number) {
  const leadership = new Leadership({ db, holder: newId(), clock, log });
  const token = await waitForLease(leadership, clock, endsAt);
  if (token === null) return null;
  try {
    const { epoch } = await logHead(db);
    const latencies = new Latencies(clock.monotonic, log);
    const dispatcher = new Dispatcher({ db, publisher, token, epoch, clock, random, log, breaker, latencies, eventTypes, mayPublish: leadership.isValid, onFenced: () => leadership.lose() });
    leadership.keep(() => dispatcher.resume(), () => dispatcher.abandon());
    const cancelEnd = clock.after(Math.max(0, endsAt - clock.monotonic()), () => void dispatcher.stop());
    dispatcher.wake();
    await dispatcher.quiet();
    cancelEnd();
    await dispatcher.stop();
    return { counts: dispatcher.counts, frontier: dispatcher.frontier };
  } finally {
    await leadership.release();
  }
}

async function waitForLease(leadership: Leadership, clock: Clock, endsAt: number): Promise<number | null> {
  for (;;) {
    const seen = await leadership.observe();
    if (seen.kind === "leading") return seen.token;
    if (seen.moved || clock.monotonic() >= endsAt) return null;
    await new Promise<void>((resolve) => clock.after(WATCH_EVERY_MS, resolve));
  }
}

/** What one drain could not send is tried again by a later one, but not at once: an outage or a pause takes longer. */
const LEFT_OVERS_AFTER_MS = 1_000;

/**
 * Drains one at a time for a process, each time something was committed; asked while one runs, it looks once more
 * after it. A drain commits, too (its lease, what it settles): being told of that must not start the next one.
 * @returns a function that resolves once everything committed before the call has had its chance; it never throws
 */
export function inlineDrainer(options: DrainOptions): () => Promise<void> {
  const { db, log, clock = systemClock } = options;
  const breaker = new CircuitBreaker(clock.monotonic);
  let running: Promise<void> | null = null;
  let next: Promise<void> | null = null;
  let seen = { frontier: 0, at: Number.NEGATIVE_INFINITY };

  async function run() {
    try {
      const isNew = (await pendingAfter(db, seen.frontier, 1)).length > 0;
      if (!isNew && clock.monotonic() - seen.at < LEFT_OVERS_AFTER_MS) return;
      const { result, frontier } = await drain(options, breaker);
      seen = { frontier: Math.max(seen.frontier, frontier), at: clock.monotonic() };
      log.debug({ ...result }, "drained");
    } catch (error) {
      // The message is saved; the next drain sends it.
      log.error({ err: error }, "draining failed");
    }
  }

  const start = () => (running = run().finally(() => (running = null)));
  return () => {
    if (!running) return start();
    next ??= running.then(() => {
      next = null;
      return start();
    });
    return next;
  };
}
