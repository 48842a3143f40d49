/** What forms and commands accept. Error texts are keys of `errors.fields.*`. */
import { z } from "zod";
import { LANGUAGES } from "#app/i18n/locale.ts";
import { idSchema } from "#app/domain/id-schema.ts";
import { lineSchema } from "#app/domain/line.ts";
import type { tokenSchema } from "#app/domain/token.ts";

export const MIN_PASSWORD_LENGTH = 8;
/** A bound on what is hashed, far above what anybody types. */
export const MAX_PASSWORD_LENGTH = 200;
export const MAX_NAME_LENGTH = 60;
const MAX_EMAIL_LENGTH = 254;

export const emailSchema = z
  .string("email-required")
  .max(MAX_EMAIL_LENGTH * 2, "email-invalid")
  .transform((text) => text.trim().toLowerCase())
  .pipe(z.string().min(1, "email-required").max(MAX_EMAIL_LENGTH, "email-invalid").pipe(z.email("email-invalid")));

const newPasswordSchema = z.string("password-required").min(1, "password-required").min(MIN_PASSWORD_LENGTH, "password-short").max(MAX_PASSWORD_LENGTH, "password-long");
const anyPasswordSchema = z.string("password-required").min(1, "password-required").max(MAX_PASSWORD_LENGTH, "password-long");

export const nameSchema = lineSchema(MAX_NAME_LENGTH, "name-required", "name-long");

export const isTimeZone = (name: string): boolean => {
  try {
    return Boolean(new Intl.DateTimeFormat("en", { timeZone: name }));
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
};
/** What can be chosen: the zones this Node knows, and UTC. */
export const timeZones = (): string[] => [...new Set(["UTC", ...Intl.supportedValuesOf("timeZone")])].sort();

const MAX_TIME_ZONE_LENGTH = 64;
const timeZoneSchema = z.string("time-zone-unknown").max(MAX_TIME_ZONE_LENGTH, "time-zone-unknown").refine((name) => name === "" || isTimeZone(name), "time-zone-unknown");

/** An empty choice is no choice: then the browser's wish holds. */
const choice = <T extends string>(values: readonly [T, ...T[]], message: string) => z.union([z.literal("").transform(() => null), z.enum(values)], message);

export const signUpSchema = z.object({
  name: nameSchema,
  email: emailSchema,
  password: newPasswordSchema,
  /** Filled in by a script where there is one; a browser's odd zone is no reason to refuse somebody. */
  timeZone: z.string().max(MAX_TIME_ZONE_LENGTH).refine((name) => name !== "" && isTimeZone(name)).nullable().catch(null).default(null),
});
export type SignUpInput = z.infer<typeof signUpSchema>;

export const signInSchema = z.object({ email: emailSchema, password: anyPasswordSchema });
export type SignInInput = z.infer<typeof signInSchema>;

export const profileSchema = z.object({
  name: nameSchema,
  language: choice(LANGUAGES, "language-unknown"),
  digits: choice(["latn", "arab"], "digits-unknown"),
  timeZone: timeZoneSchema.transform((name) => name || null),
});
export type ProfileInput = z.infer<typeof profileSchema>;

/** A box that is ticked or is not: browsers leave out the latter. */
const checkbox = z.literal("on", "not-a-choice").optional().transform((value) => value === "on");

/** What others are shown of oneself. */
export const privacySchema = z.object({ showReceipts: checkbox, showLastActive: checkbox });
export type PrivacyInput = z.infer<typeof privacySchema>;

export const changePasswordSchema = z.object({ currentPassword: anyPasswordSchema, newPassword: newPasswordSchema });
export type ChangePasswordInput = z.infer<typeof changePasswordSchema>;

/** The end of one's account: the password, and a tick, so that no press by mistake does it. */
export const eraseSchema = z.object({ password: anyPasswordSchema, sure: z.literal("on", "not-sure") });

/** How one writes. */
export const writingSchema = z.object({ enterSends: checkbox });

export const endSessionSchema = z.object({ sessionId: idSchema });

/** Whom an admin's form is about. */
export const userIdSchema = z.object({ userId: idSchema });

export const newPasswordFormSchema = z.object({ password: newPasswordSchema });
export type ResetPasswordInput = z.infer<typeof tokenSchema> & z.infer<typeof newPasswordFormSchema>;

export const USER_FILTERS = ["all", "admins", "disabled"] as const;
export type UserFilter = (typeof USER_FILTERS)[number];
const MAX_SEARCH_LENGTH = 100;
/** What the list of users is asked for in its address. Whatever else stands there is no search. */
export const usersWantedSchema = z.object({
  q: z.string().trim().max(MAX_SEARCH_LENGTH).catch(""),
  show: z.enum(USER_FILTERS).catch("all"),
  /** The last user of the page before; "" is the first page. */
  after: idSchema.or(z.literal("")).catch(""),
});
export type UsersWanted = z.infer<typeof usersWantedSchema>;
