/** Checks that a request of the HTTP API was signed by the app, recently, and for this very body. */
import { ApiError } from "./api-error.ts";
import { bodyMd5, requestSignature, sameText } from "./credentials.ts";
import type { AppCredentials } from "./credentials.ts";

/** How far a request's clock may be from ours, either way. */
export const AUTH_WINDOW_S = 600;

export interface SignedRequest {
  method: string;
  path: string;
  query: URLSearchParams;
  body: Buffer;
}

/**
 * @param now ms since 1970
 * @throws ApiError 401 with what is wrong (never with what would be right)
 */
export function checkSignature(app: AppCredentials, { method, path, query, body }: SignedRequest, now: number): void {
  const refuse = (why: string) => new ApiError(401, `Authentication failed: ${why}`);
  const params = new Map<string, string>();
  for (const [name, value] of query) {
    // Twice the same name could be read as either value, and only one of them was signed.
    if (params.has(name.toLowerCase())) throw refuse(`${name.slice(0, 40)} is given twice`);
    params.set(name.toLowerCase(), value);
  }
  const signature = params.get("auth_signature") ?? "";
  params.delete("auth_signature");
  if (!sameText(params.get("auth_key") ?? "", app.key)) throw refuse("unknown auth_key");
  if (params.get("auth_version") !== "1.0") throw refuse("auth_version must be 1.0");
  const timestamp = params.get("auth_timestamp") ?? "";
  if (!/^\d{1,12}$/.test(timestamp)) throw refuse("auth_timestamp must be in seconds since 1970");
  if (Math.abs(Math.floor(now / 1000) - Number(timestamp)) > AUTH_WINDOW_S)
    throw refuse(`auth_timestamp is more than ${AUTH_WINDOW_S} seconds away from this server's clock`);
  if (body.length > 0 ? !sameText(params.get("body_md5") ?? "", bodyMd5(body)) : params.has("body_md5") && params.get("body_md5") !== bodyMd5(body))
    throw refuse("body_md5 does not fit the body");
  if (!sameText(signature, requestSignature(app.secret, method, path, params))) throw refuse("invalid signature");
}
