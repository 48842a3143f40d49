import { z } from "zod";

/** Minted by a form that makes something: a second press, or a retry, is the first one again. */
export const formKeySchema = z.string("key-malformed").regex(/^[\w-]{8,64}$/, "key-malformed");
