import { mkdir, mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { patient } from "#tests/support/patience.ts";
import { until } from "#tests/support/wait.ts";
import { listenForNudges, nudgeClient, nudgePath, type NudgeServer } from "#worker/relay/nudge.ts";

let folder: string;
let socketPath: string;
const servers: NudgeServer[] = [];
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "roost-nudge-"));
  socketPath = path.join(folder, "relay.sock");
});
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
  await rm(folder, { recursive: true, force: true });
});

const listen = async (onNudge: () => void, at = socketPath) => {
  const server = await listenForNudges(at, onNudge);
  servers.push(server);
  return server;
};

it("carries a nudge in far less than a poll, over one connection", async () => {
  let nudges = 0;
  await listen(() => (nudges += 1));
  const client = nudgeClient(socketPath);
  client.nudge();
  await until(() => nudges > 0, { interval: 1 });
  const waits: number[] = [];
  for (let n = 0; n < 50; n += 1) {
    const before = nudges;
    const startedAt = performance.now();
    client.nudge();
    while (nudges === before) await new Promise((resolve) => setImmediate(resolve));
    waits.push(performance.now() - startedAt);
  }
  expect(waits.sort((a, b) => a - b)[25]).toBeLessThan(patient(20));
  client.close();
});

it("never throws, whether nobody listens, the relay goes, or it comes back", async () => {
  let monotonic = 0;
  const client = nudgeClient(socketPath, () => monotonic);
  client.nudge();
  await new Promise((resolve) => setImmediate(resolve));
  let nudges = 0;
  const first = await listen(() => (nudges += 1));
  await until(() => ((monotonic += 1_000), client.nudge(), nudges > 0));
  await first.close();
  client.nudge();
  const before = nudges;
  await listen(() => (nudges += 1));
  await until(() => ((monotonic += 1_000), client.nudge(), nudges > before), { what: "the client to come back" });
  client.close();
  client.nudge();
});

it("replaces a stale socket, and one that a former leader still holds; that one's end leaves the new one alone", async () => {
  let [old, young] = [0, 0];
  const former = await listen(() => (old += 1));
  await listen(() => (young += 1));
  await former.close();
  const client = nudgeClient(socketPath);
  client.nudge();
  await until(() => young > 0);
  expect(old).toBe(0);
  client.close();
});

it("does not touch a file that is no socket", async () => {
  await writeFile(socketPath, "precious");
  await expect(listenForNudges(socketPath, () => undefined)).rejects.toThrow("not a socket");
  expect((await stat(socketPath)).size).toBe(8);
});

it("goes to the temporary folder when the path is too long for a socket", async () => {
  const long = path.join(folder, "d".repeat(120), "relay.sock");
  await mkdir(path.dirname(long), { recursive: true });
  expect(nudgePath(long)).toMatch(/roost-[0-9a-f]{16}\.sock$/);
  let nudges = 0;
  await listen(() => (nudges += 1), long);
  const client = nudgeClient(long);
  client.nudge();
  await until(() => nudges > 0);
  client.close();
});

it("does not fill memory for a relay that no longer reads", async () => {
  const deaf = net.createServer((socket) => socket.pause()).listen(socketPath);
  await until(() => deaf.listening);
  const client = nudgeClient(socketPath);
  const before = process.memoryUsage().arrayBuffers;
  for (let n = 0; n < 200_000; n += 1) client.nudge();
  await new Promise((resolve) => setImmediate(resolve));
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(20_000_000);
  client.close();
  deaf.close();
});
