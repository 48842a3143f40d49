/**
 * The browser's copy of the event log: whatever push, poll and catch-up brought, each event once.
 * It knows nothing of time or network. What of it may be shown is decided by a view (view.ts).
 */
import type { LoggedEvent } from "./live-event.ts";

interface Announced {
  offset: number;
  seq: number;
}

interface ChannelLog {
  /** By offset, which on one channel is also the order of `seq`. */
  events: LoggedEvent[];
  /** The newest event known to exist, held here or not. */
  announced: Announced;
}

const NOTHING: readonly LoggedEvent[] = [];

export class EventLog {
  #channels = new Map<string, ChannelLog>();
  #ids = new Set<string>();
  #ended = new Map<string, number>();
  #listeners = new Set<() => void>();
  #newest = -1;
  /** Grows with every change: what was derived at the same version is still right. */
  version = 0;
  /** Grows when the log starts anew. */
  generation = 0;
  epoch: string | null = null;
  /** All events of the viewer's channels with floor < seq ≤ horizon are here. Null: not known from where. */
  floor: number | null = null;
  horizon = -1;

  /** How many events are held. */
  get size(): number {
    return this.#ids.size;
  }

  /** The highest `seq` known to exist: a sync that starts now answers at least up to it. */
  get newest(): number {
    return this.#newest;
  }

  /** Called after every change. */
  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /**
   * Takes events in, in any order, each once, each at its place.
   * @returns those that were new
   */
  add(events: readonly LoggedEvent[]): LoggedEvent[] {
    const fresh = events.filter((event) => this.#insert(event));
    if (fresh.length > 0) this.#changed();
    return fresh;
  }

  /** Notes that an event exists which is not here yet. */
  announce(channel: string, offset: number, seq: number): void {
    const log = this.#channel(channel);
    this.#newest = Math.max(this.#newest, seq);
    if (offset <= log.announced.offset) return;
    log.announced = { offset, seq };
    this.#changed();
  }

  /** The viewer may no longer read a channel: what came before this `seq` and isn't here cannot be had any more. */
  end(channel: string, seq: number): void {
    if (seq <= this.endedAt(channel)) return;
    this.#ended.set(channel, seq);
    this.#changed();
  }

  endedAt(channel: string): number {
    return this.#ended.get(channel) ?? -1;
  }

  announced(channel: string): Announced {
    return this.#channels.get(channel)?.announced ?? { offset: 0, seq: -1 };
  }

  channels(): IterableIterator<string> {
    return this.#channels.keys();
  }

  /** The unbroken run of events that follows an offset on a channel. */
  *runAfter(channel: string, offset: number): Generator<LoggedEvent> {
    const events = this.#channels.get(channel)?.events ?? NOTHING;
    let expected = offset + 1;
    for (let index = firstAt(events, expected); events[index]?.stamp.offset === expected; index++, expected++) yield events[index]!;
  }

  /** The first event of a channel after a `seq`. */
  firstAfter(channel: string, seq: number): LoggedEvent | undefined {
    return this.#channels.get(channel)?.events.find((event) => event.stamp.seq > seq);
  }

  /** Whether an event is here that answers the question; looks at the newest of each channel only. */
  holds(matches: (event: LoggedEvent) => boolean, newest = 50): boolean {
    for (const { events } of this.#channels.values()) if (events.slice(-newest).some(matches)) return true;
    return false;
  }

  /** Says from where on the log will be complete; what was said before no longer holds. */
  startAt(seq: number): void {
    this.floor = seq;
    this.horizon = seq;
    this.#newest = Math.max(this.#newest, seq);
    this.#changed();
  }

  /** Says up to where sync has brought everything. */
  covered(seq: number): void {
    if (this.floor === null || seq <= this.horizon) return;
    this.horizon = seq;
    this.#changed();
  }

  /** Forgets what nobody folds any more. Nothing that is shown changes by it. */
  trim(upToSeq: number): void {
    if (this.floor === null || upToSeq <= this.floor || upToSeq > this.horizon) return;
    for (const log of this.#channels.values()) {
      const keepFrom = log.events.findIndex((event) => event.stamp.seq > upToSeq);
      const dropped = log.events.splice(0, keepFrom === -1 ? log.events.length : keepFrom);
      for (const event of dropped) this.#ids.delete(event.stamp.id);
    }
    this.floor = upToSeq;
  }

  /** Starts anew: another epoch, or older than what the server keeps. */
  clear(): void {
    this.#channels.clear();
    this.#ids.clear();
    this.#ended.clear();
    this.#newest = -1;
    this.epoch = null;
    this.floor = null;
    this.horizon = -1;
    this.generation++;
    this.#changed();
  }

  #insert(event: LoggedEvent): boolean {
    const { id, seq, offset, epoch } = event.stamp;
    // At or below the floor it is part of what loaders gave: a late double.
    if (this.#ids.has(id) || (this.floor !== null && seq <= this.floor)) return false;
    const log = this.#channel(event.channel);
    const index = firstAt(log.events, offset);
    if (log.events[index]?.stamp.offset === offset) return false;
    log.events.splice(index, 0, event);
    if (offset > log.announced.offset) log.announced = { offset, seq };
    this.#ids.add(id);
    this.#newest = Math.max(this.#newest, seq);
    this.epoch ??= epoch;
    return true;
  }

  #channel(name: string): ChannelLog {
    let log = this.#channels.get(name);
    if (!log) this.#channels.set(name, (log = { events: [], announced: { offset: 0, seq: -1 } }));
    return log;
  }

  #changed(): void {
    this.version++;
    for (const listener of [...this.#listeners]) listener();
  }
}

/** Where the first event with at least this offset stands. Nearly always the end, so it looks there first. */
function firstAt(events: readonly LoggedEvent[], offset: number): number {
  if (events.length === 0 || events.at(-1)!.stamp.offset < offset) return events.length;
  let low = 0;
  let high = events.length - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (events[middle]!.stamp.offset < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}
