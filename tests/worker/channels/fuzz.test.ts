import { connect as connectTcp } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { apiRequest, trigger } from "#tests/conformance/signed-request.ts";
import { connect, openSocket } from "#tests/conformance/socket-client.ts";
import { until } from "#tests/support/wait.ts";
import { app, startServer } from "./servers.ts";

/** The full size, 100,000, is run by name: FUZZ_FRAMES=100000. */
const FRAMES = Number(process.env["FUZZ_FRAMES"] ?? 3_000);
const SEED = Number(process.env["FUZZ_SEED"] ?? Date.now() % 1_000_000);
const FRAMES_A_SOCKET = 40;

const HANDSHAKE = `GET /app/${app.key}?protocol=7 HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`;
const REQUEST_HEAD = `POST /apps/${app.id}/events?auth_key=${app.key} HTTP/1.1\r\nHost: x\r\nContent-Length: 300\r\n\r\n`;

/** mulberry32: small, and the same everywhere from the same seed. */
function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

class Mess {
  readonly next: () => number;
  constructor(seed: number) {
    this.next = random(seed);
  }
  below = (n: number) => Math.floor(this.next() * n);
  pick = <T>(list: readonly T[]): T => list[this.below(list.length)]!;
  bytes = (max: number) => Buffer.from(Array.from({ length: this.below(max) }, () => this.below(256)));
  readonly words = ["__proto__", "constructor", "toString", "", "presence-x", "private-x", "#server-to-user-1", "#server-to-user-", "\u0000", "\ud800", "x".repeat(300), "client-x", "pusher:subscribe", "pusher_internal:member_added", "cache-x", "open"];

  value(depth = 0): unknown {
    const kind = this.below(depth > 2 ? 6 : 9);
    if (kind < 3) return this.pick(this.words);
    if (kind === 3) return this.pick([0, -1, 1e308, null, true]);
    if (kind === 4) return undefined;
    if (kind === 5) return JSON.stringify(this.pick([{ user_id: "__proto__", user_info: {} }, { user_id: "1" }, { id: "1" }, [], "{"]));
    if (kind === 6) return Array.from({ length: this.below(4) }, () => this.value(depth + 1));
    return Object.fromEntries(Array.from({ length: this.below(5) }, () => [this.pick(["event", "channel", "auth", "channel_data", "user_data", "name", "data", "batch", "channels", "__proto__"]), this.value(depth + 1)]));
  }

  frame(): string {
    const event = this.pick(["pusher:subscribe", "pusher:unsubscribe", "pusher:signin", "pusher:ping", "pusher:pong", "pusher:error", "client-x", "client-", "x", "pusher_internal:x"]);
    const message = { event, channel: this.value(), data: this.pick([this.value(), { channel: this.pick(this.words), auth: this.value(), channel_data: this.value(), user_data: this.value() }]) };
    const text = JSON.stringify(this.below(4) ? message : (this.value() ?? null));
    return this.below(8) ? text : text.slice(0, this.below(text.length));
  }
}

describe(`fuzz, seed ${SEED}`, () => {
  it(`${FRAMES} random frames: always a documented answer or close, and others never notice`, { timeout: 30_000 + FRAMES * 5 }, async () => {
    const mess = new Mess(SEED);
    const { server, target } = await startServer();
    const witness = await connect(target);
    await witness.join("witness");
    const documented = new Set([1000, 1002, 1003, 1005, 1006, 1007, 1009, 4009]);
    for (let sent = 0; sent < FRAMES; sent += FRAMES_A_SOCKET) {
      const client = await connect(target);
      for (let n = 0; n < FRAMES_A_SOCKET && client.ws.readyState === client.ws.OPEN; n += 1) {
        const kind = mess.below(200);
        if (kind === 0) client.ws.send(mess.bytes(100));
        else if (kind === 1) client.ws.send(Buffer.alloc(70_000, 120), { binary: false });
        else if (kind === 2) client.ws.ping(mess.bytes(100));
        else client.ws.send(mess.frame());
      }
      if (client.ws.readyState === client.ws.OPEN) client.close();
      const { code } = await client.closing();
      expect(documented, `closed with ${code}`).toContain(code);
      for (const frame of client.frames) expect(frame.event).toMatch(/^(pusher:|pusher_internal:|client-)/);
    }
    await trigger(target, "witness");
    await witness.next("fence");
    expect(witness.frames.map(({ event }) => event)).toEqual(["pusher:connection_established", "pusher_internal:subscription_succeeded", "fence"]);
    await until(() => server.connectionCount === 1, { what: "all the others to be gone" });
    expect(server.channelCount).toBe(1);
  });

  it(`${FRAMES / 10} random bytes on raw sockets, before and after the handshake`, { timeout: 60_000 }, async () => {
    const mess = new Mess(SEED + 1);
    const { server, target } = await startServer({ limits: { closeGraceMs: 50 } });
    const witness = await connect(target);
    const sockets = await Promise.all(
      Array.from({ length: Math.min(FRAMES / 10, 300) }, async () => {
        const socket = connectTcp(target.port, target.host);
        onTestFinished(() => void socket.destroy());
        socket.on("error", () => undefined);
        socket.resume();
        socket.write(mess.pick([HANDSHAKE, HANDSHAKE, REQUEST_HEAD, ""]));
        socket.write(mess.bytes(400));
        if (mess.below(3)) socket.end();
        return new Promise<void>((resolve) => {
          socket.once("close", () => resolve());
          socket.once("connect", () => mess.below(4) || socket.destroy());
          setTimeout(() => socket.destroy(), 200);
        });
      }),
    );
    expect(sockets.length).toBeGreaterThan(0);
    await witness.settled();
    await until(() => server.connectionCount === 1, { what: "all the others to be gone" });
  });

  it(`${FRAMES / 5} random requests: never a 5xx`, { timeout: 60_000 }, async () => {
    const mess = new Mess(SEED + 2);
    const { target } = await startServer();
    const statuses = new Map<number, number>();
    for (let n = 0; n < FRAMES / 5; n += 1) {
      const path = mess.pick(["/events", "/batch_events", "/channels", "/channels/presence-x", "/channels/%ff/users", "/users/__proto__/terminate_connections", "/users/%2e%2e/x", `/${encodeURIComponent(mess.pick(mess.words).replace("\ud800", ""))}`]);
      const method = mess.pick(["GET", "POST", "PUT", "DELETE", "OPTIONS"]);
      const body = mess.below(3) ? mess.pick([mess.value(), { name: "x", channel: mess.value(), data: "x" }, { batch: mess.value() }]) : undefined;
      const { status } = await apiRequest(target, {
        path,
        method,
        ...(method === "GET" || body === undefined ? {} : { body }),
        params: mess.below(4) ? {} : { info: mess.pick(mess.words).replace("\ud800", ""), ["__proto__x"]: "1" },
        ...(mess.below(6) ? {} : { secret: "wrong" }),
      });
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    }
    expect([...statuses.keys()].filter((status) => ![200, 400, 401, 404, 405, 413].includes(status))).toEqual([]);
    expect(statuses.size).toBeGreaterThan(3);
  });

  it("ten thousand subscriptions on one socket: as many as are allowed, the others are told, and it can leave", async () => {
    const { server, target } = await startServer({ limits: { channelsPerConnection: 500 } });
    const client = openSocket(target);
    await client.next("pusher:connection_established");
    for (let n = 0; n < 10_000; n += 1) client.subscribe(`many-${n}`);
    await client.settled();
    expect(client.frames.filter(({ event }) => event === "pusher_internal:subscription_succeeded")).toHaveLength(500);
    expect(client.frames.filter(({ event }) => event === "pusher:subscription_error")).toHaveLength(9_500);
    client.ws.terminate();
    await until(() => server.channelCount === 0, { what: "all channels to be gone" });
  });
});
