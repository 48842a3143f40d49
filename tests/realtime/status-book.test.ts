/** What a browser shows of who is here: hints in any order, doubled and lost, answers that come late. Covers B8 and issue 4's bar 5. */
import fc from "fast-check";
import { beforeEach, describe, expect, test } from "vitest";
import { userChannel } from "#app/domain/channels.ts";
import type { UserStatus } from "#app/domain/presence/events.ts";
import type { Statuses } from "#app/domain/presence/statuses.ts";
import type { ConnectionState } from "#app/realtime/connection-state.ts";
import type { LiveEnvironment, PageSignal } from "#app/realtime/environment.ts";
import type { LiveEvent } from "#app/realtime/live-event.ts";
import { ASK_CONNECTED_MS, ASK_POLLING_MS, StatusBook } from "#app/realtime/status-book.ts";
import { virtualClock, type VirtualClock } from "./virtual-clock.ts";

const SEED = Number(process.env["SEED"] || Math.floor(Math.random() * 2 ** 31));
const RUNS = Number(process.env["RUNS"] || 300);
console.log(`status book: ${RUNS} runs, seed ${SEED}; again: SEED=${SEED} npx vitest run tests/realtime/status-book.test.ts`);

const ANNA = "a".repeat(32);
const BEN = "b".repeat(32);
const SERVER_AHEAD_MS = 600_000;

/** The app, as far as statuses go, and the network before it. */
class World {
  clock: VirtualClock = virtualClock();
  seq = 100;
  epoch = "first";
  truth = new Map<string, UserStatus>();
  asked: string[][] = [];
  network: "up" | "down" | "signed-out" | "nonsense" = "up";
  latencyMs = 20;
  isShown = true;
  state: ConnectionState = "connected";
  #events = new Set<(event: LiveEvent) => void>();
  #states = new Set<() => void>();
  #signals = new Set<(signal: PageSignal) => void>();
  logged: string[] = [];

  env: LiveEnvironment = {
    now: () => this.clock.now(),
    after: this.clock.after,
    random: () => 0.5,
    fetch: (url, { signal }) => this.#fetch(url, signal ?? null),
    connect: () => null,
    page: { online: () => true, listen: (listener) => (this.#signals.add(listener), () => this.#signals.delete(listener)) },
    log: (message) => void this.logged.push(message),
  };
  book = this.newBook();

  newBook() {
    // The world changes its state under the book, as an engine does.
    const read = () => this.state;
    return new StatusBook(
      {
        get state() {
          return read();
        },
        onState: (listener) => (this.#states.add(listener), () => this.#states.delete(listener)),
        listen: (listener) => (this.#events.add(listener), () => this.#events.delete(listener)),
      },
      () => this.isShown,
    );
  }

  get listeners() {
    return this.#events.size + this.#states.size + this.#signals.size;
  }

  become(state: ConnectionState) {
    this.state = state;
    for (const listener of this.#states) listener();
  }

  signal(signal: PageSignal) {
    for (const listener of this.#signals) listener(signal);
  }

  /** Somebody comes or goes; null: hides. @returns the hint, which may be delivered or not */
  change(userId: string, online: boolean | null): () => void {
    const status = { userId, online: online ?? false, lastActive: online === null ? 0 : this.clock.now() };
    if (online === null) this.truth.delete(userId);
    else this.truth.set(userId, status);
    const stamp = { id: `e${++this.seq}`, seq: this.seq, offset: null, epoch: this.epoch, at: this.clock.now() };
    return () => this.#events.forEach((listener) => listener({ channel: userChannel("me"), event: "user-status-change", data: status, stamp }));
  }

  answer(asked: string[]): Statuses {
    return { epoch: this.epoch, seq: this.seq, now: this.clock.now() + SERVER_AHEAD_MS, asked, statuses: asked.flatMap((id) => this.truth.get(id) ?? []) };
  }

  async #fetch(url: string, signal: AbortSignal | null): Promise<Response> {
    const ids = new URL(url, "http://roost").searchParams.get("ids")!.split(",");
    this.asked.push(ids);
    const answer = this.answer(ids);
    const { network } = this;
    await new Promise<void>((resolve) => this.clock.after(this.latencyMs, resolve));
    if (signal?.aborted) throw new DOMException("aborted", "AbortError");
    if (network === "down") throw new TypeError("failed to fetch");
    if (network === "nonsense") return Response.json({ statuses: [{}] });
    return network === "signed-out" ? new Response(null, { status: 401 }) : Response.json(answer);
  }
}

let world: World;
let stop: () => void;
beforeEach(() => {
  world = new World();
  stop = world.book.start(world.env);
  return () => stop();
});
const shown = (userId = ANNA) => world.book.known(userId)?.status?.online ?? null;

describe("is asked", () => {
  test("once for all who are shown and not known, and only while somebody is", async () => {
    world.change(ANNA, true);
    await world.clock.advance(10 * ASK_CONNECTED_MS);
    expect(world.asked).toEqual([]);
    const leave = [world.book.watch(ANNA), world.book.watch(BEN), world.book.watch(ANNA)];
    await world.clock.advance(1_000);
    expect(world.asked).toEqual([[ANNA, BEN]]);
    expect([shown(), shown(BEN)]).toEqual([true, null]);
    expect(world.book.now()).toBe(world.clock.now() + SERVER_AHEAD_MS - world.latencyMs);
    for (const each of leave) each();
    await world.clock.advance(10 * ASK_CONNECTED_MS);
    expect(world.asked).toHaveLength(1);
  });

  test("every 10 s while polling, seldom while connected, never while hidden or offline, and at once when looked at or back", async () => {
    world.book.take(world.answer([ANNA]));
    world.book.watch(ANNA);
    await world.clock.advance(10 * ASK_CONNECTED_MS);
    expect(world.asked.length).toBeGreaterThanOrEqual(8);
    expect(world.asked.length).toBeLessThanOrEqual(13);
    world.become("polling");
    await world.clock.advance(2_000);
    world.asked = [];
    await world.clock.advance(10 * ASK_POLLING_MS);
    expect(world.asked.length).toBeGreaterThanOrEqual(9);
    expect(world.asked.length).toBeLessThanOrEqual(10);
    world.isShown = false;
    world.asked = [];
    await world.clock.advance(10 * ASK_POLLING_MS);
    expect(world.asked).toEqual([]);
    world.isShown = true;
    world.signal("visible");
    await world.clock.advance(100);
    expect(world.asked).toHaveLength(1);
    world.become("offline");
    await world.clock.advance(10 * ASK_POLLING_MS);
    expect(world.asked).toHaveLength(1);
    world.change(ANNA, true);
    world.become("connected");
    await world.clock.advance(2_000);
    expect(shown()).toBe(true);
  });

  test("of whom the answer does not speak once, not again and again", async () => {
    const answer = world.answer.bind(world);
    world.answer = () => answer([]);
    world.book.watch(ANNA);
    await world.clock.advance(ASK_CONNECTED_MS / 2);
    expect(world.asked).toHaveLength(1);
    expect(world.book.known(ANNA)).toMatchObject({ status: null });
  });

  test("again after failures, without a word to anybody; more than 200 in parts", async () => {
    const people = Array.from({ length: 450 }, (_, index) => String(index).padStart(32, "0"));
    for (const id of people) world.book.watch(id);
    for (const network of ["down", "signed-out", "nonsense"] as const) {
      world.network = network;
      await world.clock.advance(5_100);
    }
    expect(world.logged.length).toBeGreaterThanOrEqual(3);
    expect(new Set(world.logged)).toEqual(new Set(["presence not answered"]));
    world.network = "up";
    world.asked = [];
    await world.clock.advance(5_100);
    expect(world.asked.map((ids) => ids.length)).toEqual([200, 200, 50]);
  });
});

test("the later word counts: a hint that is older than the answer, an answer that is older than a hint", async () => {
  const old = world.change(ANNA, false);
  world.change(ANNA, true);
  world.book.watch(ANNA);
  await world.clock.advance(100);
  old();
  expect(shown()).toBe(true);
  world.latencyMs = 3_000;
  world.signal("visible");
  await world.clock.advance(100);
  world.change(ANNA, false)();
  expect(shown()).toBe(false);
  await world.clock.advance(5_000);
  expect(shown()).toBe(false);
});

test("hidden is unknown, by hint as by answer; nonsense and strangers' events are nothing; another log is another book", async () => {
  world.change(ANNA, true)();
  expect(shown()).toBe(true);
  world.change(ANNA, null)();
  expect(world.book.known(ANNA)?.status).toBeNull();
  world.change(ANNA, true)();
  world.epoch = "second";
  world.seq = 3;
  world.book.take(world.answer([BEN]));
  expect(world.book.known(ANNA)).toBeUndefined();
  world.book.take({ ...world.answer([ANNA]), statuses: [] });
  expect(shown()).toBeNull();
});

test("what was started ends", async () => {
  world.book.watch(ANNA);
  await world.clock.advance(10);
  stop();
  expect(world.listeners).toBe(0);
  await world.clock.advance(10 * ASK_CONNECTED_MS);
  expect(world.clock.pending).toBe(0);
  expect(world.asked).toEqual([]);
});

test("after any changes, any delivery of hints and any answers: once asked again, what is shown is what is", async () => {
  const action = fc.oneof(
    { weight: 4, arbitrary: fc.record({ do: fc.constant("change" as const), who: fc.constantFrom(ANNA, BEN), online: fc.constantFrom(true, false, null) }) },
    { weight: 4, arbitrary: fc.record({ do: fc.constant("deliver" as const), pick: fc.nat(9), keep: fc.boolean() }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant("wait" as const), ms: fc.constantFrom(10, 60, 2_000, 30_000) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant("load" as const), lateMs: fc.constantFrom(0, 500) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant("state" as const), state: fc.constantFrom<ConnectionState>("connected", "polling", "offline", "connecting") }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant("network" as const), network: fc.constantFrom<World["network"]>("up", "down"), latencyMs: fc.constantFrom(0, 20, 900) }) },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(action, { maxLength: 40, size: "max" }), async (actions) => {
      const own = new World();
      const end = own.book.start(own.env);
      const hints: (() => void)[] = [];
      for (const id of [ANNA, BEN]) own.book.watch(id);
      for (const each of actions) {
        if (each.do === "change") hints.push(own.change(each.who, each.online));
        else if (each.do === "deliver") {
          const index = each.pick % Math.max(1, hints.length);
          hints[index]?.();
          if (!each.keep) hints.splice(index, 1);
        } else if (each.do === "wait") await own.clock.advance(each.ms);
        else if (each.do === "load") {
          const loaded = own.answer([ANNA, BEN]);
          own.clock.after(each.lateMs, () => own.book.take(loaded));
        } else if (each.do === "state") own.become(each.state);
        else Object.assign(own, { network: each.network, latencyMs: each.latencyMs });
      }
      own.network = "up";
      own.become("connected");
      // Late hints come at any time, and change nothing any more.
      await own.clock.advance(2 * ASK_CONNECTED_MS);
      for (const hint of hints) hint();
      for (const id of [ANNA, BEN]) expect(own.book.known(id)?.status ?? null).toEqual(own.truth.get(id) ?? null);
      end();
    }),
    { seed: SEED, numRuns: RUNS },
  );
});
