/**
 * An expected refusal of a use case. `code` is also the key of its translated text (`errors.{code}`);
 * the HTTP edge maps it to a status (app/http/errors.server.ts).
 */
export class DomainError extends Error {
  override name = "DomainError";
  constructor(
    readonly code: ErrorCode,
    readonly details: { field?: string; values?: Record<string, string | number> } = {},
  ) {
    super(code);
  }
}

export type ErrorCode =
  | "not-signed-in"
  | "forbidden"
  | "not-found"
  | "invalid-input"
  | "wrong-credentials"
  | "wrong-password"
  | "account-disabled"
  | "account-closed"
  | "own-account"
  | "no-password"
  | "email-taken"
  | "signups-closed"
  | "client-id-reused"
  | "emoji-unknown"
  | "too-many-reactions"
  | "no-such-person"
  | "already-in-family"
  | "family-code-taken"
  | "user-name-taken"
  | "last-parent"
  | "last-admin"
  | "wrong-pin"
  | "pin-locked"
  | "pin-needed"
  | "timer-impossible"
  | "stale-version"
  | "timer-too-long"
  | "chore-impossible"
  | "chore-not-due"
  | "not-enough-stars"
  | "out-of-stock"
  | "reward-gone"
  | "price-changed"
  | "redemption-impossible"
  | "key-reused"
  | "not-undoable"
  | "operation-running"
  | "diagnostics-leak"
  | "not-a-picture"
  | "picture-damaged"
  | "picture-too-large"
  | "picture-too-heavy"
  | "file-empty"
  | "file-missing"
  | "too-many-files"
  | "upload-id-reused"
  | "upload-broken-off"
  | "attachment-gone"
  | "nothing-to-send"
  | "rate-limited"
  | "cross-site"
  | "method-not-allowed"
  | "malformed"
  | "too-large"
  | "unsupported-type"
  | "unavailable"
  | "internal";
