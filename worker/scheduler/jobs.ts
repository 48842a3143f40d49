/** What is to be done from time to time, by the relay that leads or by the cron route: the same list. */
import { pruneAttempts } from "#app/domain/accounts/attempts.server.ts";
import { pruneResets } from "#app/domain/accounts/resets.server.ts";
import { pruneEdits } from "#app/domain/conversations/edit-history.server.ts";
import { prunePinAttempts } from "#app/domain/families/pin-attempts.server.ts";
import { interruptAbandoned } from "#app/domain/maintenance/operations.server.ts";
import { indexMessages } from "#app/domain/search/index.server.ts";
import { expireTimers } from "#app/domain/timers/expiry.server.ts";
import type { Context } from "#app/domain/context.ts";
import type { Storage } from "#app/domain/images/storage.server.ts";
import { removeLeftFolders, sweepOrphans, dropUnsent } from "#app/domain/images/sweep.server.ts";
import { prune } from "#db/outbox/prune.ts";
import { pruneRollups } from "#db/outbox/rollups.ts";
import type { Occupancy } from "#worker/relay/publishers/occupancy.ts";
import { checkpoint, hardlyWrote, isWalShort } from "./checkpoint.ts";
import { deleteExpiredSessions } from "./expired-sessions.ts";
import { offlineUsers, reconcilePresence } from "./presence.ts";

export interface JobContext extends Context {
  /** Who is connected to Channels; null: none is configured. */
  occupancy: Occupancy | null;
  /** Where pictures and files lie. */
  storage: Storage;
}

export interface Job {
  name: string;
  /** A function is told the figures of the last run; nothing while it runs, or when it failed. */
  everyMs: number | ((last?: Record<string, number>) => number);
  /** People wait for it: it never stands behind the other jobs. */
  isUrgent?: boolean;
  /** Figures for the log. */
  run(ctx: JobContext): Promise<Record<string, number>>;
}

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;

/** With the scheduler's own rhythm a timer ends at most 300 ms late. */
const TIMERS_EVERY_MS = 200;

export const JOBS: readonly Job[] = [
  { name: "due-timers", everyMs: TIMERS_EVERY_MS, isUrgent: true, run: async (ctx) => ({ expiredTimers: await expireTimers(ctx) }) },
  // Little by little: rows that are deleted touch pages all over the file, and each goes through the WAL.
  { name: "prune-outbox", everyMs: 10 * SECOND_MS, run: ({ db, now }) => prune(db, { now, mayGoOn: () => isWalShort(db) }) },
  { name: "prune-figures", everyMs: 10 * MINUTE_MS, run: async ({ db, now }) => ({ figures: await pruneRollups(db, now()) }) },
  { name: "checkpoint", everyMs: (last) => (hardlyWrote(last) ? 5 : 1) * SECOND_MS, run: checkpoint },
  { name: "expired-sessions", everyMs: 10 * MINUTE_MS, run: deleteExpiredSessions },
  { name: "past-attempts", everyMs: 10 * MINUTE_MS, run: async (ctx) => ({ attempts: await pruneAttempts(ctx) }) },
  { name: "past-reset-links", everyMs: 10 * MINUTE_MS, run: async (ctx) => ({ resetLinks: await pruneResets(ctx) }) },
  { name: "past-pin-attempts", everyMs: 10 * MINUTE_MS, run: async (ctx) => ({ pinAttempts: await prunePinAttempts(ctx) }) },
  { name: "index-messages", everyMs: SECOND_MS, run: async (ctx) => ({ indexed: await indexMessages(ctx) }) },
  { name: "past-edits", everyMs: 10 * MINUTE_MS, run: async (ctx) => ({ edits: await pruneEdits(ctx) }) },
  { name: "abandoned-operations", everyMs: 10 * SECOND_MS, run: async (ctx) => ({ interruptedOperations: await interruptAbandoned(ctx) }) },
  { name: "unsent-uploads", everyMs: 10 * MINUTE_MS, run: async (ctx) => ({ unsentUploads: await dropUnsent(ctx) }) },
  { name: "removed-uploads", everyMs: 10 * SECOND_MS, run: async (ctx) => ({ removedUploads: await removeLeftFolders(ctx) }) },
  { name: "orphaned-uploads", everyMs: 60 * MINUTE_MS, run: async (ctx) => ({ orphanedUploads: await sweepOrphans(ctx) }) },
  // Last: they may wait for the Channels server's answer.
  { name: "reconcile-presence", everyMs: 30 * SECOND_MS, run: reconcilePresence },
  { name: "offline-users", everyMs: 10 * SECOND_MS, run: offlineUsers },
];
