/** Care of the connection where the network is bad: refusals, sockets that only seem open, a service that answers badly. */
import { createHmac } from "node:crypto";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { WebSocketServer } from "ws";
import type { Connection, SubscriptionState } from "#app/realtime/connection.ts";
import { pusherConnection } from "#app/realtime/pusher/connection.ts";
import { REFUSED_PAUSE_MS } from "#app/realtime/pusher/reconnect.ts";
import { publisher } from "#tests/conformance/packages.ts";
import { startTcpProxy } from "#tests/support/tcp-proxy.ts";
import { until } from "#tests/support/wait.ts";
import { startServer, app } from "#tests/worker/channels/servers.ts";

interface Way {
  port: number;
  key?: string;
  /** All waiting of ours is shortened by it. */
  haste?: number;
  random?: () => number;
}

/** A real client whose waiting can be watched. */
function connect({ port, key = app.key, haste = 10, random = () => 0.5 }: Way) {
  const planned: number[] = [];
  const sign = (text: string) => `${key}:${createHmac("sha256", app.secret).update(text).digest("hex")}`;
  const connection: Connection = pusherConnection(
    { key, cluster: "local", host: "127.0.0.1", port, useTLS: false, clientEvents: true },
    {
      now: Date.now,
      random,
      log: () => {},
      after: (ms, run) => {
        planned.push(ms);
        const timer = setTimeout(run, ms / haste);
        return () => clearTimeout(timer);
      },
      fetch: (url, init) => {
        const asked = init.body as URLSearchParams;
        const socket = asked.get("socket_id")!;
        if (url.endsWith("user-auth")) {
          const user = JSON.stringify({ id: "me" });
          return Promise.resolve(Response.json({ auth: sign(`${socket}::user::${user}`), user_data: user }));
        }
        return Promise.resolve(Response.json({ auth: sign(`${socket}:${asked.get("channel_name")}`) }));
      },
    },
  );
  onTestFinished(() => connection.close());
  const states: SubscriptionState[] = [];
  connection.subscribe("private-chat", { onEvent: () => {}, onState: (state) => states.push(state) });
  return { connection, planned, states };
}

test("a server that refuses is tried again within seconds, not after pusher-js's 15", async () => {
  const tries: number[] = [];
  const refusing = createServer((socket) => {
    tries.push(performance.now());
    socket.destroy();
  });
  await new Promise<void>((resolve) => refusing.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void refusing.close());
  connect({ port: (refusing.address() as AddressInfo).port, haste: 1 });
  // Pauses of a quarter, a half and one second: the first try is followed by three more.
  await until(() => tries.length >= 4, { what: "four tries" });
  expect(tries[3]! - tries[0]!).toBeLessThan(4_000);
});

test("all clients that were turned away (4001) come back at times of their own", async () => {
  const { target } = await startServer();
  const pauses: number[] = [];
  for (const random of [0, 0.5, 0.999]) {
    const { connection, planned } = connect({ port: target.port, key: "wrong-key", haste: 1, random: () => random });
    await until(() => connection.state === "stopped", { what: "stopped" });
    pauses.push(planned.at(-1)! / REFUSED_PAUSE_MS);
    connection.close();
  }
  expect(pauses[0]).toBeCloseTo(0.75);
  expect(pauses[1]).toBeCloseTo(1);
  expect(pauses[2]).toBeCloseTo(1.25, 2);
});

test("connections that the server ended (4009) are made anew at once, not after a minute", async () => {
  const { target } = await startServer();
  const { connection, states } = connect({ port: target.port, haste: 1 });
  await until(() => states.at(-1) === "subscribed", { what: "subscribed" });
  const links: string[] = [];
  connection.onState(() => links.push(connection.state));
  await publisher(target).terminateUserConnections("me");
  await until(() => states.length === 3, { what: "subscribed again" });
  expect({ states, links }).toEqual({ states: ["subscribed", "pending", "subscribed"], links: ["connecting", "connected"] });
});

test("a socket that only seems open is found out when the device wakes, and replaced", async () => {
  const { target } = await startServer();
  const proxy = await startTcpProxy(target);
  onTestFinished(() => proxy.stop());
  const { connection, states } = connect({ port: proxy.port });
  await until(() => states.at(-1) === "subscribed", { what: "subscribed" });
  proxy.halfOpen();
  connection.wake();
  await until(() => proxy.accepted === 2 && states.at(-1) === "subscribed" && connection.state === "connected", { what: "another connection" });
  expect(states).toEqual(["subscribed", "pending", "subscribed"]);
});

test("what was on its way before the device slept is no proof that the socket still lives", async () => {
  const service = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  onTestFinished(() => void service.close());
  await once(service, "listening");
  let connections = 0;
  service.on("connection", (socket) => {
    connections++;
    const say = (event: string, data: unknown, channel?: string) => socket.send(JSON.stringify({ event, data: JSON.stringify(data), ...(channel && { channel }) }));
    say("pusher:connection_established", { socket_id: `1.${connections}`, activity_timeout: 120 });
    socket.on("message", (text) => {
      const { event, data } = JSON.parse(String(text)) as { event: string; data: { channel: string } };
      if (event === "pusher:subscribe") say("pusher_internal:subscription_succeeded", {}, data.channel);
      // In place of the answer, something older.
      if (event === "pusher:ping") say("new-message", { id: "before" }, "private-chat");
    });
  });
  const { connection, states } = connect({ port: (service.address() as AddressInfo).port });
  await until(() => states.at(-1) === "subscribed", { what: "subscribed" });
  connection.wake();
  await until(() => connections === 2 && states.at(-1) === "subscribed", { what: "another connection" });
});

test("a socket that does answer is kept, however often the device wakes", async () => {
  const { target } = await startServer();
  const proxy = await startTcpProxy(target);
  onTestFinished(() => proxy.stop());
  const { connection, planned, states } = connect({ port: proxy.port, haste: 1 });
  await until(() => states.at(-1) === "subscribed", { what: "subscribed" });
  const before = planned.length;
  for (let times = 0; times < 3; times++) connection.wake();
  // One question at a time, and each is answered before the next is asked.
  expect(planned.length).toBe(before + 1);
  await until(() => (connection.wake(), planned.length > before + 1), { what: "the answer" });
  expect({ accepted: proxy.accepted, states }).toEqual({ accepted: 1, states: ["subscribed"] });
});

test("a refused signature that is told without its channel, as the real service does: failed in time, and healed", async () => {
  const service = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  onTestFinished(() => void service.close());
  let good = false;
  let asked = 0;
  service.on("connection", (socket) => {
    const say = (event: string, data: unknown, channel?: string) => socket.send(JSON.stringify({ event, data: JSON.stringify(data), ...(channel && { channel }) }));
    say("pusher:connection_established", { socket_id: "1.2", activity_timeout: 120 });
    socket.on("message", (text) => {
      const { event, data } = JSON.parse(String(text)) as { event: string; data: { channel: string } };
      if (event !== "pusher:subscribe") return;
      asked++;
      if (good) say("pusher_internal:subscription_succeeded", {}, data.channel);
      else say("pusher:error", { code: null, message: "Invalid signature" });
    });
  });
  await new Promise((resolve) => service.once("listening", resolve));
  const { connection, states } = connect({ port: (service.address() as AddressInfo).port });
  await until(() => states.at(-1) === "failed", { what: "failed" });
  expect({ asked, link: connection.state }).toEqual({ asked: 1, link: "connected" });
  good = true;
  await until(() => states.at(-1) === "subscribed", { what: "healed" });
  for (const client of service.clients) client.terminate();
});
