/**
 * Says now and then when this browser had an event that was pushed: a few of them, seldom, so that it costs nobody
 * anything. The server's clock is asked once a report: half the way there and back is how far it can be off.
 */
import type { EventStamp } from "#app/domain/events.ts";
import type { Log, Timers } from "#app/realtime/environment.ts";

/** Of one report. */
export const SAMPLES_A_REPORT = 5;
/** After the first event, so that the relay has written down that it was accepted; spread over the browsers. */
const REPORT_AFTER_MS = 5_000;
const SPREAD_MS = 10_000;
/** Between two reports. */
const QUIET_MS = 60_000;

export interface SamplerEnvironment extends Pick<Timers, "after"> {
  /** Milliseconds from any beginning; never goes back. */
  monotonic: () => number;
  random: () => number;
  fetch: (url: string, init: RequestInit) => Promise<Response>;
  log: Log;
}

export class ReceivedSampler {
  #samples: { id: string; at: number }[] = [];
  #cancel: (() => void) | null = null;
  #quietUntil = Number.NEGATIVE_INFINITY;

  constructor(private readonly env: SamplerEnvironment) {}

  /** An event was pushed that was not known before. */
  saw({ id }: EventStamp): void {
    const { monotonic, after, random } = this.env;
    const at = monotonic();
    if (at < this.#quietUntil || this.#samples.length >= SAMPLES_A_REPORT) return;
    this.#samples.push({ id, at });
    this.#cancel ??= after(REPORT_AFTER_MS + random() * SPREAD_MS, () => void this.#report());
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = null;
    this.#samples = [];
  }

  async #report(): Promise<void> {
    const { monotonic, fetch, log } = this.env;
    const samples = this.#samples;
    this.#samples = [];
    this.#cancel = null;
    this.#quietUntil = monotonic() + QUIET_MS;
    try {
      const asked = monotonic();
      const { now } = (await (await fetch("/api/time", { cache: "no-store" })).json()) as { now: unknown };
      if (typeof now !== "number") return;
      const offset = now - (asked + monotonic()) / 2;
      const body = JSON.stringify({ samples: samples.map(({ id, at }) => ({ id, at: Math.max(0, Math.round(at + offset)) })) });
      await fetch("/api/received", { method: "POST", headers: { "Content-Type": "application/json" }, body });
    } catch (error) {
      // No network, or an answer that is none: the next report will do.
      if (!(error instanceof TypeError || error instanceof SyntaxError)) throw error;
      log("received times were not reported", { error: error.message });
    }
  }
}
