/** Who writes in a conversation now, as far as is known: told, and forgotten by itself. */
import type { Timers } from "#app/realtime/environment.ts";

/** Without news of somebody they have stopped. */
export const TYPING_FORGOTTEN_AFTER_MS = 6_000;
/** More are not counted: the line only says "others". */
export const MOST_WRITERS = 100;

export interface Writer {
  id: string;
  /** As the server said it with the event; null: it said only who. */
  name: string | null;
}

export class Writers {
  #all = new Map<string, { writer: Writer; cancel: () => void }>();
  #listeners = new Set<() => void>();
  /** In the order in which they began; the same array until that changes. */
  current: readonly Writer[] = [];

  constructor(readonly timers: Timers) {}

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  started(id: string, name: string | null): void {
    const known = this.#all.get(id);
    if (!known && this.#all.size >= MOST_WRITERS) return;
    known?.cancel();
    const writer = known && known.writer.name === name ? known.writer : { id, name };
    this.#all.set(id, { writer, cancel: this.timers.after(TYPING_FORGOTTEN_AFTER_MS, () => this.stopped(id)) });
    if (known?.writer !== writer) this.#changed();
  }

  stopped(id: string): void {
    const known = this.#all.get(id);
    if (!known) return;
    known.cancel();
    this.#all.delete(id);
    this.#changed();
  }

  clear(): void {
    for (const { cancel } of this.#all.values()) cancel();
    if (this.#all.size === 0) return;
    this.#all.clear();
    this.#changed();
  }

  #changed(): void {
    this.current = [...this.#all.values()].map(({ writer }) => writer);
    for (const listener of [...this.#listeners]) listener();
  }
}
