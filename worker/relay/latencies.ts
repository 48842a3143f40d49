import type { RelayLog } from "./log.ts";

const SUMMARY_EVERY_MS = 60_000;
/** Enough for a p99 that means something; at higher rates the newest are kept. */
const KEEP = 10_000;

/** Commit to accepted, in ms: summed up in the log once a minute while there is traffic. */
export class Latencies {
  #values: number[] = [];
  #count = 0;
  #since: number;

  constructor(
    private readonly monotonic: () => number,
    private readonly log: RelayLog,
  ) {
    this.#since = monotonic();
  }

  add(ms: number) {
    this.#values[this.#count % KEEP] = ms;
    this.#count += 1;
    if (this.monotonic() - this.#since >= SUMMARY_EVERY_MS) this.report();
  }

  report() {
    if (this.#count === 0) return;
    const sorted = this.#values.toSorted((a, b) => a - b);
    const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
    this.log.info({ delivered: this.#count, p50: at(0.5), p95: at(0.95), p99: at(0.99), max: sorted.at(-1) }, "latency from commit to accepted, ms");
    this.#values = [];
    this.#count = 0;
    this.#since = this.monotonic();
  }
}
