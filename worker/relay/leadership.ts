/**
 * Being, or waiting to be, the one relay that publishes. All judgement is by the own monotonic clock: a holder is
 * given up for dead when its beat has stood still for LEASE_MS while we watched, and a holder trusts its lease
 * only for less than that since it began its last renewal. So nobody's wall clock matters.
 */
import type { Database } from "#db/database.ts";
import { acquireLease, LEASE_MS, readLease, releaseLease, renewLease, RELAY_LEASE, type LeaseRow } from "#db/outbox/lease.ts";
import type { Clock } from "./clock.ts";
import type { RelayLog } from "./log.ts";

export const RENEW_EVERY_MS = LEASE_MS / 4;
/** How often somebody who waits looks at the beat. */
export const WATCH_EVERY_MS = 200;
/** A holder stops this much before others may take over: for the way of a request that was just begun. */
const STOPS_EARLY_MS = 300;
const RENEW_RETRY_MS = 100;

export interface LeadershipOptions {
  db: Database;
  /** Unique to this process. */
  holder: string;
  clock: Clock;
  log: RelayLog;
}

export type Observation =
  | { kind: "leading"; token: number }
  /** Somebody else holds it; `moved`: it has shown life while we watched. */
  | { kind: "waiting"; moved: boolean };

export class Leadership {
  #token: number | null = null;
  #validUntil = Number.NEGATIVE_INFINITY;
  #seen: { row: LeaseRow; since: number; moved: boolean } | null = null;
  #cancelRenewal: (() => void) | null = null;
  #renewal: Promise<void> = Promise.resolve();

  constructor(private readonly options: LeadershipOptions) {}

  /** The fencing token while it leads; null otherwise. */
  get token() {
    return this.#token;
  }

  /** Whether nobody else can have taken over yet. */
  isValid = (): boolean => this.#token !== null && this.options.clock.monotonic() < this.#validUntil;

  /** Looks at the lease once, and takes it if it is free or given up. Call it every WATCH_EVERY_MS. */
  async observe(): Promise<Observation> {
    const { db, holder, clock } = this.options;
    const row = await readLease(db, RELAY_LEASE);
    const now = clock.monotonic();
    if (row !== null && row.holder !== null) {
      if (this.#seen?.row.token !== row.token || this.#seen.row.beat !== row.beat) this.#seen = { row, since: now, moved: this.#seen !== null };
      if (now - this.#seen.since < LEASE_MS) return { kind: "waiting", moved: this.#seen.moved };
    }
    const token = await acquireLease(db, RELAY_LEASE, holder, clock.now(), row ?? undefined);
    if (token === null) return { kind: "waiting", moved: true };
    this.#seen = null;
    this.#token = token;
    this.#validUntil = now + LEASE_MS - STOPS_EARLY_MS;
    return { kind: "leading", token };
  }

  /**
   * Keeps the lease until `release`.
   * @param onRenewed told how often rows have been put back (requeue.ts)
   * @param onLost somebody else leads; told once
   */
  keep(onRenewed: (redrives: number) => void, onLost: () => void) {
    this.#renewIn(RENEW_EVERY_MS, onRenewed, onLost);
  }

  /** Gives the lease back, if it is still ours. */
  async release(): Promise<void> {
    const token = this.#token;
    this.#stop();
    await this.#renewal;
    if (token !== null) await releaseLease(this.options.db, RELAY_LEASE, this.options.holder, token);
  }

  /** Forgets the lease, which somebody else has. */
  lose() {
    this.#stop();
  }

  #stop() {
    this.#token = null;
    this.#seen = null;
    this.#cancelRenewal?.();
    this.#cancelRenewal = null;
  }

  #renewIn(ms: number, onRenewed: (redrives: number) => void, onLost: () => void) {
    this.#cancelRenewal = this.options.clock.after(ms, () => {
      this.#renewal = this.#renew(onRenewed, onLost);
    });
  }

  async #renew(onRenewed: (redrives: number) => void, onLost: () => void) {
    const { db, holder, clock, log } = this.options;
    const token = this.#token;
    if (token === null) return;
    const startedAt = clock.monotonic();
    try {
      const renewed = await renewLease(db, RELAY_LEASE, holder, token, clock.now());
      if (this.#token !== token) return;
      if (renewed === null) {
        this.#stop();
        onLost();
        return;
      }
      this.#validUntil = startedAt + LEASE_MS - STOPS_EARLY_MS;
      this.#renewIn(RENEW_EVERY_MS, onRenewed, onLost);
      onRenewed(renewed.redrives);
    } catch (error) {
      log.warn({ err: error }, "renewing the lease failed, trying again");
      if (this.#token === token) this.#renewIn(RENEW_RETRY_MS, onRenewed, onLost);
    }
  }
}
