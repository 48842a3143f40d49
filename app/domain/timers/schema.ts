/** What forms and commands of timers accept. Error texts are keys of `errors.fields.*`. */
import { z } from "zod";
import { formKeySchema } from "#app/domain/form-key.ts";
import { idSchema } from "#app/domain/id-schema.ts";
import { lineSchema } from "#app/domain/line.ts";
import { MAX_STARS } from "#app/domain/stars/entry.ts";
import { MAX_TIMER_MS } from "./machine.ts";

const MINUTE_MS = 60_000;
export const MAX_TIMER_MINUTES = MAX_TIMER_MS / MINUTE_MS;
export const MAX_TIMER_NAME_LENGTH = 60;
const HUES = 8;

/** A form sends nothing as an empty text. Not a union: what is wrong is told by the schema itself. */
const orNothing = <T extends z.ZodType>(schema: T) => z.preprocess((value) => (value === "" || value === undefined ? null : value), schema.nullable());

const minutesSchema = z.coerce.number("minutes-out-of-range").int("minutes-out-of-range").min(1, "minutes-out-of-range").max(MAX_TIMER_MINUTES, "minutes-out-of-range");
const starsSchema = z.coerce.number("stars-out-of-range").int("stars-out-of-range").min(0, "stars-out-of-range").max(MAX_STARS, "stars-out-of-range");
const timerNameSchema = lineSchema(MAX_TIMER_NAME_LENGTH, "name-required", "name-long");

const forWhom = { memberId: orNothing(idSchema), stars: orNothing(starsSchema), key: formKeySchema.optional() };
const fromTemplateSchema = z.object({ templateId: idSchema, ...forWhom });
const onceSchema = z.object({ templateId: orNothing(z.null()), name: timerNameSchema, minutes: minutesSchema, ...forWhom });
export type TimerStartInput = z.infer<typeof fromTemplateSchema> | z.infer<typeof onceSchema>;
/** One of both by whether a template is named, so that what is wrong is told at its field. */
export const timerStartSchema = z.looseObject({ templateId: orNothing(z.unknown()) }).transform((input, ctx): TimerStartInput => {
  const parsed = (input.templateId === null ? onceSchema : fromTemplateSchema).safeParse(input);
  if (parsed.success) return parsed.data;
  for (const { path, message } of parsed.error.issues) ctx.addIssue({ code: "custom", path, message });
  return z.NEVER;
});

/** Which version of the timer was seen when it was decided upon. */
export const timerChangeSchema = z.object({ timerId: idSchema, version: z.coerce.number("version-malformed").int("version-malformed").min(1, "version-malformed") });
export type TimerChangeInput = z.infer<typeof timerChangeSchema>;
export const timerExtendSchema = timerChangeSchema.extend({ minutes: minutesSchema });
export type TimerExtendInput = z.infer<typeof timerExtendSchema>;
export const timerSyncSchema = timerChangeSchema.pick({ timerId: true });

export const timerTemplateSchema = z.object({
  name: timerNameSchema,
  minutes: minutesSchema,
  stars: starsSchema.default(0),
  icon: orNothing(z.string().regex(/^[a-z][a-z-]{0,30}$/, "icon-unknown")),
  hue: z.coerce.number().int().min(0).max(HUES - 1).default(0),
});
export type TimerTemplateInput = z.infer<typeof timerTemplateSchema>;
export const timerTemplateChangeSchema = timerTemplateSchema.extend({ templateId: idSchema });
export type TimerTemplateChangeInput = z.infer<typeof timerTemplateChangeSchema>;
export const timerTemplateArchiveSchema = z.object({ templateId: idSchema });
