/** Keeps the log complete for the views that are open: from their positions on, without holes, and no longer than needed. */
import type { LiveEnvironment } from "./environment.ts";
import type { EventLog } from "./event-log.ts";
import type { View } from "./view.ts";

/** A sync that leaves a hole open (a replica behind) is repeated with growing pauses up to this. */
const REFILL_FIRST_MS = 250;
const REFILL_MOST_MS = 5_000;
/** After so many the data is loaded anew instead. */
const REFILLS_BEFORE_RELOAD = 5;
/** Reloading data to heal something is not repeated faster than this. */
const RELOAD_PAUSE_MS = 10_000;
/** The log is cut when it holds more events than this; */
const TRIM_AT = 2_000;
/** and when old loader data holds so many of them back, the data is loaded anew. */
const RELOAD_AT = 5_000;

interface Hooks {
  /** Asks for a sync, at the latest in `delayMs` milliseconds. */
  request: (delayMs?: number) => void;
  /** Has the next syncs begin elsewhere. */
  moveTo: (cursor: string) => void;
  /** Loads everything on screen anew. */
  reload: () => void;
}

export class LogKeeper {
  #env: LiveEnvironment | null = null;
  #views = new Map<View, number>();
  #refills = 0;
  #reloadedAt = -Infinity;
  #everSettled = false;

  constructor(
    readonly log: EventLog,
    readonly hooks: Hooks,
  ) {}

  start(env: LiveEnvironment): void {
    this.#env = env;
    for (const view of this.#views.keys()) this.#include(view);
  }

  stop(): void {
    this.#env = null;
  }

  /** @returns lets go; calling it again does nothing */
  watch(view: View): () => void {
    this.#views.set(view, (this.#views.get(view) ?? 0) + 1);
    this.#include(view);
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      const left = this.#views.get(view)! - 1;
      if (left === 0) this.#views.delete(view);
      else this.#views.set(view, left);
    };
  }

  /** Whether an event on this channel cannot be shown somewhere before others have come. */
  waitsOn(channel: string): boolean {
    for (const view of this.#views.keys()) if (view.waitsOn(channel)) return true;
    return false;
  }

  /** @param notBefore milliseconds that the catch-up after a reconnect is spread over: it fills the hole, too */
  refill(notBefore = 0): void {
    const pause = this.#refills === 0 ? 0 : Math.min(REFILL_MOST_MS, REFILL_FIRST_MS * 2 ** this.#refills);
    this.hooks.request(Math.max(pause, notBefore));
  }

  /** After each completed sync: holes that it left, data that is too old, events that nobody needs. */
  settled(): void {
    this.#everSettled = true;
    const views = [...this.#views.keys()];
    // A load under way when the log began anew brings data of before it.
    if (views.some((view) => view.frozen || (this.log.epoch !== null && view.position.epoch !== this.log.epoch))) this.#reload("data of before the reset");
    const used = views.filter((view) => !view.frozen);
    if (!used.some((view) => view.waits())) this.#refills = 0;
    else if (++this.#refills < REFILLS_BEFORE_RELOAD) this.refill();
    else this.#reload("a hole that stays");
    if (this.log.size <= TRIM_AT) return;
    this.log.trim(Math.min(this.log.horizon, ...used.map(({ position }) => position.seq)));
    if (this.log.size > RELOAD_AT) this.#reload("a long log");
  }

  /** The server says that the log can't be continued from where this browser was. */
  reset(): void {
    this.log.clear();
    this.#reloadedAt = -Infinity;
    this.#reload("reset by the server");
  }

  #include(view: View): void {
    const { seq, cursor, epoch } = view.position;
    if (!this.#env || view.frozen) return;
    this.log.epoch ??= epoch;
    if (this.log.epoch !== epoch) return this.hooks.request();
    if (this.log.floor === null || seq < this.log.floor) {
      this.log.startAt(seq);
      this.hooks.moveTo(cursor);
      // Before the first sync of all nothing is missing yet that it won't bring.
      if (this.#everSettled) this.hooks.request();
    } else if (view.waits()) this.hooks.request();
  }

  #reload(reason: string): void {
    const env = this.#env!;
    if (env.now() - this.#reloadedAt < RELOAD_PAUSE_MS) return;
    this.#reloadedAt = env.now();
    env.log("loading anew", { reason });
    this.hooks.reload();
  }
}
