/**
 * What waits, in memory: a lane for each channel, in seq order, with one request under way at most, also across
 * retries. Pure bookkeeping: no clock, no I/O.
 *
 * A lane holds a few rows and remembers from which seq on there are more in the database. So one busy channel
 * cannot fill the memory, and one that pauses or is blocked takes no room from the others.
 */
import type { PendingRow } from "#db/outbox/pending.ts";

/** Rows held for one channel. */
export const LANE_HOLDS = 100;
/** Rows held for all. */
export const LANES_HOLD = 4_000;

export interface HeldRow extends PendingRow {
  /** Taken only by a request of its own: from the start, or because a batch with it failed before. */
  alone: boolean;
  /** Nothing of its lane is taken together with it that comes after it. */
  last: boolean;
  /** Failures by an outage that the others had got over since: see dispatcher.ts. */
  strikes: number;
  /** How many events the service had taken in all when this one failed last; -1: it never failed. */
  failedAt: number;
}

export interface Lane {
  readonly key: string;
  readonly channel: string | null;
  readonly audience: string | null;
  /** Sorted by seq. Rows under way are not among them. */
  rows: HeldRow[];
  /** The lowest seq of this lane that is in the database but not held; null when all known ones are. */
  more: number | null;
  /** Rows under way, all in one request; "flying" until each of them has landed. */
  flying: number;
  state: "ready" | "flying" | "paused" | "blocked";
}

export const laneKey = (row: { channel: string | null; audience: string | null }) => (row.channel === null ? `audience ${row.audience}` : row.channel);

export class Lanes {
  readonly #lanes = new Map<string, Lane>();
  /** Lanes with rows and nothing under way, the longest waiting first. */
  readonly #ready = new Set<Lane>();
  /** Lanes with room and with rows left in the database. */
  readonly #hungry = new Set<Lane>();
  readonly #paused = new Set<Lane>();
  /** Every seq that is in memory: held, under way, or not yet settled. */
  readonly known = new Set<number>();
  readonly #flying = new Set<HeldRow>();
  /** Under way when the rest was forgotten: what is left of them is read again. */
  readonly #outdated = new Set<HeldRow>();

  /**
   * @param goesAlone which rows take a request of their own from the start
   * @param holdsBack which rows are settled before the next of their lane is taken
   */
  constructor(
    private readonly goesAlone: (row: PendingRow) => boolean = () => false,
    private readonly holdsBack: (row: PendingRow) => boolean = () => false,
  ) {}

  get isFull() {
    // A paused lane keeps one row, which must not count: else many pauses would keep everybody else out.
    return this.known.size - this.#paused.size >= LANES_HOLD;
  }

  /** Events in requests that are under way. */
  get flying() {
    return this.#flying.size;
  }

  get hasReady() {
    return this.#ready.size > 0;
  }

  /** A lane that wants more rows from the database. */
  get hungry(): Lane | undefined {
    return this.#hungry.values().next().value;
  }

  /**
   * Takes in a row that was read (it becomes the held one), unless it is known, or its lane will read it later.
   * @returns the row, when it is the next one of a lane that may go on
   */
  offer(row: PendingRow): HeldRow | null {
    if (this.known.has(row.seq)) return null;
    const lane = this.#laneOf(row);
    const isBeyond = lane.more !== null && row.seq >= lane.more;
    if (isBeyond) return null;
    if (lane.state === "paused" || lane.state === "blocked") {
      lane.more = row.seq;
      return null;
    }
    // It was read for this alone: a copy of each would be a twentieth of the relay's work.
    const held: HeldRow = Object.assign(row, { alone: this.goesAlone(row), last: this.holdsBack(row), strikes: 0, failedAt: -1 });
    this.known.add(row.seq);
    insert(lane.rows, held);
    this.#trim(lane, LANE_HOLDS);
    this.#refresh(lane);
    return lane.state === "ready" && lane.rows[0] === held ? held : null;
  }

  /** Takes in rows read for a hungry lane; `more` is the seq from which on there may be others, null when there are none. */
  feed(lane: Lane, rows: readonly PendingRow[], more: number | null): HeldRow | null {
    lane.more = more;
    let next: HeldRow | null = null;
    for (const row of rows) next = this.offer(row) ?? next;
    this.#refresh(lane);
    return next;
  }

  /**
   * The next batch, of lanes that are then under way until `land`. A row that needs a request of its own (more
   * than one channel, or a suspect) comes alone.
   * @param requests how many may be made now, this one included: where many lanes wait, few rows of each go, the oldest of
   * all first, which lie side by side in the database; where few do, enough lanes are left for the other requests.
   */
  take(limit: number, requests = 1): HeldRow[] {
    const batch: HeldRow[] = [];
    const ofEach = Math.ceil(limit / Math.max(1, Math.floor(this.#ready.size / requests)));
    for (const lane of this.#ready) {
      if (batch.length >= limit) break;
      const most = Math.min(ofEach, limit - batch.length);
      let count = 0;
      while (count < most && count < lane.rows.length && !isSingle(lane.rows[count]!) && !lane.rows[count - 1]?.last) count += 1;
      if (count === 0 && batch.length === 0) count = 1;
      if (count === 0) continue;
      const taken = lane.rows.splice(0, count);
      batch.push(...taken);
      for (const row of taken) this.#flying.add(row);
      lane.flying += count;
      lane.state = "flying";
      this.#ready.delete(lane);
      if (isSingle(taken[0]!)) break;
    }
    return batch;
  }

  /** A batch, or a part of it, is under way no longer: puts back what is not decided, and lets those lanes go on of which nothing else is. */
  land(part: readonly HeldRow[], undecided: readonly HeldRow[]) {
    for (const row of undecided) {
      const lane = this.#laneOf(row);
      if (!this.#outdated.has(row)) insert(lane.rows, row);
      else for (const late of [row, ...takeAfter(lane.rows, row.seq)]) this.#leave(lane, late);
    }
    for (const row of part) {
      this.#flying.delete(row);
      this.#outdated.delete(row);
      const lane = this.#laneOf(row);
      lane.flying -= 1;
      if (lane.state === "flying" && lane.flying === 0) lane.state = "ready";
      this.#refresh(lane);
    }
  }

  /** Holds a lane back until `resume`; only its first row stays in memory (with what is known of it). */
  pause(row: HeldRow) {
    const lane = this.#laneOf(row);
    if (!lane.rows.includes(row) && this.known.has(row.seq)) insert(lane.rows, row);
    lane.state = "paused";
    this.#paused.add(lane);
    this.#trim(lane, 1);
    this.#refresh(lane);
    return lane;
  }

  /** Takes out a row that was put back although it is decided. */
  drop(row: HeldRow) {
    const lane = this.#laneOf(row);
    lane.rows = lane.rows.filter((other) => other !== row);
    this.#refresh(lane);
  }

  /** Holds a lane back until an admin has dealt with the dead event in its way. */
  block(of: { channel: string | null; audience: string | null }) {
    const lane = this.#laneOf(of);
    lane.state = "blocked";
    this.#paused.delete(lane);
    this.#trim(lane, 0);
    this.#refresh(lane);
  }

  /**
   * Forgets every row that is not under way, and with them all pauses: somebody else has changed rows, and they are
   * read again from the beginning. Blocks stay.
   */
  forget() {
    for (const row of this.#flying) this.#outdated.add(row);
    for (const lane of this.#lanes.values()) {
      for (const row of lane.rows.splice(0)) this.known.delete(row.seq);
      lane.more = null;
      if (lane.state === "paused") lane.state = "ready";
      this.#paused.delete(lane);
      this.#refresh(lane);
    }
  }

  /** Ends every block that is not in `still` (lane keys). */
  unblockAllBut(still: ReadonlySet<string>) {
    for (const lane of this.#lanes.values()) if (lane.state === "blocked" && !still.has(lane.key)) this.resume(lane);
  }

  resume(lane: Lane) {
    if (lane.state !== "paused" && lane.state !== "blocked") return;
    // One that was blocked while some of it was under way waits for them, as ever.
    lane.state = lane.flying > 0 ? "flying" : "ready";
    this.#paused.delete(lane);
    this.#refresh(lane);
  }

  #laneOf(of: { channel: string | null; audience: string | null }): Lane {
    const key = laneKey(of);
    let lane = this.#lanes.get(key);
    if (!lane) this.#lanes.set(key, (lane = { key, channel: of.channel, audience: of.audience, rows: [], more: null, flying: 0, state: "ready" }));
    return lane;
  }

  #trim(lane: Lane, size: number) {
    for (const row of lane.rows.splice(size)) this.#leave(lane, row);
  }

  /** Leaves a row to the database, to be read again when its lane has room. */
  #leave(lane: Lane, row: HeldRow) {
    this.known.delete(row.seq);
    lane.more = Math.min(lane.more ?? row.seq, row.seq);
  }

  #refresh(lane: Lane) {
    const isReady = lane.state === "ready";
    if (isReady && lane.rows.length > 0) this.#ready.add(lane);
    else this.#ready.delete(lane);
    if (lane.more !== null && (isReady || lane.state === "flying") && lane.rows.length < LANE_HOLDS / 2) this.#hungry.add(lane);
    else this.#hungry.delete(lane);
    if (isReady && lane.rows.length === 0 && lane.more === null) this.#lanes.delete(lane.key);
  }
}

const isSingle = (row: HeldRow) => row.alone || (row.audience !== null && row.audience.includes('","'));

/** Takes out those that come after a seq: they must not overtake it. */
function takeAfter(rows: HeldRow[], seq: number): HeldRow[] {
  const from = rows.findIndex((row) => row.seq > seq);
  return from < 0 ? [] : rows.splice(from);
}

function insert(rows: HeldRow[], row: HeldRow) {
  let at = rows.length;
  while (at > 0 && rows[at - 1]!.seq > row.seq) at -= 1;
  rows.splice(at, 0, row);
}
