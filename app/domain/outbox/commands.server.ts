/** What admins do to events that did not arrive. Each is an operation in the log, with what was asked for and how it ended. */
import { drop } from "#db/outbox/drop.ts";
import { requeue } from "#db/outbox/requeue.ts";
import { retry } from "#db/outbox/retry.ts";
import { seqsOf } from "#db/outbox/browse.ts";
import type { Database } from "#db/database.ts";
import type { Context } from "#app/domain/context.ts";
import type { OperationFailure } from "#app/domain/maintenance/operation.ts";
import { advanceOperation, finishOperation, startOperation } from "#app/domain/maintenance/operations.server.ts";
import type { Viewer } from "#app/domain/viewer.ts";
import { applies, changedBy, FILTER_FIELDS, type EventFilter, type EventVerb } from "./filter.ts";
import { assertAdmin, MOST_AT_ONCE, previewOf } from "./queries.server.ts";
import type { EventsInput } from "./schema.ts";

/** Changed in one transaction: a few milliseconds, so that nobody's message waits longer. */
const CHUNK = 500;
/** One at a time over all processes: what one admin counted another does not change meanwhile. */
const EXCLUSIVE = "outbox";

const VERBS: Record<EventVerb, (db: Database, seqs: readonly number[], now: number) => Promise<number[]>> = { retry, requeue, drop };

export interface Changed {
  /** How many were to be changed, when that was counted. */
  asked: number;
  /** How many were: others had moved on by themselves. */
  changed: number;
}

/** Has events tried now that failed before. @throws DomainError forbidden, operation-running */
export const retryEvents = (ctx: Context, viewer: Viewer, input: EventsInput) => change(ctx, viewer, "retry", input);
/** Puts dead and dropped events back into delivery, with their id, seq and offset. @throws DomainError forbidden, operation-running */
export const requeueEvents = (ctx: Context, viewer: Viewer, input: EventsInput) => change(ctx, viewer, "requeue", input);
/** Gives events up: they are not pushed any more. @throws DomainError forbidden, operation-running */
export const dropEvents = (ctx: Context, viewer: Viewer, input: EventsInput) => change(ctx, viewer, "drop", input);

async function change(ctx: Context, viewer: Viewer, verb: EventVerb, { ids, filter, upTo }: EventsInput): Promise<Changed> {
  assertAdmin(viewer);
  if (ids) {
    const seqs = await seqsOfIds(ctx, verb, ids);
    const { changed } = await run(ctx, viewer, verb, { count: seqs.length, items: ids, next: async (after) => seqs.filter((seq) => seq > after).slice(0, CHUNK) });
    return { asked: ids.length, changed };
  }
  const wanted = filter ?? {};
  const preview = await previewOf(ctx, viewer, verb, wanted, upTo);
  return run(ctx, viewer, verb, { count: preview.count, items: itemsOf(wanted), next: matching(ctx, verb, wanted, preview.upTo) });
}

interface Work {
  count: number;
  /** For the log. */
  items: string[];
  /** The next seqs after one, in rising order; none: that was all. */
  next: (after: number) => Promise<number[]>;
}

async function run(ctx: Context, viewer: Viewer, verb: EventVerb, { count, items, next }: Work): Promise<Changed> {
  let seqs = await next(0);
  // Nothing is done: pressed twice, or it has settled itself.
  if (seqs.length === 0) return { asked: 0, changed: 0 };
  const operation = await startOperation(ctx, { kind: `outbox-${verb}`, actor: viewer, items, itemCount: count, steps: Math.ceil(count / CHUNK), exclusive: EXCLUSIVE });
  const failures: OperationFailure[] = [];
  let asked = 0;
  let changed = 0;
  for (let step = 1; seqs.length > 0 && asked < MOST_AT_ONCE; step += 1) {
    const done = new Set(await VERBS[verb](ctx.db, seqs, ctx.now()));
    asked += seqs.length;
    changed += done.size;
    for (const seq of seqs) if (!done.has(seq)) failures.push({ item: `#${seq}`, code: "event-moved-on" });
    if (!(await advanceOperation(ctx, operation, Math.min(step, operation.stepsTotal), failures))) return { asked, changed };
    seqs = await next(seqs.at(-1)!);
  }
  await finishOperation(ctx, operation, failures);
  return { asked, changed };
}

/** Index: outbox_events_id. */
const SEQS_OF_IDS = "SELECT event.seq AS seq, event.state AS state, event.attempts AS attempts FROM json_each(?) AS wanted CROSS JOIN outbox_events AS event ON event.id = wanted.value ORDER BY event.seq";

/** Of those named, the ones that the verb changes as they stand: the others are told as unchanged, not as failed. */
async function seqsOfIds(ctx: Context, verb: EventVerb, ids: readonly string[]): Promise<number[]> {
  const rows = await ctx.db.all<{ seq: number; state: string; attempts: number }>(SEQS_OF_IDS, [JSON.stringify(ids)]);
  return rows.filter((row) => applies(verb, row)).map(({ seq }) => seq);
}

/** In the order of their commits, over all the states that the verb changes: so an older one is never put back after a newer one. */
const matching = (ctx: Context, verb: EventVerb, filter: EventFilter, upTo: number) => async (after: number) => {
  const parts = await Promise.all(changedBy(verb, filter).map((part) => seqsOf(ctx.db, part, { after, upTo, limit: CHUNK })));
  return parts.flat().sort((a, b) => a - b).slice(0, CHUNK);
};

const itemsOf = (filter: EventFilter): string[] => FILTER_FIELDS.flatMap((field) => (filter[field] === undefined ? [] : [`${field}=${filter[field]}`]));
