/**
 * Holds everything back while the service is away, and lets one probe a second through. An outage is nobody's
 * attempt: what failed by it is sent again as if nothing had happened.
 */
export const PROBE_EVERY_MS = 1_000;
/** A service that asks for a longer pause than this is asked again after it all the same. */
export const LONGEST_RETRY_AFTER_MS = 15 * 60_000;
/** So many events refused in a row, none accepted between: then it is not the events. */
export const REFUSALS_IN_A_ROW = 20;

export type Gate = { open: true; probe: boolean } | { open: false; waitMs: number };

export class CircuitBreaker {
  #reason: string | null = null;
  #nextProbeAt = 0;
  #probing = false;
  #refusals = 0;

  constructor(
    private readonly monotonic: () => number,
    private readonly onChange: (reason: string | null) => void = () => undefined,
  ) {}

  /** Why nothing goes out at present; null when all is well. */
  get reason() {
    return this.#reason;
  }

  /** May a request start now? A `probe` is to carry one event. */
  gate(): Gate {
    if (this.#reason === null) return { open: true, probe: false };
    // The end of the running probe asks again.
    if (this.#probing) return { open: false, waitMs: Number.POSITIVE_INFINITY };
    const waitMs = this.#nextProbeAt - this.monotonic();
    return waitMs <= 0 ? { open: true, probe: true } : { open: false, waitMs };
  }

  probeStarted() {
    this.#probing = true;
    this.#nextProbeAt = this.monotonic() + PROBE_EVERY_MS;
  }

  probeEnded() {
    this.#probing = false;
  }

  /** The service took something. */
  succeeded() {
    this.#refusals = 0;
    if (this.#reason === null) return;
    this.#reason = null;
    this.onChange(null);
  }

  /** The service did not answer, or refused for reasons that are not an event's. */
  failed(reason: string, retryAfterMs: number | null = null) {
    const now = this.monotonic();
    const wasOpen = this.#reason !== null;
    // A failure that had started before the last probe must not bring the next one forward.
    if (!wasOpen) this.#nextProbeAt = now + PROBE_EVERY_MS;
    if (retryAfterMs !== null) this.#nextProbeAt = Math.max(this.#nextProbeAt, now + Math.min(retryAfterMs, LONGEST_RETRY_AFTER_MS));
    this.#reason = reason;
    if (!wasOpen) this.onChange(reason);
  }

  /** A single event was refused for what it is. */
  refused() {
    this.#refusals += 1;
    if (this.#refusals >= REFUSALS_IN_A_ROW) this.failed("refuses-everything");
  }
}
