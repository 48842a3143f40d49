/** Somebody who does not read: what waits for them is bounded, and nobody else waits with them. */
import { describe, expect, it } from "vitest";
import { apiRequest, trigger } from "#tests/conformance/signed-request.ts";
import { connect, type SocketClient } from "#tests/conformance/socket-client.ts";
import type { Target } from "#tests/conformance/target.ts";
import { faultSuite } from "#tests/faults/size.ts";
import { patient } from "#tests/support/patience.ts";
import { until } from "#tests/support/wait.ts";
import { startServer } from "./servers.ts";

const { size, full, figures } = faultSuite("channels-slow-reader", { short: { events: 150, readers: 10, slow: 3 }, full: { events: 5_000, readers: 50, slow: 20 } });
/** Product line B2: what a connected client may wait at most. */
const MOST_MS = 500;
const LONG_MS = full ? 1_800_000 : 60_000;
const FILLING = "x".repeat(8_000);

/** From the request to the last of the readers, for one event after the other. @returns ms, sorted */
async function latencies(target: Target, channel: string, readers: SocketClient[]): Promise<number[]> {
  const arrivals = new Map<string, (() => void)[]>();
  const listeners = readers.map((reader) => {
    const heard = (data: unknown) => {
      const id = /lap-(\d+)/.exec(String(data).slice(0, 60))?.[1];
      if (id) arrivals.get(id)?.pop()?.();
    };
    reader.ws.on("message", heard);
    return () => reader.ws.off("message", heard);
  });
  const took: number[] = [];
  for (let n = 0; n < size.events; n += 1) {
    const started = performance.now();
    const all = Promise.all(readers.map(() => new Promise<void>((resolve) => arrivals.set(String(n), [...(arrivals.get(String(n)) ?? []), resolve]))));
    await trigger(target, channel, `lap-${n}`, FILLING);
    await all;
    took.push(performance.now() - started);
  }
  for (const stop of listeners) stop();
  return took.sort((a, b) => a - b);
}

const p99 = (sorted: number[]) => sorted[Math.floor(sorted.length * 0.99)]!;

describe("slow readers", () => {
  it("do not hold up the others, and are cut off", { timeout: LONG_MS }, async () => {
    const { server, target } = await startServer({ limits: { bufferedBytes: 512 * 1024 } });
    const readers = await Promise.all(Array.from({ length: size.readers }, () => connect(target)));
    for (const reader of readers) await reader.join("laps");
    const alone = await latencies(target, "laps", readers);
    const slow = await Promise.all(Array.from({ length: size.slow }, () => connect(target)));
    for (const one of slow) await one.join("laps");
    for (const one of slow) one.ws.pause();
    const beside = await latencies(target, "laps", readers);
    figures({ events: size.events, "p99 alone, ms": p99(alone).toFixed(1), "p99 beside slow readers, ms": p99(beside).toFixed(1), "p50 alone, ms": alone[alone.length >> 1]!.toFixed(1), "p50 beside, ms": beside[beside.length >> 1]!.toFixed(1) });
    expect(p99(beside)).toBeLessThan(patient(MOST_MS));
    // What is in the kernel's own buffers takes a while to fill up; then they are gone.
    const batch = Array.from({ length: 10 }, () => ({ name: "more", channel: "laps", data: FILLING }));
    await until(async () => {
      if (server.connectionCount > size.readers) await apiRequest(target, { path: "/batch_events", body: { batch } });
      return server.connectionCount === size.readers;
    }, { timeout: 30_000, interval: 0, what: "the slow ones to be cut off" });
    await trigger(target, "laps");
    for (const reader of readers) await reader.next("fence");
  });

  it("cannot make answers pile up either: who pings and asks without reading is cut off", async () => {
    const { server, target } = await startServer({ limits: { bufferedBytes: 64 * 1024 } });
    for (const flood of [(client: SocketClient) => client.ws.ping("x".repeat(125)), (client: SocketClient) => client.send({ event: "pusher:subscribe", data: { channel: "private-x" } })]) {
      const client = await connect(target);
      client.ws.pause();
      await until(() => {
        if (client.ws.readyState === client.ws.OPEN) for (let n = 0; n < 2_000; n += 1) flood(client);
        return server.connectionCount === 0;
      }, { interval: 1, timeout: 20_000, what: "the cut" });
    }
  });
});
