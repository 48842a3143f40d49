import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { expect, it, onTestFinished } from "vitest";
import { startTcpProxy } from "./tcp-proxy.ts";
import { until } from "./wait.ts";

/** A server that sends back what it gets, behind a proxy. */
async function echo() {
  const received = { text: "" };
  const server = createServer((socket) => {
    socket.on("error", () => socket.destroy()).pipe(socket);
    socket.on("data", (bytes) => (received.text += String(bytes)));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const proxy = await startTcpProxy({ host: "127.0.0.1", port: (server.address() as AddressInfo).port });
  onTestFinished(async () => {
    await proxy.stop();
    server.close();
  });
  return Object.assign(proxy, { received });
}

async function client(port: number) {
  const socket: Socket = connect(port, "127.0.0.1");
  onTestFinished(() => void socket.destroy());
  const seen = { text: "", closed: "" };
  socket.on("data", (bytes) => (seen.text += String(bytes)));
  socket.on("error", (error: NodeJS.ErrnoException) => (seen.closed = error.code ?? "error"));
  socket.on("close", () => (seen.closed ||= "closed"));
  await new Promise<void>((resolve, reject) => socket.once("connect", resolve).once("error", reject));
  return { socket, seen };
}

it("passes bytes on, late when it is told so, in their order", async () => {
  const proxy = await echo();
  const { socket, seen } = await client(proxy.port);
  socket.write("a");
  await until(() => seen.text === "a");
  proxy.set({ latencyMs: 100 });
  const from = performance.now();
  socket.write("b");
  proxy.set({ latencyMs: 60 });
  socket.write("c");
  await until(() => seen.text === "abc");
  expect(performance.now() - from).toBeGreaterThan(115);
});

it("limits bandwidth", async () => {
  const proxy = await echo();
  const { socket, seen } = await client(proxy.port);
  proxy.set({ bytesPerSecond: 10_000 });
  const from = performance.now();
  socket.write("x".repeat(3_000));
  await until(() => seen.text.length === 3_000);
  expect(performance.now() - from).toBeGreaterThan(280);
});

it("stalls, and lets flow what it held back", async () => {
  const proxy = await echo();
  const { socket, seen } = await client(proxy.port);
  proxy.set({ stalled: true });
  socket.write("held");
  const other = await client(proxy.port);
  expect({ text: seen.text, connections: proxy.connections }).toEqual({ text: "", connections: 2 });
  await proxy.heal();
  await until(() => seen.text === "held");
  expect(other.seen.closed).toBe("");
});

it("leaves zombies that stay open and silent, while new connections work", async () => {
  const proxy = await echo();
  const zombie = await client(proxy.port);
  proxy.halfOpen();
  zombie.socket.write("lost");
  const fresh = await client(proxy.port);
  fresh.socket.write("here");
  await until(() => fresh.seen.text === "here");
  expect(zombie.seen).toEqual({ text: "", closed: "" });
});

it("swallows one direction only", async () => {
  const proxy = await echo();
  const { socket, seen } = await client(proxy.port);
  proxy.set({ swallowToClient: true });
  socket.write("heard");
  await until(() => proxy.received.text === "heard");
  proxy.set({ swallowToServer: true });
  socket.write("lost");
  // The order of one connection: had "lost" reached the server, it would have come before what another sends next.
  proxy.set({ swallowToClient: true, latencyMs: 30 });
  const other = await client(proxy.port);
  proxy.set({ swallowToServer: false, latencyMs: 0 });
  other.socket.write("too");
  await until(() => proxy.received.text.endsWith("too"));
  expect({ server: proxy.received.text, client: seen.text }).toEqual({ server: "heardtoo", client: "" });
});

it("resets, refuses, and is there again when healed", async () => {
  const proxy = await echo();
  const { seen } = await client(proxy.port);
  proxy.reset();
  await until(() => seen.closed === "ECONNRESET");
  await proxy.refuse();
  await expect(client(proxy.port)).rejects.toThrow("ECONNREFUSED");
  await proxy.heal();
  await client(proxy.port);
});
