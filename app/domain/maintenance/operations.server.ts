/**
 * The log of operations: who did what to the house from the console, how far it is, how it ended. One that runs over
 * several steps is started, moved on and finished; one that is over within a transaction is recorded in it.
 */
import type { Queries, SqlValue } from "#db/database.ts";
import type { AppendContext } from "#db/outbox/append.ts";
import type { Context } from "#app/domain/context.ts";
import { DomainError } from "#app/domain/errors.ts";
import type { Viewer } from "#app/domain/viewer.ts";
import type { OperationFailure, OperationKind, OperationState } from "./operation.ts";

/**
 * After so long without a sign of life an operation counts as interrupted. Nobody minds if it was only slow: its
 * further steps are refused, and what it did stays done. Far above a step's time, and above what the clocks of
 * several app processes may differ by.
 */
export const ABANDONED_AFTER_MS = 20_000;

/** Of many items and failures the log keeps so many; it counts all. */
const KEPT = 50;

interface Described {
  kind: OperationKind;
  /** Null: from a terminal. */
  actor: Pick<Viewer, "userId"> | null;
  /** Names of what it is done to: never texts of members. */
  items: readonly string[];
  /** Where `items` names only some of them, or none. */
  itemCount?: number;
}

const INSERT = `
  INSERT INTO operations (id, kind, actor_id, items, item_count, state, exclusive, steps_done, steps_total, failures, failure_count, started_at, beat_at, finished_at)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;

const described = ({ kind, actor, items, itemCount = items.length }: Described): SqlValue[] => [kind, actor?.userId ?? null, JSON.stringify(items.slice(0, KEPT)), itemCount];
const keptFailures = (failures: readonly OperationFailure[]): SqlValue[] => [JSON.stringify(failures.slice(0, KEPT)), failures.length];

/**
 * Writes down an operation that is done, within the transaction that does it: there is one exactly if the other is.
 * @param operation `startedAt` in ms since 1970; now, if left out
 * @returns its id
 */
export async function recordOperation(tx: Queries, operation: Described & { failures?: readonly OperationFailure[]; startedAt?: number }, ctx: AppendContext): Promise<string> {
  const { failures = [] } = operation;
  const id = ctx.newId();
  const now = ctx.now();
  const values = described(operation);
  const count = Number(values[3]);
  await tx.all(INSERT, [id, ...values, endState(failures.length, count - failures.length), null, 1, 1, ...keptFailures(failures), operation.startedAt ?? now, now, now]);
  return id;
}

/** An operation under way. */
export interface RunningOperation {
  id: string;
  kind: OperationKind;
  itemCount: number;
  stepsTotal: number;
}

/**
 * Begins an operation of several steps. Those of its group that were abandoned are told as interrupted first.
 * @param operation `exclusive` names the group of which one at a time may run, over all processes
 * @throws DomainError operation-running while another of the group runs
 */
export async function startOperation(ctx: Context, operation: Described & { steps: number; exclusive?: string }): Promise<RunningOperation> {
  const { kind, exclusive = null, steps } = operation;
  return ctx.db.transact(async (tx) => {
    await tx.all(INTERRUPT, [ctx.now() - ABANDONED_AFTER_MS]);
    if (exclusive !== null && (await tx.all("SELECT 1 AS one FROM operations WHERE exclusive = ? AND state = 'running'", [exclusive])).length > 0) throw new DomainError("operation-running");
    const id = ctx.newId();
    const now = ctx.now();
    await tx.all(INSERT, [id, ...described(operation), "running", exclusive, 0, steps, ...keptFailures([]), now, now, null]);
    return { id, kind, itemCount: operation.itemCount ?? operation.items.length, stepsTotal: steps };
  });
}

/**
 * Says how far it is, and that it lives.
 * @returns false when it was told as interrupted meanwhile: whoever runs it stops
 */
export async function advanceOperation(ctx: Pick<Context, "db" | "now">, { id }: Pick<RunningOperation, "id">, stepsDone: number, failures: readonly OperationFailure[] = []): Promise<boolean> {
  const [rows] = await ctx.db.batch([
    { sql: "UPDATE operations SET steps_done = ?, failures = ?, failure_count = ?, beat_at = ? WHERE id = ? AND state = 'running' RETURNING id", args: [stepsDone, ...keptFailures(failures), ctx.now(), id] },
  ]);
  return rows?.length === 1;
}

/**
 * Ends it.
 * @param achieved how many of its items were done
 * @returns how it ended; "interrupted" when it was told as that meanwhile
 */
export async function finishOperation(ctx: Pick<Context, "db" | "now">, { id, itemCount }: RunningOperation, failures: readonly OperationFailure[] = [], achieved = itemCount - failures.length): Promise<OperationState> {
  const now = ctx.now();
  const state = endState(failures.length, achieved);
  const [rows] = await ctx.db.batch([
    {
      sql: "UPDATE operations SET state = ?, steps_done = steps_total, failures = ?, failure_count = ?, beat_at = ?, finished_at = ? WHERE id = ? AND state = 'running' RETURNING id",
      args: [state, ...keptFailures(failures), now, now, id],
    },
  ]);
  return rows?.length === 1 ? state : "interrupted";
}

// Index: operations_running, which holds those few only.
const INTERRUPT = "UPDATE operations SET state = 'interrupted', finished_at = beat_at WHERE state = 'running' AND beat_at < ? RETURNING id";

/** Tells those as interrupted whose process is gone. @returns how many */
export async function interruptAbandoned({ db, now }: Pick<Context, "db" | "now">): Promise<number> {
  const [rows] = await db.batch([{ sql: INTERRUPT, args: [now() - ABANDONED_AFTER_MS] }]);
  return rows?.length ?? 0;
}

const endState = (failed: number, achieved: number): OperationState => (failed === 0 ? "succeeded" : achieved > 0 ? "partial" : "failed");
