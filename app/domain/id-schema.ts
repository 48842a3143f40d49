import { z } from "zod";
import { ID_PATTERN } from "./ids.ts";

/** An id as forms and JSON bring it. Beside `ids.ts` and not in it: what only makes ids need not carry zod. */
export const idSchema = z.string("not-an-id").regex(ID_PATTERN, "not-an-id");
