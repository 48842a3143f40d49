import type PusherClient from "pusher-js";
import { expect } from "vitest";
import { userAuth } from "#worker/channels/credentials.ts";
import { until } from "#tests/support/wait.ts";
import { browser, once, publisher } from "./packages.ts";
import { trigger } from "./signed-request.ts";
import { connect } from "./socket-client.ts";
import { patienceMs } from "./target.ts";
import type { Rules } from "./target.ts";

async function signedIn(client: PusherClient): Promise<void> {
  const connected = once(client.connection, "connected");
  client.signin();
  await connected;
  await until(() => client.user.user_data as unknown, { timeout: patienceMs(), interval: 3, what: "the sign-in" });
}

export function userRules({ rule, target }: Rules): void {
  rule("signin.pusher-js", "pusher-js signs in and receives what is sent to its user, and nobody else's", async () => {
    const [ann, bob] = [browser(target(), { id: "ann-js" }), browser(target(), { id: "bob-js" })];
    await Promise.all([signedIn(ann), signedIn(bob)]);
    const bobs: unknown[] = [];
    bob.user.bind("greeting", (data: unknown) => bobs.push(data));
    const received = once(ann.user, "greeting");
    await publisher(target()).sendToUser("ann-js", "greeting", { hello: "ann" });
    expect(await received).toEqual({ hello: "ann" });
    const fence = once(bob.user, "fence");
    await publisher(target()).sendToUser("bob-js", "fence", {});
    await fence;
    expect(bobs).toEqual([]);
  });

  rule("signin.at-once", "an event sent right after the sign-in is not lost", async () => {
    for (let n = 0; n < 20; n += 1) {
      const client = await connect(target());
      await client.signIn(`at-once-${n}`);
      await trigger(target(), `#server-to-user-at-once-${n}`, "first");
      await client.next("first", (frame) => frame.channel === `#server-to-user-at-once-${n}`);
    }
  });

  for (const [id, data] of Object.entries<(socketId: string, app: { id: string; key: string; secret: string }) => unknown>({
    forged: (_, { key }) => ({ auth: `${key}:${"0".repeat(64)}`, user_data: '{"id":"x"}' }),
    "other-socket": (_, app) => ({ auth: userAuth(app, "1.1", '{"id":"x"}'), user_data: '{"id":"x"}' }),
    "other-user": (socketId, app) => ({ auth: userAuth(app, socketId, '{"id":"x"}'), user_data: '{"id":"y"}' }),
    "no-auth": () => ({ user_data: '{"id":"x"}' }),
    "no-data": () => undefined,
    "empty-id": (socketId, app) => ({ auth: userAuth(app, socketId, '{"id":""}'), user_data: '{"id":""}' }),
    "number-id": (socketId, app) => ({ auth: userAuth(app, socketId, '{"id":7}'), user_data: '{"id":7}' }),
  })) {
    rule(`signin.${id}`, `a sign-in that is refused with 4009: ${id}`, async () => {
      const client = await connect(target());
      client.send({ event: "pusher:signin", data: data(client.socketId, target().app) });
      expect((await client.closing()).code).toBe(4009);
      expect(client.frames.map((frame) => frame.event)).not.toContain("pusher:signin_success");
    });
  }

  rule("signin.foreign-channel", "the channel of another user cannot be subscribed to", async () => {
    const client = await connect(target());
    await client.signIn("myself");
    client.send({ event: "pusher:subscribe", data: { channel: "#server-to-user-victim" } });
    await client.settled();
    await trigger(target(), "#server-to-user-victim", "secret");
    await client.settled();
    expect(client.frames.filter((frame) => frame.channel === "#server-to-user-victim" && frame.event !== "pusher:subscription_error")).toEqual([]);
  });

  rule("signin.exclude", "socket_id leaves out one of a user's connections", async () => {
    const clients = [await connect(target()), await connect(target())];
    for (const client of clients) await client.signIn("two-tabs");
    await trigger(target(), "#server-to-user-two-tabs", "note", "{}", { socket_id: clients[0]!.socketId });
    await clients[1]!.next("note");
    await clients[0]!.settled();
    expect(clients[0]!.events("#server-to-user-two-tabs")).toEqual([]);
  });

  rule("terminate", "terminate_connections closes all connections of that user with 4009, and no others", async () => {
    const clients = [await connect(target()), await connect(target())];
    for (const client of clients) await client.signIn("doomed");
    const other = await connect(target());
    await other.signIn("spared");
    await publisher(target()).terminateUserConnections("doomed");
    for (const client of clients) expect((await client.closing()).code).toBe(4009);
    await other.settled();
  });

  rule("terminate.pusher-js", "pusher-js does not come back from it", async () => {
    const client = browser(target(), { id: "gone-js" });
    await signedIn(client);
    const disconnected = once(client.connection, "disconnected");
    await publisher(target()).terminateUserConnections("gone-js");
    await disconnected;
  });
}
