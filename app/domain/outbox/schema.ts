/** The forms of the outbox's page: events named one by one, or all that a filter says. */
import { z } from "zod";
import { ID_PATTERN } from "#app/domain/ids.ts";
import { readFilter } from "./filter.ts";

/** Named one by one; more are asked for by a filter. */
export const MOST_IDS = 200;

const id = z.string().regex(ID_PATTERN, "event-id");

export const eventsSchema = z
  .object({
    ids: z
      .union([z.string(), z.array(z.string())])
      .transform((ids) => [...new Set((Array.isArray(ids) ? ids : ids.split(",")).map((each) => each.trim()).filter((each) => each !== ""))])
      .pipe(z.array(id).min(1, "choose-events").max(MOST_IDS, "too-many-events"))
      .optional(),
    /** A query string, as the page's address has it; "" is everything. */
    filter: z
      .string()
      .max(2_000)
      .transform((text) => readFilter(new URLSearchParams(text)))
      .optional(),
    /** Only events up to this seq: what came after they were counted stays as it is. */
    upTo: z.coerce.number().int().nonnegative().optional(),
  })
  .superRefine(({ ids, filter }, context) => {
    if (!ids && !filter) context.addIssue({ code: "custom", path: ["ids"], message: "choose-events" });
  });
export type EventsInput = z.output<typeof eventsSchema>;

/** Of one report; a browser gathers them. */
export const MOST_SAMPLES = 10;

/** When a browser had events: `at` in ms since 1970 on the server's clock, as the browser estimates it. */
export const receivedSchema = z.object({ samples: z.array(z.object({ id, at: z.number().int().nonnegative() })).min(1).max(MOST_SAMPLES) });
export type ReceivedInput = z.output<typeof receivedSchema>;
