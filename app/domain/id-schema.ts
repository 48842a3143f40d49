import { z } from "zod";
import { ID_PATTERN } from "./ids.ts";

/** An id as forms and JSON bring it. Beside `ids.ts` and not in it: what only makes ids need not carry zod. */
export const idSchema = z.string("not-an-id").regex(ID_PATTERN, "not-an-id");

/** Ids of messages may come from elsewhere (`npm run import:messages`), where they looked otherwise. */
export const MESSAGE_ID_PATTERN = /^[A-Za-z0-9_.:-]{1,64}$/;
export const messageIdSchema = z.string("not-an-id").regex(MESSAGE_ID_PATTERN, "not-an-id");
