/** Events of the console. Shared with the browser: no server import here. */
import { durable, ephemeral } from "#db/outbox/event.ts";
import type { OperationData } from "./operation.ts";

/** On the admins' channel: an operation has begun, has come a step further, or is over. */
export type OperationProgress = Pick<OperationData, "id" | "kind" | "state" | "stepsDone" | "stepsTotal" | "failureCount">;
export const operationProgress = ephemeral<OperationProgress>()("operation:progress");

/** On the families' channels: what is cached under these tags, and shown on these pages, is out of date. */
export interface CacheRevalidated {
  tags: string[];
  paths: string[];
}
export const cacheRevalidated = durable<CacheRevalidated>()("cache:revalidated");
