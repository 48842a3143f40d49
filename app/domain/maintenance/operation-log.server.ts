/** Reads of the log of operations, for admins. */
import type { SqlValue } from "#db/database.ts";
import { mayAdminister } from "#app/domain/accounts/policy.ts";
import type { Context } from "#app/domain/context.ts";
import { DomainError } from "#app/domain/errors.ts";
import type { Viewer } from "#app/domain/viewer.ts";
import type { OperationData, OperationKind, OperationState } from "./operation.ts";
import { ABANDONED_AFTER_MS } from "./operations.server.ts";

/** The console's card shows so many. */
export const RECENT_OPERATIONS = 5;
export const OPERATIONS_A_PAGE = 30;

interface OperationRow extends Omit<OperationData, "items" | "failures"> {
  items: string;
  failures: string;
}

// People stand in the log by id, and are shown by the name that they have now.
const ITEMS = "(SELECT json_group_array(coalesce(p.name, i.value)) FROM (SELECT value FROM json_each(o.items) ORDER BY key) i LEFT JOIN users p ON p.id = i.value) AS items";

// One whose process is gone is shown as interrupted even before somebody has written that down.
const COLUMNS = `
  o.id, o.kind, u.name AS actorName, ${ITEMS}, o.item_count AS itemCount,
  CASE WHEN o.state = 'running' AND o.beat_at < ? THEN 'interrupted' ELSE o.state END AS state,
  o.steps_done AS stepsDone, o.steps_total AS stepsTotal, o.failures, o.failure_count AS failureCount,
  o.started_at AS startedAt, CASE WHEN o.state = 'running' AND o.beat_at < ? THEN o.beat_at ELSE o.finished_at END AS finishedAt`;

const SELECT = (where: string) => `SELECT ${COLUMNS} FROM operations o LEFT JOIN users u ON u.id = o.actor_id ${where} ORDER BY o.started_at DESC, o.id DESC LIMIT ?`;

const operationData = ({ items, failures, ...row }: OperationRow): OperationData => ({ ...row, items: JSON.parse(items) as string[], failures: JSON.parse(failures) as OperationData["failures"] });

/** The newest, newest first. Index: operations_started. @throws DomainError forbidden */
export async function recentOperations(ctx: Context, viewer: Viewer, limit = RECENT_OPERATIONS): Promise<OperationData[]> {
  assertAdmin(viewer);
  const abandoned = ctx.now() - ABANDONED_AFTER_MS;
  return (await ctx.db.all<OperationRow>(SELECT(""), [abandoned, abandoned, limit])).map(operationData);
}

export interface OperationsFilter {
  kind?: OperationKind | undefined;
  state?: OperationState | undefined;
  actorId?: string | undefined;
  /** Those before this one: where the page before ended. */
  before?: { startedAt: number; id: string } | undefined;
}

/**
 * A page of the log, newest first. One index each for kind, state and actor, else operations_started; never a scan.
 * @throws DomainError forbidden
 */
export async function operationsFor(ctx: Context, viewer: Viewer, filter: OperationsFilter): Promise<{ operations: OperationData[]; hasMore: boolean }> {
  assertAdmin(viewer);
  const { sql, args } = operationsSql(filter, ctx.now());
  const rows = await ctx.db.all<OperationRow>(sql, args);
  return { operations: rows.slice(0, OPERATIONS_A_PAGE).map(operationData), hasMore: rows.length > OPERATIONS_A_PAGE };
}

/** The statement behind it; one text for each combination of filters. */
export function operationsSql({ kind, state, actorId, before }: OperationsFilter, now: number): { sql: string; args: SqlValue[] } {
  const conditions: [string, SqlValue[]][] = [
    ...(kind ? [["o.kind = ?", [kind]] as [string, SqlValue[]]] : []),
    ...(state ? [["o.state = ?", [state]] as [string, SqlValue[]]] : []),
    ...(actorId ? [["o.actor_id = ?", [actorId]] as [string, SqlValue[]]] : []),
    ...(before ? [["(o.started_at, o.id) < (?, ?)", [before.startedAt, before.id]] as [string, SqlValue[]]] : []),
  ];
  const where = conditions.length > 0 ? `WHERE ${conditions.map(([text]) => text).join(" AND ")}` : "";
  const abandoned = now - ABANDONED_AFTER_MS;
  return { sql: SELECT(where), args: [abandoned, abandoned, ...conditions.flatMap(([, args]) => args), OPERATIONS_A_PAGE + 1] };
}

/** Who appears in the log, for its filter: the admins of now and those whose operations are in it. Index: operations_actor. @throws DomainError forbidden */
export async function operationActors(ctx: Context, viewer: Viewer): Promise<{ id: string; name: string }[]> {
  assertAdmin(viewer);
  return ctx.db.all<{ id: string; name: string }>("SELECT u.id, u.name FROM users u WHERE u.id IN (SELECT DISTINCT actor_id FROM operations WHERE actor_id IS NOT NULL) ORDER BY u.name, u.id");
}

function assertAdmin(viewer: Viewer): void {
  if (!mayAdminister(viewer)) throw new DomainError("forbidden");
}
