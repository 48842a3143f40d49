/** Runs an operation step by step: each is written down, shown to admins who look on, and may fail without the others. */
import { ADMIN_CHANNEL } from "#app/domain/channels.ts";
import type { Context } from "#app/domain/context.ts";
import type { EventType } from "#app/domain/events.ts";
import type { Viewer } from "#app/domain/viewer.ts";
import { isDatabaseUnavailable } from "#db/unavailable.ts";
import { operationProgress, type OperationProgress } from "./events.ts";
import type { OperationFailure, OperationKind, OperationState } from "./operation.ts";
import { advanceOperation, finishOperation, startOperation } from "./operations.server.ts";
import { DomainError } from "#app/domain/errors.ts";

/** What the runner needs beside a context. */
export interface OperationContext extends Context {
  /** Publishes an ephemeral event, best effort. */
  announce<P>(event: { type: EventType<P>; channel: string; payload: P }): Promise<boolean>;
  log: { error(details: object, message: string): void };
}

export interface OperationStep {
  /** What it is done to, as the log names it. */
  item: string;
  /** Done for the whole, not for one of the operation's items. */
  isCommon?: boolean;
  run(): Promise<void>;
}

interface Described {
  kind: OperationKind;
  actor: Viewer;
  items: readonly string[];
  /** The group of which one runs at a time, over all processes. */
  exclusive: string;
  steps: readonly OperationStep[];
}

/**
 * Runs the steps in order. A step that fails is recorded with its reason, the others go on.
 * @returns how it ended; "interrupted" when it was so slow that it was given up meanwhile
 * @throws DomainError operation-running while another of the group runs
 */
export async function runOperation(ctx: OperationContext, { steps, ...operation }: Described): Promise<OperationState> {
  const running = await startOperation(ctx, { ...operation, steps: steps.length });
  const tell = teller(ctx, { id: running.id, kind: running.kind, stepsTotal: steps.length });
  const failures: OperationFailure[] = [];
  let achieved = 0;
  tell({ state: "running", stepsDone: 0, failureCount: 0 });
  for (const [index, { item, isCommon = false, run }] of steps.entries()) {
    try {
      await run();
      if (!isCommon) achieved++;
    } catch (error) {
      failures.push({ item, code: reasonOf(ctx, error, item) });
    }
    if (!(await advanceOperation(ctx, running, index + 1, failures))) return "interrupted";
    if (index + 1 < steps.length) tell({ state: "running", stepsDone: index + 1, failureCount: failures.length });
  }
  const state = await finishOperation(ctx, running, failures, achieved);
  tell({ state, stepsDone: steps.length, failureCount: failures.length });
  return state;
}

/** A key of `errors.*`; what nobody expects is looked up in the log. */
function reasonOf({ log }: OperationContext, error: unknown, item: string): string {
  if (error instanceof DomainError) return error.code;
  if (isDatabaseUnavailable(error)) return "unavailable";
  log.error({ err: error, item }, "a step of an operation failed");
  return "internal";
}

/** Tells of the newest state, one request at a time: nobody waits for it, and what is no longer so is not sent. */
function teller({ announce }: OperationContext, of: Pick<OperationProgress, "id" | "kind" | "stepsTotal">) {
  let next: OperationProgress | null = null;
  let isSending = false;
  const send = async () => {
    isSending = true;
    while (next) {
      const payload = next;
      next = null;
      await announce({ type: operationProgress, channel: ADMIN_CHANNEL, payload });
    }
    isSending = false;
  };
  return (state: Pick<OperationProgress, "state" | "stepsDone" | "failureCount">) => {
    next = { ...of, ...state };
    if (!isSending) void send();
  };
}
