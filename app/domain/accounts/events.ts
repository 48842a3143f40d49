/** Events of accounts. Shared with the browser: no server import here. */
import { durable } from "#db/outbox/event.ts";

/** To one's own browsers: what others are shown has changed, and with it what these screens may take part in. */
export interface PrivacyChanged {
  showReceipts: boolean;
  showLastActive: boolean;
}
export const privacyChanged = durable<PrivacyChanged>()("privacy-changed");

/**
 * A session ended elsewhere; its browsers go to the sign-in page. `sessionId` null: all of the user's, and their
 * connections end with them: a browser that would not go hears no more either.
 */
export type SessionEnded = { sessionId: string } | { sessionId: null; userId: string };
export const sessionEnded = durable<SessionEnded>()("session-ended", "skip", { terminates: (ended) => (ended.sessionId === null ? ended.userId : null) });
