import { connect as connectTcp } from "node:net";
import { describe, expect, it } from "vitest";
import { connect, dataOf, openSocket } from "#tests/conformance/socket-client.ts";
import { browser, once } from "#tests/conformance/packages.ts";
import { apiRequest, trigger } from "#tests/conformance/signed-request.ts";
import { until } from "#tests/support/wait.ts";
import { DEFAULT_LIMITS } from "#worker/channels/limits.ts";
import { startChannelsServer } from "#worker/channels/server.ts";
import { app, startServer } from "./servers.ts";

const QUICK = { activityTimeoutMs: 60, pongTimeoutMs: 60 };

describe("silence", () => {
  it("waits as long as Pusher documents", () => {
    expect(DEFAULT_LIMITS).toMatchObject({ activityTimeoutMs: 120_000, pongTimeoutMs: 30_000, presenceMembers: 100, clientEventsPerSecond: 10 });
  });

  it.each([["subscribed", true], ["not subscribed", false]])("is asked, then closed with 4201 and gone from everything: %s", async (_, subscribed) => {
    const { server, target } = await startServer({ limits: QUICK });
    const client = await connect(target);
    if (subscribed) await client.join("presence-silent", { user_id: "u" });
    await client.next("pusher:ping");
    expect((await client.closing()).code).toBe(4201);
    expect([server.connectionCount, server.channelCount]).toEqual([0, 0]);
  });

  it("is a half-open socket, too: it is gone although nobody says goodbye", async () => {
    const { server, target } = await startServer({ limits: { ...QUICK, closeGraceMs: 50 } });
    const raw = connectTcp(target.port, target.host);
    raw.write(`GET /app/${app.key}?protocol=7 HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`);
    await until(() => server.connectionCount === 1, { what: "the connection" });
    const closed = new Promise((resolve) => raw.once("close", resolve));
    raw.resume();
    await closed;
    expect(server.connectionCount).toBe(0);
  });

  it.each(["pusher:pong", "pusher:ping", "anything"])("is broken by %s", async (event) => {
    let now = 1_000;
    const { target } = await startServer({ limits: { ...QUICK, activityTimeoutMs: 100, pongTimeoutMs: 100 }, clock: { monotonic: () => now } });
    const [lively, silent] = [await connect(target), await connect(target)];
    now += 100;
    await Promise.all([lively.next("pusher:ping"), silent.next("pusher:ping")]);
    lively.send({ event });
    await lively.settled();
    now += 100;
    expect((await silent.closing()).code).toBe(4201);
    await lively.settled();
    expect(lively.closed).toBeNull();
  });

  it("is not what pusher-js keeps: it stays connected over many timeouts", async () => {
    const { server, target } = await startServer({ limits: QUICK });
    const client = browser(target);
    await once(client.connection, "connected");
    let pings = 0;
    client.connection.bind("message", ({ event }: { event: string }) => (pings += event === "pusher:ping" ? 1 : 0));
    await until(() => pings >= 5, { what: "five pings" });
    expect([client.connection.state, server.connectionCount]).toEqual(["connected", 1]);
  });
});

describe("bounds", () => {
  it("cuts off a slow reader, while others get everything in order", async () => {
    const { server, target } = await startServer({ limits: { bufferedBytes: 256 * 1024 } });
    const [slow, quick] = [await connect(target), await connect(target)];
    await slow.join("flood");
    await quick.join("flood");
    slow.ws.pause();
    const batch = Array.from({ length: 10 }, () => ({ name: "n", channel: "flood", data: "x".repeat(10_000) }));
    let sent = 0;
    while (server.connectionCount === 2 && sent < 5_000) {
      await apiRequest(target, { path: "/batch_events", body: { batch } });
      sent += batch.length;
    }
    expect(server.connectionCount).toBe(1);
    await trigger(target, "flood");
    await quick.next("fence");
    expect(quick.events("flood")).toHaveLength(sent + 1);
  });

  it("cuts off a reader that stalls below that, in time", async () => {
    const { server, target } = await startServer({ limits: { stalledMs: 40 } });
    const slow = await connect(target);
    await slow.join("stall");
    slow.ws.pause();
    const batch = Array.from({ length: 10 }, () => ({ name: "n", channel: "stall", data: "x".repeat(10_000) }));
    await until(async () => {
      if (server.connectionCount > 0) await apiRequest(target, { path: "/batch_events", body: { batch } });
      return server.connectionCount === 0;
    }, { what: "the cut" });
  });

  it("tells connections beyond its capacity so, with 4100, and takes one when there is room", async () => {
    const { target } = await startServer({ limits: { connections: 1 } });
    const first = await connect(target);
    const second = openSocket(target);
    expect(dataOf(await second.next("pusher:error"))["code"]).toBe(4100);
    expect((await second.closing()).code).toBe(4100);
    first.close();
    await first.closing();
    await connect(target);
  });

  it("limits the channels of one connection, and tells it", async () => {
    const { target } = await startServer({ limits: { channelsPerConnection: 2 } });
    const client = await connect(target);
    await client.join("one");
    await client.join("two");
    client.subscribe("three");
    expect(dataOf(await client.next("pusher:subscription_error"))).toMatchObject({ type: "LimitReached", status: 403 });
    client.send({ event: "pusher:unsubscribe", data: { channel: "one" } });
    await client.join("three");
  });

  it("closes the sender of an oversized frame with 1009", async () => {
    const { target } = await startServer();
    const client = await connect(target);
    client.send("x".repeat(DEFAULT_LIMITS.frameBytes + 1));
    expect((await client.closing()).code).toBe(1009);
  });

  it("refuses an enormous request without reading it whole", async () => {
    const { target } = await startServer();
    const { status } = await apiRequest(target, { path: "/events", body: "x".repeat(2_000_000) });
    expect(status).toBe(413);
    expect((await trigger(target, "still-here")).status).toBe(200);
  });
});

describe("stopping", () => {
  it("says 4200 to everybody, and pusher-js is back once the server is", async () => {
    const { server, target } = await startServer();
    const raw = await connect(target);
    const client = browser(target);
    const channel = client.subscribe("again");
    await once(channel, "pusher:subscription_succeeded");
    await server.close();
    expect(await raw.closing()).toMatchObject({ code: 4200 });
    const back = once(channel, "pusher:subscription_succeeded");
    const next = await startServer({ port: target.port });
    await back;
    expect(next.server.connectionCount).toBe(1);
  });

  it("when another process serves already, says 4200 to those in the door, too, at once", async () => {
    // Who was told 4100 would wait for a second, and nobody is waited for: the next client is the other process's.
    const { server, target } = await startServer({ limits: { stoppingMs: 60_000, stoppingAtMostMs: 60_000 } });
    const client = await connect(target);
    const inTheDoor = connectTcp(target.port, target.host);
    let answered = "";
    inTheDoor.on("data", (chunk) => (answered += chunk.toString("latin1")));
    inTheDoor.write(`GET /healthz HTTP/1.1\r\nHost: x\r\n\r\nGET /app/${app.key}?protocol=7 HTTP/1.1\r\nHost: x\r\n`);
    await until(() => answered.includes("200 OK"), { what: "the first of both requests to be answered" });
    const closed = server.close({ replaced: true });
    expect((await client.closing()).code).toBe(4200);
    await expect(fetch(`http://${target.host}:${target.port}/`)).rejects.toMatchObject({ cause: { code: "ECONNREFUSED" } });
    inTheDoor.write("Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
    await until(() => answered.includes('"code":4200'), { what: "the one in the door to be told" });
    inTheDoor.destroy();
    await closed;
  });

  it("does not wait for a client that will not go, and may be asked twice", async () => {
    const { server, target } = await startServer({ limits: { closeGraceMs: 50 } });
    const client = await connect(target);
    client.ws.pause();
    await Promise.all([server.close(), server.close()]);
    expect(server.connectionCount).toBe(0);
  });

  it("leaves no timer and no socket behind", async () => {
    const resources = () => process.getActiveResourcesInfo().filter((name) => name === "Timeout" || name.startsWith("TCP")).length;
    const before = resources();
    const { server, target } = await startServer({ webhookUrl: "http://127.0.0.1:9/" });
    const client = await connect(target);
    await client.join("presence-x", { user_id: "u" });
    client.close();
    await client.closing();
    await server.close();
    await until(() => resources() <= before, { what: "no timer and no socket" });
  });

  it("refuses a port that is taken", async () => {
    const { server } = await startServer();
    await expect(startChannelsServer({ host: "127.0.0.1", port: server.port, app })).rejects.toMatchObject({ code: "EADDRINUSE" });
  });
});
