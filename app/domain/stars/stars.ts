/** The stars of a family as its dashboard shows them. Shared with the browser: no server import here. */
import type { Week } from "#app/domain/calendar-days.ts";
import type { StarEntry } from "./entry.ts";

export interface MemberStars {
  balance: number;
  /** The newest entry counted here: events up to it change nothing. */
  upTo: number;
  /** By the days of the week; what was undone is not in it. */
  gained: number[];
  lost: number[];
}

export type ShownEntry = StarEntry & { undone: boolean };

export interface StarsData {
  week: Week;
  /** By member id. */
  members: Record<string, MemberStars>;
  /** By `createdAt` and `seq`, the newest first, at most RECENT_ENTRIES. */
  recent: ShownEntry[];
}

export const RECENT_ENTRIES = 20;
