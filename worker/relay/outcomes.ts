/** What becomes of events once a request has ended: delivered, dead, tried again by itself, or kept back by an outage. */
import type { EventType } from "#db/outbox/event.ts";
import type { Settlement } from "#db/outbox/settle.ts";
import { backoff } from "./backoff.ts";
import type { CircuitBreaker } from "./circuit-breaker.ts";
import type { Clock } from "./clock.ts";
import type { HeldRow, Lanes } from "./lanes.ts";
import type { Latencies } from "./latencies.ts";
import type { RelayLog } from "./log.ts";
import { STRIKES, type Pauses } from "./pauses.ts";
import type { PublishOutcome } from "./publishers/publisher.ts";

/** Its own failures after which an event is given up: with the pauses, after a quarter of an hour. */
const MAX_ATTEMPTS = 20;

export interface OutcomesOptions {
  clock: Clock;
  random: () => number;
  log: RelayLog;
  breaker: CircuitBreaker;
  latencies: Latencies;
  eventTypes: ReadonlyMap<string, EventType>;
}

export class Outcomes {
  readonly counts = { published: 0, retried: 0, dead: 0 };

  /** @param settle has the results written down */
  constructor(
    private readonly options: OutcomesOptions,
    private readonly lanes: Lanes,
    private readonly pauses: Pauses,
    private readonly settle: (...settlements: Settlement[]) => void,
  ) {}

  accepted(rows: readonly HeldRow[]) {
    if (rows.length === 0) return;
    const { breaker, clock, latencies, log } = this.options;
    const publishedAt = clock.now();
    this.counts.published += rows.length;
    breaker.succeeded();
    const settlements = rows.map((row): Settlement => {
      const latencyMs = Math.max(0, publishedAt - row.createdAt);
      latencies.add(latencyMs);
      log.debug({ seq: row.seq, id: row.id, event: row.event, latencyMs }, "delivered");
      return { seq: row.seq, state: "delivered", attempts: row.attempts + 1, publishedAt, latencyMs };
    });
    this.settle(...settlements);
  }

  dead(row: HeldRow, reason: string, detail: string) {
    const { clock, log, eventTypes } = this.options;
    const blocks = eventTypes.get(row.event)?.whenDead === "block";
    this.counts.dead += 1;
    log.warn({ seq: row.seq, id: row.id, event: row.event, channel: row.channel, reason, blocks }, "event is dead");
    this.settle({ seq: row.seq, state: "dead", attempts: row.attempts + 1, error: `${reason}: ${detail}`, at: clock.now() });
    if (blocks) this.lanes.block(row);
  }

  unavailable(rows: readonly HeldRow[], outage: Extract<PublishOutcome, { kind: "unavailable" }>) {
    if (outage.reason === "aborted") return;
    // An answer of this kind can be provoked by one event: then it fails again and again while others get through.
    if (outage.reason === "server-error" || outage.reason === "timeout") {
      for (const row of rows) {
        if (row.failedAt >= 0 && this.counts.published > row.failedAt) row.strikes += 1;
        row.failedAt = this.counts.published;
        row.alone ||= row.strikes > 0;
      }
      const [row] = rows;
      if (row && rows.length === 1 && row.strikes > STRIKES) return this.#failedItself(row, outage);
    }
    this.counts.retried += rows.length;
    this.options.breaker.failed(outage.reason, outage.retryAfterMs);
  }

  #failedItself(row: HeldRow, { reason, detail }: { reason: string; detail: string }) {
    const { clock, random, log } = this.options;
    if (row.attempts + 1 >= MAX_ATTEMPTS) {
      this.lanes.drop(row);
      return this.dead(row, reason, detail);
    }
    row.attempts += 1;
    const waitMs = backoff(row.attempts, random);
    const at = clock.now();
    this.counts.retried += 1;
    log.info({ seq: row.seq, id: row.id, event: row.event, reason, attempts: row.attempts, waitMs }, "event failed by itself, its channel pauses");
    this.settle({ seq: row.seq, state: "pending", attempts: row.attempts, availableAt: at + waitMs, error: `${reason}: ${detail}`, at });
    this.pauses.begin(row, waitMs);
  }
}
