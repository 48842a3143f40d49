import { z } from "zod";

/** What `newToken` makes (tokens.server.ts). */
export const TOKEN_PATTERN = /^[\w-]{43}$/;

/** Of a one-time link, as its address brings it. */
export const tokenSchema = z.object({ token: z.string("not-an-id").regex(TOKEN_PATTERN, "not-an-id") });
