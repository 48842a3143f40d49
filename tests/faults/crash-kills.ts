/** The kills of the crash suite: which process, and at which point of its work. */
import { setTimeout as pause } from "node:timers/promises";
import type { Database } from "#db/database.ts";
import { outboxFigures } from "#db/outbox/figures.ts";
import { readLease, RELAY_LEASE } from "#db/outbox/lease.ts";
import type { HttpReply, HttpSink, SinkRequest } from "#tests/support/sink.ts";
import { until } from "#tests/support/wait.ts";
import { SETTLE_WITHIN_MS } from "#worker/relay/settle-queue.ts";
import type { Arrivals } from "./delivery-oracle.ts";
import type { Load } from "./crash-load.ts";
import type { Mortal, Order } from "./mortal.ts";

export const RELAY_POINTS = ["before the service takes it", "taken, not answered", "answered, not settled", "in the middle of settling", "relay at any time"] as const;
export type RelayPoint = (typeof RELAY_POINTS)[number];
export const APP_POINTS = ["between two statements", "committed, nobody told", "app at any time"] as const;
export type AppPoint = (typeof APP_POINTS)[number];

const ANY_TIME_MS = 400;
/** So many requests, or statements, go by before one is chosen. */
const REQUESTS = 6;
const STATEMENTS = 40;
/** Statements of a settling after its first: the rows, who leads, COMMIT. */
const SETTLING_STATEMENTS = 3;
const DIES_WITHIN_MS = 20_000;
const TAKEN_OVER_WITHIN_MS = 20_000;
/** Of a hundred kills of a leader, so many find it in the middle of what its predecessor has left. */
const IN_THE_BACKLOG = 30;
/** Waiting events: what half a second of the load brings is no backlog. */
const CAUGHT_UP = 250;
const CATCHES_UP_WITHIN_MS = 60_000;

export interface Kills {
  /** By point. */
  counts: Map<RelayPoint | AppPoint, number>;
  /** From the death of the leader to what the next one has delivered, in ms. */
  takeovers: number[];
}

interface Scene {
  db: Database;
  sink: HttpSink;
  relays: readonly Mortal[];
  load: Load;
  arrivals: Arrivals;
  random: () => number;
}

export class Killer {
  readonly kills: Kills = { counts: new Map(), takeovers: [] };
  /** What the service does with what is not the scene of a kill. */
  policy: (request: SinkRequest) => HttpReply | undefined = () => undefined;
  #trap: ((request: SinkRequest) => HttpReply | undefined) | null = null;

  constructor(private readonly scene: Scene) {
    scene.sink.script = (request) => this.#trap?.(request) ?? this.policy(request);
  }

  /** Kills the relay that leads, starts it anew, and resolves once the other one has delivered. */
  async relay(point: RelayPoint): Promise<void> {
    const { db, relays } = this.scene;
    if (this.scene.random() * 100 >= IN_THE_BACKLOG) await until(async () => (await outboxFigures(db)).pending < CAUGHT_UP, { timeout: CATCHES_UP_WITHIN_MS, what: "the relay to catch up" });
    const { victim, token } = await this.#leader();
    await this.#killRelay(victim, point);
    const diedAt = performance.now();
    this.#count(point);
    await victim.closed;
    victim.start();
    await until(async () => ((await readLease(db, RELAY_LEASE))?.token ?? 0) > token, { timeout: TAKEN_OVER_WITHIN_MS, interval: 10, what: "the other relay to lead" });
    const before = this.#arrived();
    await until(() => this.#arrived() > before, { timeout: TAKEN_OVER_WITHIN_MS, interval: 5, what: "the other relay to deliver" });
    this.kills.takeovers.push(performance.now() - diedAt);
    await until(() => relays.every((relay) => relay.output.includes("relay is running")), { timeout: DIES_WITHIN_MS, what: "both relays to run" });
  }

  /** Kills a writer or the app, and starts it anew. */
  async app(point: AppPoint): Promise<void> {
    const { load, random } = this.scene;
    // The app takes seconds to come up, the others fractions of one.
    const victim = random() < 0.2 ? load.app : load.writers[Math.floor(random() * load.writers.length)]!;
    if (point === "app at any time") {
      await pause(random() * ANY_TIME_MS);
      victim.kill();
    } else await this.#die(victim, { within: "transaction", at: point === "committed, nobody told" ? "committed" : 1 + Math.floor(random() * STATEMENTS) });
    await victim.closed;
    this.#count(point);
    await load.bringUp(victim);
  }

  async #killRelay(victim: Mortal, point: RelayPoint): Promise<void> {
    const { sink, random } = this.scene;
    switch (point) {
      case "before the service takes it":
        return this.#atRequest(() => {
          victim.kill();
          return "reset";
        });
      case "taken, not answered":
        return this.#atRequest(() => {
          victim.kill();
          return undefined;
        });
      case "answered, not settled": {
        const answered = new Promise<void>((resolve) => {
          let left = 1 + Math.floor(random() * REQUESTS);
          sink.answered = ({ events }) => {
            if (events.length === 0 || --left > 0) return;
            sink.answered = () => undefined;
            resolve();
          };
        });
        await within(answered, "a request to be answered");
        await pause(random() * SETTLE_WITHIN_MS);
        return victim.kill();
      }
      case "in the middle of settling": {
        const at = 1 + Math.floor(random() * (SETTLING_STATEMENTS + 1));
        return this.#die(victim, { within: "settling", at: at > SETTLING_STATEMENTS ? "committed" : at });
      }
      case "relay at any time":
        await pause(random() * ANY_TIME_MS);
        return victim.kill();
    }
  }

  /** @param kill before the request is answered; says what becomes of it */
  async #atRequest(kill: () => HttpReply | undefined): Promise<void> {
    let left = 1 + Math.floor(this.scene.random() * REQUESTS);
    const killed = new Promise<void>((resolve) => {
      this.#trap = ({ events }) => {
        if (events.length === 0 || --left > 0) return undefined;
        this.#trap = null;
        resolve();
        return kill();
      };
    });
    await within(killed, "a request");
  }

  async #die(victim: Mortal, order: Order): Promise<void> {
    victim.order(order);
    await within(victim.closed, `${victim.name} to die`);
    if (victim.diedAt === null) throw new Error(`${victim.name} did not die where it was told:\n${victim.output}`);
  }

  /** By the holder that it has written into its log. */
  async #leader(): Promise<{ victim: Mortal; token: number }> {
    return until(
      async () => {
        const lease = await readLease(this.scene.db, RELAY_LEASE);
        const victim = this.scene.relays.find((relay) => relay.isAlive && lease?.holder && relay.output.includes(lease.holder));
        return victim && { victim, token: lease!.token };
      },
      { what: "a leader" },
    );
  }

  #arrived(): number {
    this.scene.arrivals.takeFrom(this.scene.sink);
    return this.scene.arrivals.all.length;
  }

  #count(point: RelayPoint | AppPoint): void {
    this.kills.counts.set(point, (this.kills.counts.get(point) ?? 0) + 1);
  }
}

async function within(done: Promise<void>, what: string): Promise<void> {
  let isDone = false;
  void done.then(() => (isDone = true));
  await until(() => isDone, { timeout: DIES_WITHIN_MS, interval: 1, what });
}
