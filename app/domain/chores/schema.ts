/** What forms and commands of chores accept. Error texts are keys of `errors.fields.*`. */
import { z } from "zod";
import { isCalendarDate } from "#app/domain/calendar-days.ts";
import { idSchema } from "#app/domain/id-schema.ts";
import { lineSchema } from "#app/domain/line.ts";
import { MAX_STARS } from "#app/domain/stars/entry.ts";
import { ASSIGNMENTS } from "./chore.ts";
import { MAX_EVERY_DAYS, RECURRENCE_KINDS, type Recurrence } from "./recurrence.ts";

export const MAX_CHORE_NAME_LENGTH = 60;
const MAX_ASSIGNEES = 20;
const dateSchema = z.string("date-malformed").refine(isCalendarDate, "date-malformed");

const whole = (min: number, max: number, message: string) => z.coerce.number(message).int(message).min(min, message).max(max, message);
/** One value of a form's field is a text, several are a list. */
const listOf = <T extends z.ZodType>(schema: T) => z.union([z.array(schema), z.literal("").transform(() => []), schema.transform((one) => [one])]).default([]);

/** As a form sends it: `recurrence` and, by its kind, `from`, `weekdays`, `everyDays`, `monthDay`. */
const recurrenceFields = z.object({
  recurrence: z.enum(RECURRENCE_KINDS, "not-a-choice"),
  from: z.enum(["due", "completion"], "not-a-choice").default("due"),
  weekdays: listOf(whole(0, 6, "not-a-choice")),
  everyDays: whole(1, MAX_EVERY_DAYS, "every-days-out-of-range").optional(),
  monthDay: whole(1, 31, "month-day-out-of-range").optional(),
});

const fields = recurrenceFields.extend({
  name: lineSchema(MAX_CHORE_NAME_LENGTH, "name-required", "name-long"),
  icon: z.union([z.literal("").transform(() => null), z.string().regex(/^[a-z][a-z-]{0,30}$/, "icon-unknown")]).nullish().transform((icon) => icon ?? null),
  stars: whole(0, MAX_STARS, "stars-out-of-range").default(0),
  assignment: z.enum(ASSIGNMENTS, "not-a-choice"),
  assignees: listOf(idSchema).transform((ids) => [...new Set(ids)]).pipe(z.array(idSchema).max(MAX_ASSIGNEES, "not-a-choice")),
});

type Fields = z.infer<typeof fields>;

function recurrenceOf({ recurrence: kind, from, weekdays, everyDays, monthDay }: Fields, ctx: z.RefinementCtx): Recurrence {
  const missing = (path: string, message: string) => {
    ctx.addIssue({ code: "custom", path: [path], message });
    return z.NEVER;
  };
  switch (kind) {
    case "once":
      return { kind };
    case "daily":
      return { kind, from };
    case "weekdays":
      return weekdays.length > 0 ? { kind, days: [...new Set(weekdays)].sort((a, b) => a - b), from } : missing("weekdays", "weekdays-required");
    case "every-n-days":
      return everyDays ? { kind, every: everyDays, from } : missing("everyDays", "every-days-out-of-range");
    case "monthly":
      return monthDay ? { kind, day: monthDay, from } : missing("monthDay", "month-day-out-of-range");
  }
}

function chore<T extends Fields>(input: T, ctx: z.RefinementCtx) {
  const { recurrence: _kind, from: _from, weekdays: _weekdays, everyDays: _everyDays, monthDay: _monthDay, ...rest } = input;
  const isOne = input.assignees.length === 1;
  if ((input.assignment === "fixed" && !isOne) || (input.assignment === "rotating" && input.assignees.length === 0)) ctx.addIssue({ code: "custom", path: ["assignees"], message: "assignees-required" });
  return { ...rest, recurrence: recurrenceOf(input, ctx) };
}

export const choreCreateSchema = fields.extend({ dueOn: dateSchema }).transform(chore);
export type ChoreCreateInput = z.infer<typeof choreCreateSchema>;
export const choreChangeSchema = fields.extend({ choreId: idSchema }).transform(chore);
export type ChoreChangeInput = z.infer<typeof choreChangeSchema>;
export const choreIdSchema = z.object({ choreId: idSchema });
/** One time that it is due. */
export const choreOccurrenceSchema = z.object({ choreId: idSchema, dueOn: dateSchema });
export type ChoreOccurrenceInput = z.infer<typeof choreOccurrenceSchema>;
