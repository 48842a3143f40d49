/** Which events an admin asks for: the same in an address, in a form and in the log of operations. Shared with the browser. */
import { z } from "zod";
import type { EventState } from "#db/outbox/browse.ts";

/** retrying: pending, and it failed before. */
export const EVENT_STATES = ["pending", "retrying", "delivered", "dead", "dropped"] as const satisfies readonly EventState[];

const LONGEST_NAME = 200;
const name = z
  .string()
  .trim()
  .max(LONGEST_NAME)
  .transform((text) => (text === "" ? undefined : text))
  .optional()
  .catch(undefined);

/** What says nothing that can be asked for counts as not said. */
const filterSchema = z.object({ state: z.enum(EVENT_STATES).optional().catch(undefined), channel: name, event: name, signature: name });
export type EventFilter = z.output<typeof filterSchema>;

export const FILTER_FIELDS = ["state", "channel", "event", "signature"] as const satisfies readonly (keyof EventFilter)[];

export const readFilter = (params: URLSearchParams): EventFilter => filterSchema.parse(Object.fromEntries(params));

/** As a query string, without the question mark; "" for everything. */
export function writeFilter(filter: EventFilter): string {
  const params = new URLSearchParams();
  for (const field of FILTER_FIELDS) if (filter[field] !== undefined) params.set(field, filter[field]);
  return params.toString();
}

/** What can be done to events. */
export const EVENT_VERBS = ["retry", "requeue", "drop"] as const;
export type EventVerb = (typeof EVENT_VERBS)[number];

/** The states in which each changes something, in no order. */
const CHANGES: Record<EventVerb, readonly EventState[]> = { retry: ["dead", "retrying"], requeue: ["dead", "dropped"], drop: ["dead", "pending"] };

/** The parts of a filter that a verb applies to; none: it changes nothing of what is asked for. */
export function changedBy(verb: EventVerb, filter: EventFilter): EventFilter[] {
  const { state } = filter;
  if (state === undefined) return CHANGES[verb].map((each) => ({ ...filter, state: each }));
  if (CHANGES[verb].includes(state)) return [filter];
  // The one is part of the other.
  if (state === "pending" && CHANGES[verb].includes("retrying")) return [{ ...filter, state: "retrying" }];
  if (state === "retrying" && CHANGES[verb].includes("pending")) return [filter];
  return [];
}

/** Whether a verb changes an event as it stands. */
export const applies = (verb: EventVerb, { state, attempts }: { state: string; attempts: number }): boolean =>
  CHANGES[verb].some((changed) => (changed === "retrying" ? state === "pending" && attempts > 0 : changed === state));
