/** The outbox page's address: what is asked for, which chart, and what is about to be done. */
import { z } from "zod";
import { CHART_RANGES, LATENCY_MEASURES } from "#app/domain/outbox/charts.ts";
import { EVENT_VERBS, readFilter, writeFilter, type EventFilter } from "#app/domain/outbox/filter.ts";

const count = z.coerce.number().int().nonnegative();
/** What says nothing that can be asked for counts as not said. */
const askedSchema = z.object({
  range: z.enum(CHART_RANGES).catch("hour"),
  measure: z.enum(LATENCY_MEASURES).catch("accepted"),
  before: count.optional().catch(undefined),
  confirm: z.enum(EVENT_VERBS).optional().catch(undefined),
  done: z.enum(EVENT_VERBS).optional().catch(undefined),
  changed: count.optional().catch(undefined),
  asked: count.optional().catch(undefined),
});

export type Asked = z.output<typeof askedSchema> & { filter: EventFilter };

export const readAsked = (params: URLSearchParams): Asked => ({ ...askedSchema.parse(Object.fromEntries(params)), filter: readFilter(params) });

const PATH = "/admin/outbox";
const LIST = "#events";

/** The page with this filter, and what else is said. */
export function addressOf(filter: EventFilter, more: Partial<Pick<Asked, "range" | "measure" | "before" | "confirm">> = {}): string {
  const params = new URLSearchParams(writeFilter(filter));
  for (const [name, value] of Object.entries(more)) if (value !== undefined) params.set(name, String(value));
  const isAboutList = more.confirm === undefined && more.range === undefined && more.measure === undefined;
  return `${PATH}${params.size > 0 ? `?${params}` : ""}${isAboutList && params.size > 0 ? LIST : ""}`;
}
