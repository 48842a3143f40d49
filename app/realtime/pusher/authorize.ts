/** Asks the app to sign: which channels a connection may have, and who its user is. */
import type { Timers } from "#app/realtime/environment.ts";

export const AUTH_ENDPOINT = "/api/pusher/auth";
export const USER_AUTH_ENDPOINT = "/api/pusher/user-auth";
/** An answer that hangs must not keep a channel pending for ever. */
export const AUTH_LIMIT_MS = 4_000;

export interface AuthEnvironment extends Timers {
  fetch: (url: string, init: RequestInit) => Promise<Response>;
}

export class AuthRefusedError extends Error {
  override name = "AuthRefusedError";
  /** @param status of the answer; 0: there was none in time */
  constructor(
    readonly status: number,
    endpoint: string,
  ) {
    super(status === 0 ? `${endpoint}: no answer` : `${endpoint}: status ${status}`);
  }

  /** Whether asking again as the same user may be answered otherwise. */
  get passing(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

/**
 * @returns the signed answer, as pusher-js wants it
 * @throws AuthRefusedError when refused, unreadable or not answered in time
 */
export async function authorize<Answer>(env: AuthEnvironment, endpoint: string, asked: Record<string, string>): Promise<Answer> {
  const giveUp = new AbortController();
  const cancel = env.after(AUTH_LIMIT_MS, () => giveUp.abort());
  try {
    const body = new URLSearchParams(asked);
    const response = await env.fetch(endpoint, { method: "POST", body, credentials: "same-origin", redirect: "manual", signal: giveUp.signal });
    if (response.status !== 200) throw new AuthRefusedError(response.status, endpoint);
    return (await response.json()) as Answer;
  } catch (error) {
    if (error instanceof AuthRefusedError) throw error;
    if (error instanceof Error) throw new AuthRefusedError(0, endpoint);
    throw error;
  } finally {
    cancel();
  }
}
