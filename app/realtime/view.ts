/**
 * What one screen may show of the log: on each channel the unbroken run of events after the position at which
 * its data was loaded. Events past a hole wait until sync has filled it.
 */
import type { Position } from "#app/domain/events.ts";
import type { EventLog } from "./event-log.ts";
import type { LoggedEvent } from "./live-event.ts";

export type ViewedChannels = readonly string[] | "all";

export class View {
  #bases = new Map<string, number>();
  /** How far the run of a channel is known to reach. */
  #heads = new Map<string, number>();
  #generation: number;

  constructor(
    readonly log: EventLog,
    readonly position: Position,
    readonly channels: ViewedChannels,
  ) {
    this.#generation = log.generation;
  }

  /** The log has started anew since: what was shown stays until data is loaded afresh. */
  get frozen(): boolean {
    return this.log.generation !== this.#generation;
  }

  /**
   * The events that may be shown beyond those already taken, in the order of `seq`.
   * @param taken per channel the offset up to which they were taken; moved on by this call
   */
  takeAfter(taken: Map<string, number>): LoggedEvent[] {
    if (this.frozen) return [];
    const events: LoggedEvent[] = [];
    for (const channel of this.#names()) {
      const base = this.#base(channel);
      if (base === null) continue;
      for (const event of this.log.runAfter(channel, taken.get(channel) ?? base)) {
        // Another life of the log numbers its events anew: they don't belong on this data.
        if (event.stamp.epoch !== this.position.epoch) break;
        taken.set(channel, event.stamp.offset);
        events.push(event);
      }
    }
    return events.sort((a, b) => a.stamp.seq - b.stamp.seq);
  }

  /** Whether something is known to have happened on a channel that cannot be shown yet. */
  waitsOn(channel: string): boolean {
    if (this.frozen || (this.channels !== "all" && !this.channels.includes(channel))) return false;
    const announced = this.log.announced(channel);
    if (announced.seq <= this.position.seq || announced.seq <= this.log.endedAt(channel)) return false;
    const base = this.#base(channel);
    if (base === null) return true;
    let head = this.#heads.get(channel) ?? base;
    for (const event of this.log.runAfter(channel, head)) head = event.stamp.offset;
    this.#heads.set(channel, head);
    return head < announced.offset;
  }

  /** Whether it waits on any channel. */
  waits(): boolean {
    for (const channel of this.#names()) if (this.waitsOn(channel)) return true;
    return false;
  }

  #names(): Iterable<string> {
    return this.channels === "all" ? this.log.channels() : this.channels;
  }

  /** The offset after which this view begins on a channel; null while that isn't known. */
  #base(channel: string): number | null {
    const known = this.#bases.get(channel) ?? this.position.offsets[channel];
    if (known !== undefined) return known;
    // The loader didn't ask for this channel: it begins with the first event after the position, once sync
    // has brought everything up to that event.
    const { floor, horizon } = this.log;
    if (floor === null || floor > this.position.seq) return null;
    const first = this.log.firstAfter(channel, this.position.seq);
    if (!first || first.stamp.seq > horizon) return null;
    this.#bases.set(channel, first.stamp.offset - 1);
    return first.stamp.offset - 1;
  }
}
