/** What is asked for in the address of /search. Whatever else stands there is no search. */
import { z } from "zod";
import { isCalendarDate } from "#app/domain/calendar-days.ts";
import { idSchema } from "#app/domain/id-schema.ts";

export const MAX_QUERY_LENGTH = 200;
/** More words than this are not looked for. */
export const MAX_QUERY_WORDS = 8;

const optionalId = idSchema.or(z.literal("")).catch("");
/** Years in which the calendars of all zones are known well enough. */
const day = z.string().regex(/^(19[7-9]|20\d|21\d)\d-/).refine(isCalendarDate).or(z.literal("")).catch("");

export const searchSchema = z.object({
  q: z.string().max(MAX_QUERY_LENGTH * 4).catch("").transform((text) => text.toWellFormed().replaceAll(/\p{Cc}/gu, " ").slice(0, MAX_QUERY_LENGTH).toWellFormed()),
  /** Who wrote it. */
  from: optionalId,
  /** In which conversation. */
  in: optionalId,
  /** Days in the viewer's time zone, both included. */
  since: day,
  until: day,
  /** The last result of the page before. */
  before: z.string().regex(/^\d{1,16}$/).catch(""),
});
export type SearchWanted = z.infer<typeof searchSchema>;
