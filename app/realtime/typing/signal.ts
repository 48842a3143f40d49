/** Says that somebody writes here, and that they no longer do: at most one event a second, the latest truth last. */
import type { Timers } from "#app/realtime/environment.ts";

/** Between two events, start or stop. */
export const TYPING_EVERY_MS = 1_000;
/** Whoever rests that long has stopped. */
export const TYPING_STOP_AFTER_MS = 3_000;

export type TypingState = "start" | "stop";

interface SignalOptions extends Timers {
  /** @returns false: it could not be sent, the others know nothing of it */
  send: (state: TypingState) => boolean;
  everyMs?: number;
}

export class TypingSignal {
  #wanted: TypingState = "stop";
  /** What the others were told last. */
  #told: TypingState = "stop";
  #toldAt = -Infinity;
  #cancelRest = () => {};
  #cancelDue = () => {};

  constructor(readonly options: SignalOptions) {}

  /** A key was pressed. */
  writing(): void {
    this.#cancelRest();
    this.#cancelRest = this.options.after(TYPING_STOP_AFTER_MS, () => this.resting());
    this.#wanted = "start";
    this.#tell();
  }

  /** Sent, emptied, or left. Needs no further call: nothing runs on for longer than a second. */
  resting(): void {
    this.#cancelRest();
    this.#wanted = "stop";
    this.#tell();
  }

  #tell(): void {
    const { after, everyMs = TYPING_EVERY_MS, now, send } = this.options;
    this.#cancelDue();
    const early = this.#toldAt + everyMs - now();
    // The next key tells them anew that this goes on.
    if (this.#wanted === this.#told && (this.#wanted === "stop" || early > 0)) return;
    if (early > 0) {
      this.#cancelDue = after(early, () => this.#tell());
      return;
    }
    const sent = send(this.#wanted);
    if (sent) this.#toldAt = now();
    // A stop that could not be sent is forgotten by the others in time.
    this.#told = sent ? this.#wanted : "stop";
  }
}
