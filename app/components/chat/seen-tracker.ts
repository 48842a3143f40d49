/** Which message a person has really had before their eyes: on the screen, in a tab that is looked at, for a moment. Knows no DOM. */
import type { Timers } from "#app/realtime/environment.ts";

/** So long a message must stand there; reports are gathered for as long, so that a scroll through fifty is one. */
export const SEEN_AFTER_MS = 250;

interface SeenOptions extends Pick<Timers, "after"> {
  /** Whether the tab is looked at. A tab in the background lays out, too. */
  isVisible: () => boolean;
  /** Called with the highest message number seen so far, each time it grows. */
  onSeen: (seq: number) => void;
}

export class SeenTracker {
  #onScreen = new Set<number>();
  #reported = 0;
  #cancel: (() => void) | null = null;

  constructor(readonly options: SeenOptions) {}

  /** A message came onto the screen, or left it. */
  moved(seq: number, onScreen: boolean): void {
    if (onScreen) this.#onScreen.add(seq);
    else this.#onScreen.delete(seq);
    this.look();
  }

  /** To be called, too, when the tab comes into view. */
  look = (): void => {
    if (this.#cancel || !this.options.isVisible() || this.#highest() <= this.#reported) return;
    this.#cancel = this.options.after(SEEN_AFTER_MS, () => {
      this.#cancel = null;
      // What has left meanwhile, or stands in a tab that has left, was not seen.
      if (!this.options.isVisible()) return;
      const seen = this.#highest();
      if (seen <= this.#reported) return;
      this.#reported = seen;
      this.options.onSeen(seen);
    });
  };

  stop(): void {
    this.#cancel?.();
    this.#cancel = null;
  }

  #highest(): number {
    return Math.max(0, ...this.#onScreen);
  }
}
