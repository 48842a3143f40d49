/** What an operation of the console is, as pages and events show it. Shared with the browser: no server import here. */

/** Everything that is written into the log of operations. Its words are `adminOperations.kinds.*`. */
export const OPERATION_KINDS = [
  "revalidate-tags",
  "revalidate-paths",
  "refresh-all",
  "outbox-retry",
  "outbox-drop",
  "outbox-requeue",
  "user-disable",
  "user-enable",
  "user-reset-link",
] as const;
export type OperationKind = (typeof OPERATION_KINDS)[number];

const REVALIDATIONS: readonly OperationKind[] = ["revalidate-tags", "revalidate-paths", "refresh-all"];
/** Whether it is one of those of which one runs at a time. */
export const isRevalidation = ({ kind }: { kind: OperationKind }): boolean => REVALIDATIONS.includes(kind);

/** partial: some items failed. interrupted: whoever ran it was gone before the end; what was done stays done. */
export const OPERATION_STATES = ["running", "succeeded", "partial", "failed", "interrupted"] as const;
export type OperationState = (typeof OPERATION_STATES)[number];

/** An item that failed, and why: `code` is a key of `errors.*`. */
export interface OperationFailure {
  item: string;
  code: string;
}

export interface OperationData {
  id: string;
  kind: OperationKind;
  /** Null: from a terminal. */
  actorName: string | null;
  /** The first of them; `itemCount` counts all. */
  items: string[];
  itemCount: number;
  state: OperationState;
  stepsDone: number;
  stepsTotal: number;
  /** The first of them; `failureCount` counts all. */
  failures: OperationFailure[];
  failureCount: number;
  startedAt: number;
  finishedAt: number | null;
}
