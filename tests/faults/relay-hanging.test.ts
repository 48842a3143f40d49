/** A service that hangs in every way that TCP and HTTP know: each call ends in time, sockets are bounded, and all goes on after it. */
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { Socket } from "node:net";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { testDatabase, type TestDatabase } from "#tests/support/database.ts";
import { patient } from "#tests/support/patience.ts";
import { startSink, type HttpSink } from "#tests/support/sink.ts";
import { startTcpProxy, type TcpProxy } from "#tests/support/tcp-proxy.ts";
import { until } from "#tests/support/wait.ts";
import { REQUESTS_IN_FLIGHT } from "#worker/relay/dispatcher.ts";
import { DEADLINE_MS, pusherPublisher } from "#worker/relay/publishers/pusher.ts";
import type { Publisher } from "#worker/relay/publishers/publisher.ts";
import type { Relay } from "#worker/relay/relay.ts";
import { commit, countOf, orderFaults, pings, relayOn, rowsOf } from "#tests/worker/relay/support.ts";
import { faultSuite } from "./size.ts";

const { size, full, figures } = faultSuite("relay-hanging", { short: { deadlineMs: 500, rounds: 1, events: 200 }, full: { deadlineMs: DEADLINE_MS, rounds: 5, events: 2_000 } });
/** The bound beyond the deadline. */
const GRACE_MS = 250;
const CHANNELS = Array.from({ length: 40 }, (_, n) => `private-chat-${n}`);

interface Hang {
  begin(): void | Promise<void>;
  end(): void | Promise<void>;
}

let test: TestDatabase;
let sink: HttpSink;
let proxy: TcpProxy;
let publisher: Publisher;
let relay: Relay | undefined;
const calls: number[] = [];
/** What a busy machine keeps this process from is not the publisher's delay. */
const lag = monitorEventLoopDelay({ resolution: 10 });
/** The publisher's own: what the other end of a broken network believes is another matter. */
const sockets = new Set<Socket>();
let mostSockets = 0;

function noteSocket(message: unknown): void {
  const { socket } = message as { socket: Socket };
  socket.once("connect", () => {
    if (socket.remotePort !== proxy.port) return;
    mostSockets = Math.max(mostSockets, sockets.add(socket).size);
    socket.once("close", () => sockets.delete(socket));
  });
}

beforeEach(async () => {
  test = await testDatabase();
  sink = await startSink();
  proxy = await startTcpProxy({ host: "127.0.0.1", port: sink.app.port! });
  const inner = pusherPublisher({ ...sink.app, port: proxy.port }, { deadlineMs: size.deadlineMs });
  calls.length = 0;
  mostSockets = 0;
  lag.reset();
  lag.enable();
  subscribe("net.client.socket", noteSocket);
  publisher = {
    ...inner,
    async publish(batch, signal) {
      const startedAt = performance.now();
      const outcome = await inner.publish(batch, signal);
      calls.push(performance.now() - startedAt);
      return outcome;
    },
  };
});
afterEach(async () => {
  await relay?.stop();
  relay = undefined;
  publisher.close();
  lag.disable();
  unsubscribe("net.client.socket", noteSocket);
  await proxy.stop();
  await sink.close();
  await test.close();
});

const hangs: Record<string, () => Hang> = {
  "before the headers": () => ({ begin: () => void (sink.script = () => "hang"), end: () => void (sink.script = () => undefined) }),
  "in the body": () => ({ begin: () => void (sink.script = () => "hang-in-body"), end: () => void (sink.script = () => undefined) }),
  "kept connections that are half open": () => ({ begin: () => proxy.halfOpen(), end: () => undefined }),
  "every connection half open": () => ({ begin: () => proxy.set({ swallowToServer: true, swallowToClient: true }), end: () => proxy.heal() }),
  "answers that never come back": () => ({ begin: () => proxy.set({ swallowToClient: true }), end: () => proxy.heal() }),
  "bytes that trickle": () => ({ begin: () => proxy.set({ bytesPerSecond: 60 }), end: () => proxy.heal() }),
  "all held up": () => ({ begin: () => proxy.set({ stalled: true }), end: () => proxy.heal() }),
};

describe("a service that hangs", () => {
  it.each(Object.keys(hangs))("%s: each call ends within its deadline, sockets stay few, nothing is lost or out of order", { timeout: full ? 900_000 : 60_000 }, async (name) => {
    relay = relayOn(await test.openAnother(), publisher);
    let committed = 0;
    for (let round = 0; round < size.rounds; round += 1) {
      const hang = hangs[name]!();
      // Connections are kept and in use when it begins.
      await commit(test.db, pings(CHANNELS.length, CHANNELS));
      committed += CHANNELS.length;
      await until(async () => (await countOf(test.db, "delivered")) === committed, { timeout: 20_000, what: "all to be delivered before" });
      await hang.begin();
      const before = calls.length;
      await commit(test.db, pings(size.events, CHANNELS));
      committed += size.events;
      await until(() => calls.length > before + 1, { timeout: 4 * size.deadlineMs + 5_000, what: "calls to end" });
      expect(await countOf(test.db, "dead")).toBe(0);
      await hang.end();
      await until(async () => (await countOf(test.db, "pending")) === 0, { timeout: 60_000, what: "all to be delivered after" });
    }
    figures({ [`${name}, slowest call, ms`]: Math.round(Math.max(...calls)), [`${name}, most sockets`]: mostSockets });
    expect(Math.max(...calls)).toBeLessThan(size.deadlineMs + patient(GRACE_MS) + lag.max / 1e6);
    expect(mostSockets).toBeLessThanOrEqual(REQUESTS_IN_FLIGHT);
    expect(orderFaults(sink.taken)).toEqual([]);
    expect((await rowsOf(test.db)).filter(({ attempts }) => attempts > 1)).toEqual([]);
  });
});
