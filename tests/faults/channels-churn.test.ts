/** Connections that come, subscribe and are killed, over and over: nothing of them stays in the Channels server. */
import { createServer, type Server } from "node:http";
import { connect as connectTcp, type AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startChannelsProcess, type ChannelsProcess, type Holdings } from "#tests/support/channels-process.ts";
import { until } from "#tests/support/wait.ts";
import { channelAuth } from "#worker/channels/credentials.ts";
import { faultSuite } from "./size.ts";

const { size, figures, full } = faultSuite("channels-churn", { short: { cycles: 250, idle: 2_000 }, full: { cycles: 10_000, idle: 2_000 } });
const MIB = 1024 * 1024;
/** Between the second and the third round of cycles: what an allocator keeps to itself, not what a leak of a few bytes a cycle makes. */
const LEVEL_HEAP_BYTES = 1 * MIB;
const LEVEL_RSS_BYTES = 16 * MIB;
const MOST_IDLE_BYTES = 20_000;
const AT_ONCE = 32;
const app = { id: "churn", key: "churn-key", secret: "churn-secret" };

let server: ChannelsProcess;
/** The app that takes the webhooks. */
let hook: Server;
beforeAll(async () => {
  // Its sockets end with each answer, so that none of the server's is left by it.
  hook = createServer((request, response) => void request.resume().once("end", () => response.writeHead(200, { connection: "close" }).end()));
  await new Promise<void>((resolve) => hook.listen(0, "127.0.0.1", resolve));
  const webhookUrl = `http://127.0.0.1:${(hook.address() as AddressInfo).port}/`;
  server = await startChannelsProcess({ app, port: 0, limits: { webhookLeaveDelayMs: 50 }, webhookUrl });
});
afterAll(async () => {
  await server.stop();
  hook.close();
});

const HANDSHAKE = `GET /app/${app.key}?protocol=7 HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`;

/** A client's text frame, masked with zeros. */
function frame(message: unknown): Buffer {
  const payload = Buffer.from(JSON.stringify(message));
  const head = payload.length < 126 ? Buffer.of(0x81, 0x80 | payload.length) : Buffer.of(0x81, 0xfe, payload.length >> 8, payload.length & 0xff);
  return Buffer.concat([head, Buffer.alloc(4), payload]);
}

/** A WebSocket without a library. Resolves once `then` says, of all that has come so far, that it is enough. */
function socket(then: (socket: ReturnType<typeof connectTcp>, text: string) => boolean): Promise<ReturnType<typeof connectTcp>> {
  return new Promise((resolve, reject) => {
    const raw = connectTcp(server.port, server.host);
    let text = "";
    raw.once("error", reject);
    raw.write(HANDSHAKE);
    raw.on("data", (bytes) => {
      text += bytes.toString("latin1");
      if (then(raw, text)) resolve(raw);
    });
  });
}

/** Connects, subscribes to a public, a private and a presence channel, and is killed (half of them with a reset). */
async function cycle(n: number): Promise<void> {
  let subscribed = false;
  const raw = await socket((open, text) => {
    const socketId = /socket_id\\":\\"([\d.]+)/.exec(text)?.[1];
    if (socketId && !subscribed) {
      subscribed = true;
      const member = JSON.stringify({ user_id: `u${n % 50}` });
      open.write(frame({ event: "pusher:subscribe", data: { channel: `open-${n}` } }));
      open.write(frame({ event: "pusher:subscribe", data: { channel: "private-shared", auth: channelAuth(app, socketId, "private-shared") } }));
      open.write(frame({ event: "pusher:subscribe", data: { channel: "presence-shared", channel_data: member, auth: channelAuth(app, socketId, "presence-shared", member) } }));
    }
    return text.split("subscription_succeeded").length === 4;
  });
  const gone = new Promise((resolve) => raw.once("close", resolve));
  if (n % 2) raw.resetAndDestroy();
  else raw.destroy();
  await gone;
}

async function round(cycles: number): Promise<Holdings> {
  let next = 0;
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      while (next < cycles) await cycle(next++);
    }),
  );
  return until(async () => {
    const held = await server.holdings();
    return held.connections === 0 && held.channels === 0 && held.sockets === 0 ? held : null;
  }, { what: "everything to be gone" });
}

describe("the Channels server after many short lives", () => {
  // First, while the process is fresh: later ones would find room that others have left.
  it(`needs at most ${MOST_IDLE_BYTES / 1_000} KB for each of ${size.idle} idle connections`, { timeout: 300_000 }, async () => {
    const before = await server.holdings();
    const sockets = [];
    for (let made = 0; made < size.idle; made += AT_ONCE)
      sockets.push(...(await Promise.all(Array.from({ length: Math.min(AT_ONCE, size.idle - made) }, () => socket((_, text) => text.includes("connection_established"))))));
    const during = await server.holdings();
    expect(during.connections).toBe(size.idle);
    const each = (during.rss - before.rss) / size.idle;
    figures({ "idle connections": size.idle, "resident bytes each": Math.round(each), "heap bytes each": Math.round((during.heapUsed - before.heapUsed) / size.idle) });
    expect(each).toBeLessThan(MOST_IDLE_BYTES);
    for (const raw of sockets) raw.destroy();
    await until(async () => (await server.holdings()).connections === 0, { what: "all to be gone" });
  });

  it(`holds no channel, socket or timer of ${3 * size.cycles} connections that were killed, and no memory`, { timeout: full ? 3_600_000 : 60_000 }, async () => {
    await round(50);
    // The webhooks of the last ones wait for a moment; after that, timers are as many as at rest.
    const rest = await until(async () => {
      const held = await server.holdings();
      return held.timers <= 1 ? held : null;
    }, { what: "a server at rest" });
    const rounds = [await round(size.cycles), await round(size.cycles), await round(size.cycles)];
    const after = await until(async () => {
      const held = await server.holdings();
      return held.timers <= rest.timers ? held : null;
    }, { what: "no timer but the heartbeat" });
    expect(after).toMatchObject({ connections: 0, channels: 0, sockets: 0, files: rest.files });
    const [, second, third] = rounds as [Holdings, Holdings, Holdings];
    figures({ cycles: 3 * size.cycles, "heap after 2nd round, MiB": mib(second.heapUsed), "after 3rd": mib(third.heapUsed), "rss after 2nd, MiB": mib(second.rss), "rss after 3rd": mib(third.rss) });
    expect(third.heapUsed - second.heapUsed).toBeLessThan(LEVEL_HEAP_BYTES);
    expect(third.rss - second.rss).toBeLessThan(LEVEL_RSS_BYTES);
  });
});

const mib = (bytes: number) => (bytes / MIB).toFixed(1);
