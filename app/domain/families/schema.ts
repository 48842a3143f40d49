/** What forms and commands of families accept. Error texts are keys of `errors.fields.*`. */
import { z } from "zod";
import { isTimeZone, nameSchema } from "#app/domain/accounts/schema.ts";
import { idSchema } from "#app/domain/id-schema.ts";
import { lineSchema } from "#app/domain/line.ts";

export const MAX_FAMILY_NAME_LENGTH = 60;
const flagSchema = z.union([z.boolean(), z.enum(["on", "off"]).transform((text) => text === "on")], "not-a-choice").default(false);

/** What a child types: neither case nor blanks around it matter. */
const typed = (pattern: RegExp, message: string) => z.string(message).max(100, message).transform((text) => text.normalize("NFKC").trim().toLowerCase()).pipe(z.string().regex(pattern, message));
export const familyCodeSchema = typed(/^[a-z0-9]{4,20}$/, "family-code-malformed");
/** Letters and numbers of any script. */
export const userNameSchema = typed(/^[\p{L}\p{M}\p{N}._-]{1,30}$/u, "user-name-malformed");
/** Arabic-Indic digits are digits. */
export const pinSchema = z.string("pin-malformed").max(40, "pin-malformed").transform((text) => text.normalize("NFKC").replaceAll(/[\u0660-\u0669]/g, (digit) => String(digit.charCodeAt(0) - 0x660)).replaceAll(/[\u06f0-\u06f9]/g, (digit) => String(digit.charCodeAt(0) - 0x6f0))).pipe(z.string().regex(/^\d{4,8}$/, "pin-malformed"));

export const familySettingsSchema = z.object({
  name: lineSchema(MAX_FAMILY_NAME_LENGTH, "name-required", "name-long"),
  timeZone: z.string("time-zone-unknown").min(1, "time-zone-unknown").max(64, "time-zone-unknown").refine(isTimeZone, "time-zone-unknown"),
  weekStart: z.coerce.number("week-start-unknown").int("week-start-unknown").min(0, "week-start-unknown").max(6, "week-start-unknown"),
  choresCountAtOnce: flagSchema,
});
export type FamilySettingsInput = z.infer<typeof familySettingsSchema>;
/** Without a code one is made. */
export const familyCreateSchema = familySettingsSchema.extend({ code: familyCodeSchema.optional() });
export type FamilyCreateInput = z.infer<typeof familyCreateSchema>;

export const inviteSchema = z.object({ role: z.enum(["parent", "child"], "not-a-choice").default("parent") });
export type InviteInput = z.infer<typeof inviteSchema>;
export const invitationIdSchema = z.object({ invitationId: idSchema });

export const childCreateSchema = z.object({ name: nameSchema, userName: userNameSchema, pin: pinSchema });
export type ChildCreateInput = z.infer<typeof childCreateSchema>;
export const childPinSchema = z.object({ memberId: idSchema, pin: pinSchema });
export type ChildPinInput = z.infer<typeof childPinSchema>;
export const childSignInSchema = z.object({ familyCode: familyCodeSchema, userName: userNameSchema, pin: pinSchema });
export type ChildSignInInput = z.infer<typeof childSignInSchema>;

export const memberRemoveSchema = z.object({ memberId: idSchema });
export const tabletCreateSchema = z.object({ name: lineSchema(MAX_FAMILY_NAME_LENGTH, "name-required", "name-long") });
export type TabletCreateInput = z.infer<typeof tabletCreateSchema>;
export const tabletIdSchema = z.object({ tabletId: idSchema });
/** Who somebody at a wall tablet says they are. */
export const tabletEnterSchema = z.object({ memberId: idSchema, pin: pinSchema });
export type TabletEnterInput = z.infer<typeof tabletEnterSchema>;
export const tabletPinSchema = z.object({ pin: pinSchema });
export type TabletPinInput = z.infer<typeof tabletPinSchema>;
