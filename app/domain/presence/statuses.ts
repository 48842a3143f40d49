/** What is asked and answered about people's being here. Shared with the browser. */
import type { UserStatus } from "./events.ts";

/** People in one request. */
export const MAX_STATUSES = 200;

export interface Statuses {
  /** Where the log stood before these were read: hints of later changes count more. */
  epoch: string;
  seq: number;
  /** The server's clock. */
  now: number;
  /** Of whom this speaks: who is not among `statuses` may not be seen. */
  asked: string[];
  statuses: UserStatus[];
}
