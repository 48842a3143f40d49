/** The pauses of channels whose first event failed by itself. */
import { backoffCeiling } from "./backoff.ts";
import type { Clock } from "./clock.ts";
import type { HeldRow, Lanes } from "./lanes.ts";

/** Failures of one event, each got over by the others, after which they are its own and no outage. */
export const STRIKES = 2;

export class Pauses {
  readonly #cancels = new Set<() => void>();

  /** @param onOver told after each pause, its channel being ready again */
  constructor(
    private readonly lanes: Lanes,
    private readonly clock: Clock,
    private readonly onOver: () => void,
  ) {}

  begin(row: HeldRow, waitMs: number) {
    const lane = this.lanes.pause(row);
    const cancel = this.clock.after(waitMs, () => {
      this.#cancels.delete(cancel);
      this.lanes.resume(lane);
      this.onOver();
    });
    this.#cancels.add(cancel);
  }

  /** A pause written down by an earlier leader: never longer than it can have been, whatever the clocks say. */
  beginAsWritten(row: HeldRow) {
    const waitMs = Math.min(row.availableAt - this.clock.now(), backoffCeiling(row.attempts));
    row.strikes = STRIKES;
    row.alone = true;
    row.failedAt = 0;
    if (waitMs > 0) this.begin(row, waitMs);
  }

  /** Nobody is told, and no channel becomes ready by it. */
  cancelAll() {
    for (const cancel of this.#cancels) cancel();
    this.#cancels.clear();
  }
}
