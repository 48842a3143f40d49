/** Events of the star ledger. Shared with the browser: no server import here. */
import { durable } from "#db/outbox/event.ts";
import type { StarEntry } from "./entry.ts";

export interface StarsUpdated {
  memberId: string;
  newBalance: number;
  /** What was written. */
  entry: StarEntry;
  /** The entry that it undoes, if it undoes one: that one no longer counts for its day. */
  reverses: { id: string; amount: number; createdAt: number } | null;
}

export const starsUpdated = durable<StarsUpdated>()("stars:updated");
