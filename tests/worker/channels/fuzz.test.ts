import { connect as connectTcp } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { apiRequest, trigger } from "#tests/conformance/signed-request.ts";
import { connect, dataOf, openSocket, type Frame, type SocketClient } from "#tests/conformance/socket-client.ts";
import { faultSuite } from "#tests/faults/size.ts";
import { seeded } from "#tests/realtime/seeded.ts";
import { startTcpProxy } from "#tests/support/tcp-proxy.ts";
import { until } from "#tests/support/wait.ts";
import { channelAuth } from "#worker/channels/credentials.ts";
import { app, startServer } from "./servers.ts";

/** Frames and requests; with the raw sockets, each of which sends random bytes, 100,000 at full size. */
const { size, seed, full, figures } = faultSuite("channels-fuzz", { short: { frames: 2_000, requests: 400, sockets: 150 }, full: { frames: 75_000, requests: 20_000, sockets: 5_000 } });
const FRAMES_A_SOCKET = 40;
const SOCKETS_AT_ONCE = 100;
const LONG_MS = full ? 3_600_000 : 60_000;
/** Refusals of a frame (RFC 6455, sign-in), and ends that need no code. */
const CLOSES = new Set([1000, 1002, 1003, 1005, 1006, 1007, 1009, 4009]);
const STATUSES = new Set([200, 400, 401, 404, 405, 413]);

const HANDSHAKE = `GET /app/${app.key}?protocol=7 HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`;
const REQUEST_HEAD = `POST /apps/${app.id}/events?auth_key=${app.key} HTTP/1.1\r\nHost: x\r\nContent-Length: 300\r\n\r\n`;

class Mess {
  readonly next: () => number;
  constructor(seed: number) {
    this.next = seeded(seed);
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

  /** Deep enough to overflow the stack of whoever writes it out again. */
  deep = () => `${"[".repeat(8_000)}${"]".repeat(8_000)}`;

  /** @param socketId signs now and then, so that what needs a subscription is reached, too */
  frame(socketId: string): string {
    const lucky = this.below(12);
    if (lucky === 0) {
      const channel = this.pick(["private-x", "presence-x"]);
      const channelData = channel === "presence-x" ? this.pick(['{"user_id":"__proto__"}', '{"user_id":"1","user_info":[[]]}', "{", '{"user_id":{}}']) : undefined;
      return JSON.stringify({ event: "pusher:subscribe", data: { channel, channel_data: channelData, auth: channelAuth(app, socketId, channel, channelData) } });
    }
    if (lucky === 1) return `{"event":"client-x","channel":"${this.pick(["private-x", "presence-x"])}","data":${this.pick([this.deep(), '{"__proto__":{"a":1}}', "1e999", '"\\ud800"'])}}`;
    // A refused sign-in ends the connection, and with it what could be tried on it.
    const event = this.below(60) === 0 ? "pusher:signin" : this.pick(["pusher:subscribe", "pusher:unsubscribe", "pusher:ping", "pusher:pong", "pusher:error", "client-x", "client-", "x", "pusher_internal:x"]);
    const message = { event, channel: this.value(), data: this.pick([this.value(), { channel: this.pick(this.words), auth: this.value(), channel_data: this.value(), user_data: this.value() }]) };
    const text = JSON.stringify(this.below(4) ? message : (this.value() ?? null));
    return this.below(8) ? text : text.slice(0, this.below(text.length));
  }
}

/** What the server says, frame by frame: each frame is followed by a WebSocket ping, whose pong ends its answers. */
class Conversation {
  readonly #answers: Frame[][] = [];
  readonly #sent: string[] = [];

  constructor(private readonly client: SocketClient) {
    let from = client.frames.length;
    client.ws.on("pong", () => {
      this.#answers.push(client.frames.slice(from));
      from = client.frames.length;
    });
  }

  say(frame: string): void {
    this.#sent.push(frame);
    this.client.ws.send(frame);
    this.client.ws.ping();
  }

  /** Everything that was said and did not end the connection. @returns how many frames that were */
  async check(): Promise<number> {
    await until(() => this.client.closed || this.#answers.length === this.#sent.length, { interval: 2, what: "the answers" });
    for (const [index, answers] of this.#answers.entries()) {
      const sent = this.#sent[index]!;
      if (answers.length === 0 && !mayBeSilent(sent)) throw new Error(`not answered: ${sent.slice(0, 300)}`);
      for (const answer of answers) if (!isDocumented(answer)) throw new Error(`${JSON.stringify(answer)} in answer to ${sent.slice(0, 300)}`);
    }
    return this.#answers.length;
  }
}

/** A pong, leaving a channel and an event for others are taken in silence where they are right. */
function mayBeSilent(sent: string): boolean {
  try {
    const { event } = JSON.parse(sent) as { event?: unknown };
    return typeof event === "string" && (event === "pusher:pong" || event === "pusher:unsubscribe" || event.startsWith("client-"));
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return false;
    throw error;
  }
}

function isDocumented(answer: Frame): boolean {
  switch (answer.event) {
    case "pusher:error": {
      const { code, message } = dataOf(answer);
      return [null, 4301, 4009].includes(code as number | null) && typeof message === "string" && message !== "";
    }
    case "pusher:subscription_error": {
      const { type, error, status } = dataOf(answer);
      return typeof answer.channel === "string" && typeof type === "string" && typeof error === "string" && [400, 401, 403].includes(status as number);
    }
    case "pusher_internal:subscription_succeeded":
      return typeof answer.channel === "string" && typeof dataOf(answer) === "object";
    case "pusher:cache_miss":
      return typeof answer.channel === "string";
    default:
      return answer.event === "pusher:pong" || answer.event === "pusher:signin_success";
  }
}

describe(`fuzz, seed ${seed}`, () => {
  it(`${size.frames} random frames: always a documented answer or close, and others never notice`, { timeout: LONG_MS }, async () => {
    const mess = new Mess(seed);
    const { server, target } = await startServer();
    const witness = await connect(target);
    await witness.join("witness");
    const closes = new Map<number, number>();
    for (let dealtWith = 0; dealtWith < size.frames; ) {
      const client = await connect(target);
      const conversation = new Conversation(client);
      for (let n = 0; n < FRAMES_A_SOCKET && client.ws.readyState === client.ws.OPEN; n += 1) {
        const kind = mess.below(200);
        if (kind === 0 && !mess.below(2)) client.ws.send(mess.bytes(100));
        else if (kind === 1 && !mess.below(2)) client.ws.send(Buffer.alloc(70_000, 120), { binary: false });
        else conversation.say(mess.frame(client.socketId));
      }
      dealtWith += (await conversation.check()) + 1;
      if (client.ws.readyState === client.ws.OPEN) client.close();
      const { code } = await client.closing();
      expect(CLOSES, `closed with ${code}`).toContain(code);
      closes.set(code, (closes.get(code) ?? 0) + 1);
    }
    await trigger(target, "witness");
    await witness.next("fence");
    expect(witness.frames.map(({ event }) => event)).toEqual(["pusher:connection_established", "pusher_internal:subscription_succeeded", "fence"]);
    await until(() => server.connectionCount === 1, { what: "all the others to be gone" });
    expect(server.channelCount).toBe(1);
    figures({ frames: size.frames, closes: [...closes].map(([code, count]) => `${code}×${count}`).join(" ") });
  });

  it(`random bytes on ${size.sockets} raw sockets, before and after the handshake`, { timeout: LONG_MS }, async () => {
    const mess = new Mess(seed + 1);
    const { server, target } = await startServer({ limits: { closeGraceMs: 50 } });
    const witness = await connect(target);
    for (let made = 0; made < size.sockets; made += SOCKETS_AT_ONCE) {
      const lives = Array.from({ length: Math.min(SOCKETS_AT_ONCE, size.sockets - made) }, () => {
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
      });
      await Promise.all(lives);
      await witness.settled();
    }
    await until(() => server.connectionCount === 1, { what: "all the others to be gone" });
  });

  it(`${size.requests} random requests: never a 5xx`, { timeout: LONG_MS }, async () => {
    const mess = new Mess(seed + 2);
    const { target } = await startServer();
    const witness = await connect(target);
    await witness.join("witness");
    const statuses = new Map<number, number>();
    for (let n = 0; n < size.requests; n += 1) {
      const path = mess.pick(["/events", "/batch_events", "/channels", "/channels/presence-x", "/channels/%ff/users", "/users/__proto__/terminate_connections", "/users/%2e%2e/x", `/${encodeURIComponent(mess.pick(mess.words).replace("\ud800", ""))}`]);
      const method = mess.pick(["GET", "POST", "PUT", "DELETE", "OPTIONS"]);
      const body = mess.below(3) ? mess.pick([mess.value(), { name: "x", channel: mess.value(), data: "x" }, { batch: mess.value() }, mess.deep()]) : undefined;
      const { status } = await apiRequest(target, {
        path,
        method,
        ...(method === "GET" || body === undefined ? {} : { body }),
        params: mess.below(4) ? {} : { info: mess.pick(mess.words).replace("\ud800", ""), ["__proto__x"]: "1" },
        ...(mess.below(6) ? {} : { secret: "wrong" }),
      });
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    }
    expect([...statuses.keys()].filter((status) => !STATUSES.has(status))).toEqual([]);
    expect(statuses.size).toBeGreaterThan(3);
    await witness.settled();
    figures({ requests: size.requests, statuses: [...statuses].map(([status, count]) => `${status}×${count}`).join(" ") });
  });

  it("half-open sockets, subscribed and not, are gone in time, and nobody else is", async () => {
    const { server, target } = await startServer({ limits: { activityTimeoutMs: 400, pongTimeoutMs: 400, closeGraceMs: 50 } });
    const witness = await connect(target);
    witness.ws.on("message", (data) => String(data).includes("pusher:ping") && witness.send({ event: "pusher:pong", data: {} }));
    await witness.join("presence-half", { user_id: "witness" });
    const proxy = await startTcpProxy(target);
    onTestFinished(() => proxy.stop());
    const behind = { ...target, port: proxy.port };
    const clients = await Promise.all(Array.from({ length: 40 }, () => connect(behind)));
    await Promise.all(clients.filter((_, n) => n % 2).map((client, n) => client.join("presence-half", { user_id: `u${n}` })));
    proxy.halfOpen();
    await until(() => server.connectionCount === 1, { what: "the half-open ones to be gone" });
    await until(() => witness.frames.filter(({ event }) => event === "pusher_internal:member_removed").length === 20, { what: "their members to be removed" });
    expect(witness.closed).toBeNull();
    expect(clients.filter(({ closed }) => closed)).toEqual([]);
  });

  it("ten thousand subscriptions on one socket: as many as are allowed, the others are told, and it can leave", async () => {
    const { server, target } = await startServer();
    const [client, witness] = [openSocket(target), await connect(target)];
    await client.next("pusher:connection_established");
    for (let n = 0; n < 10_000; n += 1) client.subscribe(`many-${n}`);
    await witness.settled();
    await client.settled();
    expect(client.frames.filter(({ event }) => event === "pusher_internal:subscription_succeeded")).toHaveLength(1_000);
    expect(client.frames.filter(({ event }) => event === "pusher:subscription_error")).toHaveLength(9_000);
    client.ws.terminate();
    await until(() => server.channelCount === 0, { what: "all channels to be gone" });
    expect(witness.closed).toBeNull();
  });

  it("a client event too deep to be written again is refused, and the process lives", async () => {
    const { target } = await startServer();
    const [sender, receiver] = [await connect(target), await connect(target)];
    await sender.join("private-deep");
    await receiver.join("private-deep");
    for (const levels of [101, 5_000, 30_000]) {
      sender.send(`{"event":"client-deep","channel":"private-deep","data":${"[".repeat(levels)}${"]".repeat(levels)}}`);
      await sender.next("pusher:error");
    }
    sender.send(`{"event":"client-deep","channel":"private-deep","data":${"[".repeat(99)}${"]".repeat(99)}}`);
    await receiver.next("client-deep");
    expect(receiver.events("private-deep")).toHaveLength(1);
  });
});
