import { z } from "zod";
import { ID_PATTERN } from "#app/domain/ids.ts";
import { OPERATION_KINDS, OPERATION_STATES } from "#app/domain/maintenance/operation.ts";

/** What an address asks of the log. What it says that is no filter counts as not said. */
const filterSchema = z.object({
  kind: z.enum(OPERATION_KINDS).optional().catch(undefined),
  state: z.enum(OPERATION_STATES).optional().catch(undefined),
  actorId: z.string().regex(ID_PATTERN).optional().catch(undefined),
  before: z
    .string()
    .regex(/^\d{1,15}-[0-9a-f]{32}$/)
    .transform((text) => ({ startedAt: Number(text.split("-", 1)[0]), id: text.slice(-32) }))
    .optional()
    .catch(undefined),
});

export const filterOf = (params: URLSearchParams) => filterSchema.parse(Object.fromEntries(params));

/** The filter of an address as a query, at the newest: what was just done stands there, if it is asked for. */
export function keptFilter(params: URLSearchParams): string {
  const { kind, state, actorId } = filterOf(params);
  return new URLSearchParams(Object.entries({ kind, state, actorId }).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]))).toString();
}

/** The same filter, further back. */
export function furtherBack(params: URLSearchParams, last: { startedAt: number; id: string }): string {
  const next = new URLSearchParams(params);
  next.set("before", `${last.startedAt}-${last.id}`);
  return `/admin/operations?${next}`;
}
