/** What forms and commands of the star ledger accept. Error texts are keys of `errors.fields.*`. */
import { z } from "zod";
import { formKeySchema } from "#app/domain/form-key.ts";
import { idSchema } from "#app/domain/id-schema.ts";
import { lineSchema } from "#app/domain/line.ts";
import { MAX_STARS } from "./entry.ts";

export const MAX_REASON_LENGTH = 120;

export const starsAmountSchema = z.coerce.number("stars-out-of-range").int("stars-out-of-range").min(1, "stars-out-of-range").max(MAX_STARS, "stars-out-of-range");

export const starsChangeSchema = z.object({
  memberId: idSchema,
  amount: starsAmountSchema,
  reason: lineSchema(MAX_REASON_LENGTH, "reason-required", "reason-long"),
  key: formKeySchema,
});
export type StarsChangeInput = z.infer<typeof starsChangeSchema>;

export const starsUndoSchema = z.object({ entryId: idSchema });
