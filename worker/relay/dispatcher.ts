/**
 * The relay's loop while it leads: reads what is pending, sends it with several requests under way, in strict
 * order on each channel, and writes down what became of it. Everything it needs of the world is passed in.
 */
import type { Database } from "#db/database.ts";
import type { Settlement } from "#db/outbox/settle.ts";
import { deliver, type Parts } from "./delivery.ts";
import { insistent } from "./insistent.ts";
import { Lanes, type HeldRow } from "./lanes.ts";
import { Outcomes, type OutcomesOptions } from "./outcomes.ts";
import { Pauses } from "./pauses.ts";
import { MAX_BATCH, type Publisher } from "./publishers/publisher.ts";
import { isReference, reachOf, terminatedBy } from "./reach.ts";
import { Reader } from "./reader.ts";
import { MOST_UNSETTLED, SettleQueue } from "./settle-queue.ts";

export const REQUESTS_IN_FLIGHT = 8;
const READ_RETRY_MS = 250;
/** At the end; what cannot be written then is sent once more by the next leader. */
const LAST_SETTLE_TRIES = 3;

export interface DispatcherOptions extends OutcomesOptions {
  db: Database;
  publisher: Publisher;
  /** The fencing token under which it works. */
  token: number;
  epoch: string;
  /** Whether the lease is certainly still held, by the own monotonic clock. */
  mayPublish: () => boolean;
  onFenced: () => void;
  /** Told after each look into the database: how many rows it found. */
  onRead?: (found: number) => void;
  /** What became of some events is written down. */
  onSettled?: () => void;
  requestsInFlight?: number;
}

export class Dispatcher {
  readonly #lanes: Lanes;
  readonly #reader: Reader;
  readonly #settles: SettleQueue;
  readonly #requests = new Set<AbortController>();
  readonly #partsDone = new Map<number, Parts>();
  readonly #pauses: Pauses;
  readonly #outcomes: Outcomes;
  readonly #quietWaiters: (() => void)[] = [];
  #reading: Promise<void> | null = null;
  #state: "running" | "stopping" | "abandoned" = "running";
  #cancelGate: (() => void) | null = null;
  #cancelReadRetry: (() => void) | null = null;

  constructor(private readonly options: DispatcherOptions) {
    const { db, token, clock, log, eventTypes } = options;
    this.#lanes = new Lanes(isReference, (row) => terminatedBy(row, eventTypes) !== null);
    this.#settles = new SettleQueue({
      db,
      token,
      clock,
      log,
      onSettled: (chunk) => this.#settled(chunk),
      onFenced: () => {
        this.abandon();
        options.onFenced();
      },
    });
    this.#pauses = new Pauses(this.#lanes, clock, () => this.#turn());
    this.#outcomes = new Outcomes(options, this.#lanes, this.#pauses, (...settlements) => this.#settles.push(...settlements));
    const blocking = [...eventTypes.values()].filter((type) => type.whenDead === "block").map((type) => type.name);
    this.#reader = new Reader(db, this.#lanes, blocking, () => this.#settles.flush(), (row) => this.#pauses.beginAsWritten(row), () => this.#pauses.cancelAll());
  }

  /** Since it began. */
  get counts() {
    return this.#outcomes.counts;
  }

  /** The highest seq it has looked at. */
  get frontier() {
    return this.#reader.frontier;
  }

  /** Events in requests that are under way. */
  get inFlight() {
    return this.#lanes.flying;
  }

  /** Something may have been committed. */
  wake() {
    this.#reader.woken();
    this.#turn();
  }

  /** Rows may have been put back, or a dead one dealt with. */
  rescan() {
    this.#reader.rescan();
    this.#turn();
  }

  /** Goes on after the lease had run out for a while. */
  resume() {
    this.#turn();
  }

  /** Resolves once nothing can be done right now: all is delivered, or what is left pauses, is blocked, or meets an outage. */
  quiet(): Promise<void> {
    return new Promise((resolve) => {
      this.#quietWaiters.push(resolve);
      this.#turn();
    });
  }

  /** Starts nothing more, lets what is under way end, writes its results down. */
  async stop(): Promise<void> {
    if (this.#state === "running") this.#state = "stopping";
    this.#cancelTimers();
    if (this.#requests.size > 0) await this.quiet();
    await this.#reading;
    for (let tries = 0; tries < LAST_SETTLE_TRIES && this.#settles.size > 0; tries += 1) await this.#settles.flush();
    this.#settles.close();
  }

  /** Somebody else leads: drops everything at once. */
  abandon() {
    this.#state = "abandoned";
    this.#settles.close();
    this.#cancelTimers();
    for (const request of this.#requests) request.abort();
    this.#tellQuiet();
  }

  #cancelTimers() {
    this.#pauses.cancelAll();
    this.#cancelGate?.();
    this.#cancelReadRetry?.();
  }

  #turn() {
    if (this.#state === "running") {
      this.#pump();
      if (!this.#reading && this.#cancelReadRetry === null && this.#reader.hasWork) {
        this.#reading = this.#read().finally(() => {
          this.#reading = null;
          this.#tellQuiet();
        });
      }
    }
    this.#tellQuiet();
  }

  async #read() {
    try {
      while (this.#state === "running" && this.#reader.hasWork) {
        const { found } = await this.#reader.step();
        this.options.onRead?.(found);
        this.#pump();
      }
    } catch (error) {
      if (this.#state !== "running") return;
      this.options.log.warn({ err: error }, "reading the outbox failed, trying again");
      this.#cancelReadRetry = this.options.clock.after(READ_RETRY_MS, () => {
        this.#cancelReadRetry = null;
        this.#turn();
      });
    }
  }

  #pump() {
    const { breaker, mayPublish, clock, requestsInFlight = REQUESTS_IN_FLIGHT } = this.options;
    while (this.#state === "running" && this.#requests.size < requestsInFlight && this.#settles.size < MOST_UNSETTLED && this.#lanes.hasReady && mayPublish()) {
      const gate = breaker.gate();
      if (!gate.open) {
        this.#cancelGate?.();
        if (Number.isFinite(gate.waitMs)) this.#cancelGate = clock.after(gate.waitMs, () => this.#turn());
        return;
      }
      const batch = this.#lanes.take(gate.probe ? 1 : MAX_BATCH, requestsInFlight - this.#requests.size);
      if (gate.probe) breaker.probeStarted();
      void this.#send(batch, gate.probe);
    }
  }

  async #send(batch: HeldRow[], isProbe: boolean) {
    const { db, publisher, breaker, clock, epoch, eventTypes, mayPublish } = this.options;
    const request = new AbortController();
    this.#requests.add(request);
    const sender = isProbe ? insistent(publisher, { clock, mayPublish: () => this.#state === "running" && mayPublish() }) : publisher;
    const { refused, undecided, outage } = await deliver(
      batch,
      { publisher: sender, epoch, mayPublish, partsDone: this.#partsDone, reachOf: (rows) => reachOf(db, rows), terminatedBy: (row) => terminatedBy(row, eventTypes), signal: request.signal },
      { accepted: (part) => this.#landed(part, []), released: (part) => this.#landed(part, part) },
    );
    this.#requests.delete(request);
    if (isProbe) breaker.probeEnded();
    if (this.#state === "abandoned") return;

    this.#lanes.land(refused ? [refused.item, ...undecided] : undecided, undecided);
    if (refused) {
      breaker.refused();
      this.#outcomes.dead(refused.item, refused.outcome.reason, refused.outcome.detail);
    }
    if (outage) this.#outcomes.unavailable(undecided, outage);
    this.#turn();
  }

  /** A part of a batch that is accepted, or (`undecided`) may be sent with others. */
  #landed(part: readonly HeldRow[], undecided: readonly HeldRow[]) {
    if (this.#state === "abandoned") return;
    this.#lanes.land(part, undecided);
    if (undecided.length === 0) this.#outcomes.accepted(part);
    this.#turn();
  }

  #settled(chunk: readonly Settlement[]) {
    for (const { seq, state } of chunk) {
      if (state === "pending") continue;
      this.#lanes.known.delete(seq);
      this.#partsDone.delete(seq);
      this.#reader.settled(seq);
    }
    this.options.onSettled?.();
    this.#turn();
  }

  get #isQuiet() {
    if (this.#state === "abandoned") return true;
    if (this.#requests.size > 0) return false;
    if (this.#state === "stopping") return true;
    const { breaker, mayPublish } = this.options;
    const isHeldUp = !breaker.gate().open || !mayPublish() || this.#cancelReadRetry !== null;
    return isHeldUp || (!this.#reading && !this.#reader.hasWork && !this.#lanes.hasReady && this.#settles.size < MOST_UNSETTLED);
  }

  #tellQuiet() {
    if (this.#quietWaiters.length === 0 || !this.#isQuiet) return;
    for (const tell of this.#quietWaiters.splice(0)) tell();
  }
}
