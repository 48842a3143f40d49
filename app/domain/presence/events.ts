/** Events of presence. Shared with the browser: no server import here. */
import { durable } from "#db/outbox/event.ts";

export interface UserStatus {
  userId: string;
  online: boolean;
  /** The last moment they are known to have been here, ms since 1970; 0: not known, or not to be known. */
  lastActive: number;
}

/** To the channels of those who may know it. A hint: the truth is in `user_presence`. */
export const userStatusChange = durable<UserStatus>()("user-status-change");
