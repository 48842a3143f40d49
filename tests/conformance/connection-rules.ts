import { expect } from "vitest";
import { connect, dataOf, openSocket } from "./socket-client.ts";
import { browser, once } from "./packages.ts";
import type { Rules } from "./target.ts";

export function connectionRules({ rule, target }: Rules): void {
  rule("connect.established", "the first frame holds socket id and activity timeout, as JSON in a string", async () => {
    const client = await connect(target());
    const [first] = client.frames;
    expect(typeof first?.data).toBe("string");
    expect(client.socketId).toMatch(/^\d+\.\d+$/);
    expect(dataOf(first!)["activity_timeout"]).toBeGreaterThan(0);
  });

  rule("connect.pusher-js", "pusher-js connects, and no two connections share an id", async () => {
    const clients = [browser(target()), browser(target())];
    await Promise.all(clients.map((client) => once(client.connection, "connected")));
    const ids = clients.map((client) => client.connection.socket_id);
    expect(new Set(ids).size).toBe(2);
  });

  rule("ping.pong", "pusher:ping is answered with pusher:pong", async () => {
    const client = await connect(target());
    client.send({ event: "pusher:ping", data: {} });
    await client.next("pusher:pong");
  });

  rule("ping.without-data", "pusher:ping may come without data", async () => {
    const client = await connect(target());
    client.send({ event: "pusher:ping" });
    await client.next("pusher:pong");
  });

  rule("ping.protocol", "a WebSocket ping is answered, too", async () => {
    const client = await connect(target());
    const ponged = new Promise((resolve) => client.ws.once("pong", (data) => resolve(String(data))));
    client.ws.ping("there?");
    expect(await ponged).toBe("there?");
  });

  rule("error.4001", "an unknown app key is told so, and closed with 4001", async () => {
    const client = openSocket(target(), "/app/no-such-key?protocol=7&client=js&version=8.6.0");
    expect(dataOf(await client.next("pusher:error"))["code"]).toBe(4001);
    expect((await client.closing()).code).toBe(4001);
    expect(client.frames.some((frame) => frame.event === "pusher:connection_established")).toBe(false);
  });

  rule("error.4001-message", "the message for an unknown key speaks of the cluster", async () => {
    const client = openSocket(target(), "/app/no-such-key?protocol=7");
    expect(dataOf(await client.next("pusher:error"))["message"]).toBe("App key no-such-key not in this cluster. Did you forget to specify the cluster?");
  });

  rule("error.4001-pusher-js", "pusher-js gives up on an unknown key", async () => {
    const client = browser({ ...target(), app: { ...target().app, key: "no-such-key" } });
    await once(client.connection, "disconnected");
  });

  rule("error.4005", "another path is closed with 4005", async () => {
    const client = openSocket(target(), "/elsewhere?protocol=7");
    expect((await client.closing()).code).toBe(4005);
  });

  rule("error.4007", "an unknown protocol version is closed with 4007", async () => {
    const client = openSocket(target(), `/app/${target().app.key}?protocol=99`);
    expect((await client.closing()).code).toBe(4007);
  });

  rule("error.4006", "a version that is no number is closed with 4006", async () => {
    const client = openSocket(target(), `/app/${target().app.key}?protocol=seven`);
    expect((await client.closing()).code).toBe(4006);
  });

  rule("error.4008", "a connection without a version is closed with 4008", async () => {
    const client = openSocket(target(), `/app/${target().app.key}`);
    expect((await client.closing()).code).toBe(4008);
  });

  rule("frame.broken-json", "broken JSON is told to the sender, and the connection stays", async () => {
    const client = await connect(target());
    client.send('{"event":');
    await client.next("pusher:error");
    await client.settled();
  });

  for (const [id, text] of Object.entries({ array: "[1]", null: "null", number: "7", "no-event": "{}", "event-number": '{"event":1}', "no-data": '{"event":"pusher:subscribe"}' })) {
    rule(`frame.${id}`, `the frame ${text} is told to the sender, and the connection stays`, async () => {
      const client = await connect(target());
      client.send(text);
      await client.next("pusher:error");
      await client.settled();
    });
  }

  rule("frame.binary", "a binary frame closes the connection with 1003", async () => {
    const client = await connect(target());
    client.ws.send(Buffer.from([1, 2, 3]));
    expect((await client.closing()).code).toBe(1003);
  });

  rule("frame.oversize", "an enormous frame closes that connection only", async () => {
    const [client, other] = [await connect(target()), await connect(target())];
    client.send("x".repeat(2_000_000));
    await client.closing();
    await other.settled();
  });
}
