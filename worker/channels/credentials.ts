/** The app's credentials and everything that is signed with them. All comparisons take constant time. */
import { createHash, createHmac, timingSafeEqual } from "node:crypto";

export interface AppCredentials {
  id: string;
  key: string;
  secret: string;
}

/** HMAC-SHA256, hex: what Pusher signs everything with. */
export const sign = (secret: string, text: string | Buffer) => createHmac("sha256", secret).update(text).digest("hex");

/** Compares in constant time; only the lengths, which are public, may be told from the duration. */
export function sameText(given: string, expected: string): boolean {
  const a = Buffer.from(given);
  const b = Buffer.from(expected);
  return a.length === b.length && timingSafeEqual(a, b);
}

/** The `auth` that lets one socket subscribe: `KEY:` + signature; `channelData` is part of it whenever it is sent. */
export function channelAuth(app: AppCredentials, socketId: string, channel: string, channelData?: string): string {
  const text = channelData === undefined ? `${socketId}:${channel}` : `${socketId}:${channel}:${channelData}`;
  return `${app.key}:${sign(app.secret, text)}`;
}

/** The `auth` that signs one socket in as a user. */
export const userAuth = (app: AppCredentials, socketId: string, userData: string) =>
  `${app.key}:${sign(app.secret, `${socketId}::user::${userData}`)}`;

/**
 * The signature of an HTTP API request.
 * @param query the decoded parameters without `auth_signature`; names are lowered and sorted, values not escaped
 */
export function requestSignature(secret: string, method: string, path: string, query: Iterable<[string, string]>): string {
  const pairs = [...query].map(([name, value]): [string, string] => [name.toLowerCase(), value]);
  pairs.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return sign(secret, `${method.toUpperCase()}\n${path}\n${pairs.map(([name, value]) => `${name}=${value}`).join("&")}`);
}

export const bodyMd5 = (body: Buffer) => createHash("md5").update(body).digest("hex");
