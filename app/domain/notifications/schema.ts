/** What the forms of notifications accept. Error texts are keys of `errors.fields.*`. */
import { z } from "zod";
import type { NotifyLevel } from "#app/domain/conversations/conversation.ts";

export const NOTIFY_LEVELS = ["all", "mentions", "none"] as const satisfies readonly NotifyLevel[];

const levelSchema = z.enum(NOTIFY_LEVELS, "notify-level-unknown");

/** Of one conversation: an empty choice is no choice, then the person's own level holds. */
export const notifySchema = z.object({ level: z.union([z.literal("").transform(() => null), levelSchema], "notify-level-unknown") });

/** Of a person: what holds wherever a conversation says nothing else. */
export const notificationsSchema = z.object({
  level: levelSchema,
  /** A box that is not ticked is not sent. */
  sound: z.literal("on", "not-a-choice").optional().transform((value) => value === "on"),
});
export type NotificationsInput = z.infer<typeof notificationsSchema>;
