import type { LoggedEvent } from "./live-event.ts";
import type { View } from "./view.ts";

/** Applies one event to a state. Pure; an event that changes nothing returns the same object. */
export type Reducer<State> = (state: State, event: LoggedEvent) => State;

/** Loader data with a view's events folded over it. Remembers how far it came, so that each event is applied once. */
export class Fold<State> {
  #taken = new Map<string, number>();
  #state: State;
  #lastSeq = -1;
  #version = -1;

  constructor(
    readonly view: View,
    readonly loaded: State,
    readonly reducer: Reducer<State>,
  ) {
    this.#state = loaded;
  }

  /** The state now. The same object as long as nothing that is shown has changed. */
  current(): State {
    const { version } = this.view.log;
    if (version === this.#version) return this.#state;
    this.#version = version;
    const fresh = this.view.takeAfter(this.#taken);
    if (fresh.length === 0) return this.#state;
    // A hole on another channel was filled late: its events belong before some that are already folded.
    if (fresh[0]!.stamp.seq < this.#lastSeq) {
      this.#taken.clear();
      this.#state = this.loaded;
      return this.#apply(this.view.takeAfter(this.#taken));
    }
    return this.#apply(fresh);
  }

  #apply(events: readonly LoggedEvent[]): State {
    this.#state = events.reduce(this.reducer, this.#state);
    this.#lastSeq = events.at(-1)!.stamp.seq;
    return this.#state;
  }
}
