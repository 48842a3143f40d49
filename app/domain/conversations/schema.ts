/** What forms, the JSON route and the optimistic screen accept. Error texts are keys of `errors.fields.*`. */
import { z } from "zod";
import { idSchema } from "#app/domain/id-schema.ts";
import { MAX_BODY_LENGTH } from "./limits.ts";

/** Control characters that no keyboard types and that break terminals, logs and SQL tools; line feed and tab stay. */
const withoutControls = (text: string) => text.replaceAll(/\p{Cc}/gu, (character) => (character === "\n" || character === "\t" ? character : ""));

/** Line ends as LF, lone surrogates replaced, control characters removed, blank ends trimmed. */
export const normalizeBody = (text: string): string => withoutControls(text.replaceAll(/\r\n?/g, "\n").toWellFormed()).trim();

export const bodySchema = z
  .string("body-required")
  // Bounded before the work on it; the true limit counts what is left.
  .max(MAX_BODY_LENGTH * 2, "body-too-long")
  .transform(normalizeBody)
  .pipe(z.string().min(1, "body-required").max(MAX_BODY_LENGTH, "body-too-long"));

/** Minted by the sender's device, kept for good: a repeated send is recognised by it. */
export const clientIdSchema = z.string("client-id-malformed").regex(/^[A-Za-z0-9_-]{8,64}$/, "client-id-malformed");

export const sendSchema = z.object({ body: bodySchema, clientId: clientIdSchema });
export const sendJsonSchema = sendSchema.extend({ conversationId: idSchema });
export const editSchema = z.object({ messageId: idSchema, body: bodySchema });
export const deleteSchema = z.object({ messageId: idSchema });
export const openDirectSchema = z.object({ userId: idSchema });
export const readSchema = z.object({ upTo: idSchema });

export const readJsonSchema = readSchema.extend({ conversationId: idSchema });

export const typingSchema = z.object({ conversationId: idSchema, state: z.enum(["start", "stop"]) });

export type TypingInput = z.infer<typeof typingSchema>;
export type SendInput = z.infer<typeof sendJsonSchema>;
