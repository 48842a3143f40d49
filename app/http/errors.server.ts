/** Expected refusals as people and programs see them: status, and text in the asker's language. */
import { data } from "@remix-run/node";
import { DomainError, type ErrorCode } from "#app/domain/errors.ts";
import { StorageError } from "#app/domain/images/storage.server.ts";
import { createI18n } from "#app/i18n/i18n.server.ts";
import type { Locale } from "#app/i18n/locale.ts";
import { isDatabaseUnavailable } from "#db/unavailable.ts";
import { BodyError } from "./body.server.ts";

export const STATUS: Record<ErrorCode, number> = {
  "not-signed-in": 401,
  forbidden: 403,
  "not-found": 404,
  "invalid-input": 422,
  "wrong-credentials": 401,
  "wrong-password": 422,
  "account-disabled": 409,
  "account-closed": 409,
  "own-account": 409,
  "no-password": 409,
  "email-taken": 409,
  "signups-closed": 403,
  "client-id-reused": 409,
  "emoji-unknown": 422,
  "too-many-reactions": 409,
  "no-such-person": 422,
  "already-in-family": 409,
  "family-code-taken": 409,
  "user-name-taken": 409,
  "last-parent": 409,
  "last-admin": 409,
  "wrong-pin": 401,
  "pin-locked": 429,
  "pin-needed": 401,
  "timer-impossible": 409,
  "stale-version": 409,
  "timer-too-long": 422,
  "chore-impossible": 409,
  "chore-not-due": 409,
  "not-enough-stars": 409,
  "out-of-stock": 409,
  "reward-gone": 409,
  "price-changed": 409,
  "redemption-impossible": 409,
  "key-reused": 422,
  "not-undoable": 409,
  "operation-running": 409,
  // Nobody asked for anything wrong: something in this house would have given a secret away.
  "diagnostics-leak": 500,
  "not-a-picture": 415,
  "picture-damaged": 422,
  "picture-too-large": 422,
  "picture-too-heavy": 422,
  "file-empty": 422,
  "file-missing": 422,
  "too-many-files": 422,
  "upload-id-reused": 409,
  "upload-broken-off": 400,
  "attachment-gone": 409,
  "nothing-to-send": 422,
  "rate-limited": 429,
  "cross-site": 403,
  "method-not-allowed": 405,
  malformed: 400,
  "too-large": 413,
  "unsupported-type": 415,
  unavailable: 503,
  internal: 500,
};

const BODY_CODES = { 400: "malformed", 413: "too-large", 415: "unsupported-type" } as const;

/** An error as an expected refusal; null when it is none, and somebody must look at it. That the database is away is logged in a line. */
export function asRefusal(error: unknown, log: { warn(details: object, message: string): void }): DomainError | null {
  if (error instanceof DomainError) return error;
  if (error instanceof BodyError) return new DomainError(BODY_CODES[error.status]);
  if (error instanceof StorageError) return new DomainError("unavailable");
  if (isDatabaseUnavailable(error)) {
    log.warn({ reason: error instanceof Error ? error.message : String(error) }, "the database cannot be used just now");
    return new DomainError("unavailable");
  }
  return null;
}

export interface ErrorBody {
  code: ErrorCode;
  /** Translated. */
  message: string;
  field?: string;
  /** How it stands now, where something has moved on meanwhile. */
  current?: { state: string; version: number };
}

export function errorBody(refusal: DomainError, locale: Pick<Locale, "language" | "digits">): ErrorBody {
  const { field, values } = refusal.details;
  const message = createI18n(locale.language, locale.digits).t(`errors.${refusal.code}`, values ?? {});
  const { state, version } = values ?? {};
  const current = typeof state === "string" && typeof version === "number" ? { current: { state, version } } : {};
  return { code: refusal.code, message, ...(field === undefined ? {} : { field }), ...current };
}

export function refusalHeaders(refusal: DomainError): Record<string, string> {
  const seconds = refusal.details.values?.["seconds"];
  if (seconds !== undefined) return { "Retry-After": String(seconds) };
  return {};
}

/** For pages: what is thrown to the nearest error boundary, as `{ code, message }`. */
export const pageRefusal = (refusal: DomainError, locale: Pick<Locale, "language" | "digits">): unknown => data(errorBody(refusal, locale), { status: STATUS[refusal.code], headers: refusalHeaders(refusal) });

/** For programs: `{ error: { code, message, field? } }`. */
export const jsonRefusal = (refusal: DomainError, locale: Pick<Locale, "language" | "digits">) =>
  Response.json({ error: errorBody(refusal, locale) }, { status: STATUS[refusal.code], headers: refusalHeaders(refusal) });
