/**
 * Rate limits of this process, against floods. They are kept in memory: with several app processes each counts for
 * itself. Limits that must hold across processes (sign-in) live in the database: app/domain/accounts/attempts.server.ts.
 */
import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";
import { DomainError } from "#app/domain/errors.ts";

export interface Limit {
  name: string;
  /** How many in `seconds`. */
  points: number;
  seconds: number;
}

/** Ten a second, held for a minute: more than any person or queue replay needs. */
export const SEND_LIMIT: Limit = { name: "send", points: 600, seconds: 60 };
/** Pictures and files: a replayed queue may bring a few dozen at once. */
export const UPLOAD_LIMIT: Limit = { name: "upload", points: 120, seconds: 60 };
/** New rooms and changes of who is in them: more than any person needs. */
export const ROOM_LIMIT: Limit = { name: "room", points: 60, seconds: 60 };
/** Timers, stars and chores of a whole household on one tablet. */
export const FAMILY_LIMIT: Limit = { name: "family", points: 600, seconds: 60 };
/** What hashes a PIN or makes a link: more than any person needs. */
export const SECRETS_LIMIT: Limit = { name: "family-secrets", points: 30, seconds: 60 };
/** What an admin does to accounts from the console. */
export const ADMIN_LIMIT: Limit = { name: "admin-users", points: 120, seconds: 60 };
/** Each tells all families: far more than any admin needs. */
export const REVALIDATION_LIMIT: Limit = { name: "revalidation", points: 120, seconds: 60 };
/** Channel authorizations: pusher-js asks once a channel, and again for all of them after each reconnect. */
export const SUBSCRIBE_LIMIT: Limit = { name: "subscribe", points: 3_000, seconds: 60 };
/** Of one person in one conversation: B6's "at most once a second". */
export const TYPING_EVENT_LIMIT: Limit = { name: "typing-event", points: 1, seconds: 1 };
/** Of one person, over all conversations and with what is refused. */
export const TYPING_LIMIT: Limit = { name: "typing", points: 300, seconds: 60 };
/** Checks of an admin: a live test in a browser is four of them. */
export const HEALTH_LIMIT: Limit = { name: "health", points: 240, seconds: 60 };
/** Reports of received events: a browser sends one a minute at most, and people have several. */
export const RECEIVED_LIMIT: Limit = { name: "received", points: 20, seconds: 60 };
/** Changes by people who are not signed in, by address. */
export const ANONYMOUS_LIMIT: Limit = { name: "anonymous", points: 600, seconds: 60 };

const limiters = new Map<string, RateLimiterMemory>();

/**
 * Counts one use.
 * @param who a user id or an address
 * @throws DomainError rate-limited with `seconds` to wait
 */
export async function spend(limit: Limit, who: string): Promise<void> {
  let limiter = limiters.get(limit.name);
  if (!limiter) limiters.set(limit.name, (limiter = new RateLimiterMemory({ keyPrefix: limit.name, points: limit.points, duration: limit.seconds })));
  try {
    await limiter.consume(who);
  } catch (refusal) {
    if (!(refusal instanceof RateLimiterRes)) throw refusal;
    throw new DomainError("rate-limited", { values: { seconds: Math.ceil(refusal.msBeforeNext / 1000) } });
  }
}
