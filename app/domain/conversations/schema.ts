/** What forms, the JSON route and the optimistic screen accept. Error texts are keys of `errors.fields.*`. */
import { z } from "zod";
import { DomainError } from "#app/domain/errors.ts";
import { idSchema, messageIdSchema } from "#app/domain/id-schema.ts";
import { MAX_ATTACHMENTS } from "#app/domain/images/limits.ts";
import { MAX_BODY_LENGTH, MAX_EMOJI_LENGTH } from "./limits.ts";

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

/** Pictures and files that were uploaded before. A form sends one as a text, several as a list. */
const idsSchema = z.union([z.literal("").transform(() => []), idSchema.transform((id) => [id]), z.array(idSchema).max(MAX_ATTACHMENTS, "too-many-attachments")], "not-an-id").default([]);
const attachedSchema = z.object({ imageIds: idsSchema, fileIds: idsSchema });

/** Words may be missing where there are pictures or files. */
const loneBodySchema = z
  .string("body-required")
  .max(MAX_BODY_LENGTH * 2, "body-too-long")
  .transform(normalizeBody)
  .pipe(z.string().max(MAX_BODY_LENGTH, "body-too-long"))
  .default("");

interface Attached {
  body: string;
  imageIds: string[];
  fileIds: string[];
}
const hasWords = ({ body, imageIds, fileIds }: Attached) => body !== "" || imageIds.length + fileIds.length > 0;
const fewEnough = ({ imageIds, fileIds }: Attached) => new Set([...imageIds, ...fileIds]).size === imageIds.length + fileIds.length && imageIds.length + fileIds.length <= MAX_ATTACHMENTS;
const NO_WORDS = { message: "body-required", path: ["body"] };
const TOO_MANY = { message: "too-many-attachments", path: ["imageIds"] };

const sendFields = attachedSchema.extend({ body: loneBodySchema, clientId: clientIdSchema });
/** Of a form, whose own files come beside the fields: whether there is anything to send, its action says. */
export const sendFormSchema = sendFields.refine(fewEnough, TOO_MANY);
export const sendSchema = sendFields.refine(hasWords, NO_WORDS).refine(fewEnough, TOO_MANY);
/** @throws DomainError nothing-to-send for a message of nothing */
export function requireContent<T extends Attached>(input: T): T {
  if (!hasWords(input)) throw new DomainError("nothing-to-send", { field: "body" });
  return input;
}
export const sendJsonSchema = sendFields.extend({ conversationId: idSchema }).refine(hasWords, NO_WORDS).refine(fewEnough, TOO_MANY);
export const editSchema = z.object({ messageId: messageIdSchema, body: bodySchema });
export const deleteSchema = z.object({ messageId: messageIdSchema });

/** One emoji, checked more closely by the command (which emoji there are grows with the years). */
const emojiSchema = z.string("emoji-unknown").min(1, "emoji-unknown").max(MAX_EMOJI_LENGTH, "emoji-unknown");
export const reactSchema = z.object({ messageId: messageIdSchema, emoji: emojiSchema });

/** An edit, a deletion or a reaction as the offline queue sends it: what is to be, so that sending it twice is harmless. */
export const changeJsonSchema = z.object({
  conversationId: idSchema,
  clientId: clientIdSchema,
  messageId: messageIdSchema,
  change: z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("edit"), body: bodySchema }),
    z.object({ kind: z.literal("delete") }),
    z.object({ kind: z.literal("react"), emoji: emojiSchema, on: z.boolean() }),
  ]),
});
export type ChangeInput = z.infer<typeof changeJsonSchema>;
export const openDirectSchema = z.object({ userId: idSchema });
export const readSchema = z.object({ upTo: messageIdSchema });

export const readJsonSchema = readSchema.extend({ conversationId: idSchema });

export const typingSchema = z.object({ conversationId: idSchema, state: z.enum(["start", "stop"]) });

export type TypingInput = z.infer<typeof typingSchema>;
export interface SendInput {
  conversationId: string;
  body: string;
  clientId: string;
  imageIds?: readonly string[];
  fileIds?: readonly string[];
}
