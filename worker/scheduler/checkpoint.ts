import type { Database } from "#db/database.ts";
import type { JobContext } from "./jobs.ts";

/** 16 MB of 4 KB pages. Under steady writes the WAL is never reset by itself (48 MB in 4 s were measured). */
const TRUNCATE_FROM_PAGES = 4_096;
/** 4 MB: SQLite's own bound for emptying it, which it keeps to while nobody reads for long. */
const SHORT_PAGES = 1_000;
/** Leases, beats and other small writes of a house in which nothing happens: some ten a second. */
const FEW_PAGES = 100;

/** Moves the WAL into the file on the relay's time, not on a sender's, and empties it when it has grown. */
export async function checkpoint({ db }: JobContext): Promise<Record<string, number>> {
  const passive = await db.checkpoint("passive");
  if (passive === null || passive.pages < TRUNCATE_FROM_PAGES) return { pages: passive?.pages ?? 0 };
  const truncated = await db.checkpoint("truncate");
  return { pages: passive.pages, left: truncated?.busy ? passive.pages : 0 };
}

/** Whether the last checkpoint found little more than what relays that wait write by themselves: the next one can wait, too. */
export const hardlyWrote = (last?: Record<string, number>): boolean => (last?.["pages"] ?? FEW_PAGES) < FEW_PAGES;

/**
 * Whether the WAL is short: false while somebody's long read keeps it, and while another process is emptying it, which
 * tells nobody how long it is. What can wait then waits, for until that read ends every page that is written makes the
 * WAL longer.
 */
export async function isWalShort(db: Database): Promise<boolean> {
  const passive = await db.checkpoint("passive");
  return passive === null || (!passive.busy && passive.pages < SHORT_PAGES);
}
