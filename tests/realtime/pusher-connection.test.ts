/** The real client against the embedded server, over real sockets. */
import { createHmac } from "node:crypto";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import Pusher from "pusher";
import PusherClient from "pusher-js";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { PublicChannels } from "#app/config/settings.ts";
import type { Connection, LinkState, SubscriptionState } from "#app/realtime/connection.ts";
import { LiveEngine } from "#app/realtime/engine.ts";
import type { Timers } from "#app/realtime/environment.ts";
import { pusherConnection } from "#app/realtime/pusher/connection.ts";
import { pusherOptions } from "#app/realtime/pusher/options.ts";
import { until } from "#tests/support/wait.ts";
import type { ChannelsServer } from "#worker/channels/server.ts";
import { startChannelsServer } from "#worker/channels/server.ts";

const APP = { id: "roost", key: "test-key", secret: "test-secret" };
const HOST = "127.0.0.1";
/** All waiting of the client's is shortened by it; the servers are real. */
const HASTE = 10;

/** The app's two authorization routes, and what a test makes of them. */
class App {
  key = APP.key;
  refused = new Set<string>();
  hanging = false;
  badSignature = false;
  channelPosts: string[] = [];
  userPosts = 0;
  synced = 0;
  syncStatus = 200;

  sign(text: string): string {
    return `${this.key}:${createHmac("sha256", APP.secret).update(text).digest("hex")}`;
  }

  fetch = async (url: string, init: RequestInit): Promise<Response> => {
    if (url.startsWith("/api/sync")) {
      this.synced++;
      return this.syncStatus === 200 ? Response.json({ events: [], cursor: "1", hasMore: false, reset: false }) : new Response(null, { status: this.syncStatus });
    }
    const asked = init.body as URLSearchParams;
    const socketId = asked.get("socket_id")!;
    if (url === "/api/pusher/user-auth") {
      this.userPosts++;
      const user = JSON.stringify({ id: "me" });
      return Response.json({ auth: this.sign(`${socketId}::user::${user}`), user_data: user });
    }
    const channel = asked.get("channel_name")!;
    this.channelPosts.push(channel);
    if (this.hanging) return new Promise((_resolve, reject) => init.signal!.addEventListener("abort", () => reject(new DOMException("aborted", "AbortError"))));
    if (this.refused.has(channel)) return Response.json({ error: { code: "forbidden" } }, { status: 403 });
    return Response.json({ auth: this.sign(this.badSignature ? "something else" : `${socketId}:${channel}`) });
  };
}

const timers: Timers = {
  now: () => Date.now(),
  after: (ms, run) => {
    const timer = setTimeout(run, ms / HASTE);
    return () => clearTimeout(timer);
  },
};

let server: ChannelsServer;
let app: App;
let logged: string[];
const open: { close: () => void }[] = [];

const listen = (port = 0) => startChannelsServer({ host: HOST, port, app: APP });
const settings = (more: Partial<PublicChannels> = {}): PublicChannels => ({ key: APP.key, cluster: "local", host: HOST, port: server.port, useTLS: false, clientEvents: true, ...more });
const publisher = () => new Pusher({ appId: APP.id, key: APP.key, secret: APP.secret, host: HOST, port: String(server.port), useTLS: false });

function connect(config = settings()): Connection & { links: LinkState[] } {
  const connection = pusherConnection(config, { ...timers, fetch: app.fetch, random: () => 0.5, log: (message) => void logged.push(message) });
  const links: LinkState[] = [];
  connection.onState((state) => links.push(state));
  open.push(connection);
  return Object.assign(connection, { links });
}

function subscribe(connection: Connection, channel: string) {
  const states: SubscriptionState[] = [];
  const events: unknown[] = [];
  const leave = connection.subscribe(channel, { onEvent: (event, data) => events.push([event, data]), onState: (state) => states.push(state) });
  return { states, events, leave };
}

beforeEach(async () => {
  server = await listen();
  app = new App();
  logged = [];
});

afterEach(async () => {
  for (const connection of open.splice(0)) connection.close();
  await server.close();
});

describe("the connection over pusher-js", () => {
  test("connects, signs in, subscribes and hears, each event once; leaves", async () => {
    const connection = connect();
    const chat = subscribe(connection, "private-chat-a");
    const user = subscribe(connection, "private-user-me");
    await until(() => chat.states.includes("subscribed") && user.states.includes("subscribed"), { what: "both subscribed" });
    expect(connection.state).toBe("connected");
    await publisher().trigger("private-chat-a", "new-message", { body: "hello" });
    await until(() => chat.events.length > 0, { what: "the event" });
    expect(chat.events).toEqual([["new-message", { body: "hello" }]]);
    expect(user.events).toEqual([]);
    expect(app.userPosts).toBe(1);
    expect(server.channelCount).toBe(2);
    chat.leave();
    await until(() => server.channelCount === 1, { what: "the channel left" });
  });

  test("100 route changes leave one handler; 100 quick ones leave no channel", async () => {
    const connection = connect();
    let chat = subscribe(connection, "private-chat-a");
    await until(() => chat.states.includes("subscribed"));
    for (let times = 0; times < 100; times++) {
      chat.leave();
      chat = subscribe(connection, "private-chat-a");
    }
    await until(() => chat.states.includes("subscribed"), { what: "the last one subscribed" });
    await publisher().trigger("private-chat-a", "new-message", { n: 1 });
    await until(() => chat.events.length > 0);
    expect(chat.events).toHaveLength(1);
    chat.leave();
    for (let times = 0; times < 100; times++) subscribe(connection, `private-chat-${times}`).leave();
    await until(() => server.channelCount === 0, { what: "no channel" });
    expect(connection.state).toBe("connected");
  });

  test("the server goes and comes back: connecting meanwhile, then subscribed again, one handler", async () => {
    const { port } = server;
    const connection = connect();
    const chat = subscribe(connection, "private-chat-a");
    await until(() => chat.states.includes("subscribed"));
    await server.close();
    await until(() => connection.state === "connecting", { what: "the loss noticed" });
    server = await listen(port);
    await until(() => connection.state === "connected" && chat.states.at(-1) === "subscribed", { what: "back", timeout: 20_000 });
    await publisher().trigger("private-chat-a", "new-message", { n: 2 });
    await until(() => chat.events.length > 0);
    expect(chat.events).toEqual([["new-message", { n: 2 }]]);
    expect(chat.states).toEqual(["subscribed", "pending", "subscribed"]);
    expect(app.userPosts).toBe(2);
  });

  test("a wrong key (4001) stops it, and it tries anew by itself", async () => {
    const { port } = server;
    const connection = connect(settings({ key: "wrong-key" }));
    await until(() => connection.state === "stopped", { what: "stopped" });
    expect(logged).toContain("realtime connection");
    await server.close();
    app.key = "wrong-key";
    server = await startChannelsServer({ host: HOST, port, app: { ...APP, key: "wrong-key" } });
    const chat = subscribe(connection, "private-chat-a");
    await until(() => chat.states.includes("subscribed"), { what: "subscribed after the key was put right", timeout: 20_000 });
    expect(connection.state).toBe("connected");
  });

  test("a refused channel is failed, others are not; it heals without a reload", async () => {
    app.refused.add("private-chat-foreign");
    const connection = connect();
    const foreign = subscribe(connection, "private-chat-foreign");
    const own = subscribe(connection, "private-chat-own");
    await until(() => foreign.states.includes("failed") && own.states.includes("subscribed"), { what: "one refused, one subscribed" });
    app.refused.clear();
    await until(() => foreign.states.at(-1) === "subscribed", { what: "healed" });
    expect(own.states).toEqual(["subscribed"]);
  });

  test.each(["badSignature", "hanging"] as const)("%s: failed within its time, not pending for ever, and it heals", async (fault) => {
    app[fault] = true;
    const connection = connect();
    const chat = subscribe(connection, "private-chat-a");
    await until(() => chat.states.includes("failed"), { what: "failed" });
    app[fault] = false;
    await until(() => chat.states.at(-1) === "subscribed", { what: "healed" });
    await publisher().trigger("private-chat-a", "new-message", { n: 3 });
    await until(() => chat.events.length > 0);
    expect(chat.events).toHaveLength(1);
  });

  test("nothing is left after closing, and closing before pusher-js is there is no trouble", async () => {
    const connection = connect();
    subscribe(connection, "private-chat-a");
    await until(() => connection.state === "connected" && server.channelCount > 0);
    connection.close();
    await until(() => server.connectionCount === 0, { what: "no connection" });
    const states = [...connection.links];
    connect().close();
    await until(() => server.connectionCount === 0);
    expect(connection.links).toEqual(states);
  });

  test("no server at all: keeps trying, each time on one socket only", async () => {
    let sockets = 0;
    const silent = createServer((socket) => {
      sockets++;
      socket.on("error", () => socket.destroy());
    });
    await new Promise<void>((resolve) => silent.listen(0, HOST, resolve));
    const connection = connect(settings({ port: (silent.address() as AddressInfo).port }));
    await until(() => sockets >= 3, { what: "three tries" });
    expect(connection.state).toBe("connecting");
    connection.close();
    silent.close();
  });
});

describe("the engine over it", () => {
  test("connected, polling while the server is away, connected again", async () => {
    const { port } = server;
    const engine = new LiveEngine({ cursor: "1", push: true });
    engine.start({ ...timers, random: Math.random, fetch: app.fetch, connect, page: { online: () => true, listen: () => () => {} }, log: () => {} });
    open.push({ close: () => engine.stop() });
    engine.use("private-user-me");
    await until(() => engine.state === "connected", { what: "connected" });
    await server.close();
    await until(() => engine.state === "polling", { what: "polling" });
    const { synced } = app;
    await until(() => app.synced > synced + 2, { what: "polls" });
    server = await listen(port);
    await until(() => engine.state === "connected", { what: "connected again", timeout: 20_000 });
  });

  test("a needed channel that is refused: polling, although the socket is open", async () => {
    app.refused.add("private-chat-foreign");
    const engine = new LiveEngine({ cursor: "1", push: true });
    engine.start({ ...timers, random: Math.random, fetch: app.fetch, connect, page: { online: () => true, listen: () => () => {} }, log: () => {} });
    open.push({ close: () => engine.stop() });
    const leave = engine.use("private-chat-foreign");
    await until(() => engine.state === "polling", { what: "polling" });
    leave();
    await until(() => engine.state === "connected", { what: "connected without it" });
  });
});

describe("what pusher-js is told", () => {
  test("the real service goes by its cluster over TLS; a compatible one by host and port; null is the page's own host", () => {
    expect(pusherOptions({ key: "k", cluster: "eu", host: undefined, port: undefined, useTLS: true, clientEvents: true })).toMatchObject({ cluster: "eu", forceTLS: true, enableStats: false });
    expect(pusherOptions({ key: "k", cluster: "eu", host: undefined, port: undefined, useTLS: true, clientEvents: true })).not.toHaveProperty("wsHost");
    expect(pusherOptions({ key: "k", cluster: "local", host: "ws.example", port: 6001, useTLS: false, clientEvents: true })).toMatchObject({ wsHost: "ws.example", wsPort: 6001, wssPort: 6001, forceTLS: false });
    expect(pusherOptions({ key: "k", cluster: "local", host: null, port: 6001, useTLS: false, clientEvents: true })).toMatchObject({ wsHost: "127.0.0.1", enabledTransports: ["ws"] });
  });

  // pusher-js tries another way after 2 s: a page's policy would refuse it, and a port without TLS not understand it.
  test.each([true, false])("a service that is slow to answer is asked in one way alone (TLS: %s)", async (useTLS) => {
    const begins: number[] = [];
    const silent = createServer((socket) => void socket.on("error", () => undefined).once("data", (bytes) => begins.push(bytes[0]!))).listen(0, "127.0.0.1");
    await once(silent, "listening");
    const pusher = new PusherClient("k", pusherOptions({ key: "k", cluster: "local", host: "localhost", port: (silent.address() as AddressInfo).port, useTLS, clientEvents: true }));
    await pause(2_500);
    pusher.disconnect();
    silent.close();
    expect(begins).toEqual([useTLS ? 0x16 : "G".charCodeAt(0)]);
  });
});
