/** Brings pending rows into the lanes: forward by seq, and again for lanes whose rows had no room. */
import type { Database } from "#db/database.ts";
import { blockedChannels, pendingAfter, pendingOf, type PendingRow } from "#db/outbox/pending.ts";
import { laneKey, LANE_HOLDS, type HeldRow, type Lanes } from "./lanes.ts";

const READ_CHUNK = 500;

export class Reader {
  /** Everything pending up to here is known, or its lane knows that there is more. */
  #frontier = 0;
  /** Where reading goes on; behind the frontier only after rows were put back. */
  #position = 0;
  #mayHaveMore = true;
  #mustRescan = true;
  /** Seqs settled while a read was under way: what it read of them is out of date. */
  readonly #settledMeanwhile = new Set<number>();
  #reading = false;

  constructor(
    private readonly db: Database,
    private readonly lanes: Lanes,
    private readonly blockingEvents: readonly string[],
    private readonly flushSettled: () => Promise<void>,
    /** A row that failed before is the next one of its lane. */
    private readonly onRetry: (row: HeldRow) => void,
    /** All that is held is out of date: what it waits for, too. */
    private readonly onForget: () => void,
  ) {}

  /** Something may have been committed. */
  woken() {
    this.#mayHaveMore = true;
  }

  /** Rows behind the position may have become pending again, or an admin may have dealt with a dead one. */
  rescan() {
    this.#mustRescan = true;
  }

  get hasWork() {
    return this.#mustRescan || (!this.lanes.isFull && (this.#mayHaveMore || this.lanes.hungry !== undefined));
  }

  /** The highest seq read so far. */
  get frontier() {
    return this.#frontier;
  }

  settled(seq: number) {
    if (this.#reading) this.#settledMeanwhile.add(seq);
  }

  /** One step: a chunk forward, or one lane's next rows. Never called while another one runs. */
  async step(): Promise<{ found: number }> {
    if (this.#mustRescan) await this.#startRescan();
    this.#reading = true;
    try {
      // What was put back goes first: it is older than what its lane would read on with.
      const lane = this.#position < this.#frontier ? undefined : this.lanes.hungry;
      if (lane && lane.more !== null) {
        const rows = await pendingOf(this.db, lane, lane.more, this.#frontier, LANE_HOLDS);
        const isLast = rows.length < LANE_HOLDS;
        this.#noticeRetry(this.lanes.feed(lane, this.#current(rows), isLast ? null : rows.at(-1)!.seq + 1));
        return { found: rows.length };
      }
      this.#mayHaveMore = false;
      const rows = await pendingAfter(this.db, this.#position, READ_CHUNK);
      for (const row of this.#current(rows)) this.#noticeRetry(this.lanes.offer(row));
      const last = rows.at(-1)?.seq ?? 0;
      this.#mayHaveMore ||= rows.length === READ_CHUNK;
      this.#position = rows.length === READ_CHUNK ? last : Math.max(last, this.#frontier);
      this.#frontier = Math.max(this.#frontier, last);
      return { found: rows.length };
    } catch (error) {
      this.#mayHaveMore = true;
      throw error;
    } finally {
      this.#reading = false;
      this.#settledMeanwhile.clear();
    }
  }

  /** What was read, without the rows that were settled meanwhile. */
  #current(rows: readonly PendingRow[]) {
    return rows.filter((row) => {
      const isStale = this.#settledMeanwhile.has(row.seq);
      // It may have been put back within this very read: look again.
      if (isStale) this.#mustRescan = true;
      return !isStale;
    });
  }

  #noticeRetry(row: HeldRow | null) {
    if (row && row.attempts > 0) this.onRetry(row);
  }

  async #startRescan() {
    this.#mustRescan = false;
    try {
      // The dead ones of a moment ago must be in the database before it is asked who blocks.
      await this.flushSettled();
      const blocked = await blockedChannels(this.db, this.blockingEvents);
      this.onForget();
      this.lanes.forget();
      this.lanes.unblockAllBut(new Set(blocked.map(laneKey)));
      for (const of of blocked) this.lanes.block(of);
      this.#position = 0;
      this.#mayHaveMore = true;
    } catch (error) {
      this.#mustRescan = true;
      throw error;
    }
  }
}
