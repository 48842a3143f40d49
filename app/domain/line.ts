import { z } from "zod";

/**
 * A required text of one line that others are shown: no control or direction-override characters, which could make
 * it look like something else.
 * @param required, long keys of `errors.fields.*`
 */
export const lineSchema = (max: number, required: string, long: string) =>
  z
    .string(required)
    .max(max * 4, long)
    .transform((text) => text.toWellFormed().replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, " ").replaceAll(/\s+/g, " ").trim())
    .pipe(z.string().min(1, required).max(max, long));
