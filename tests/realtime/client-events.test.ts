/** Client events and presence over pusher-js and the embedded server, over real sockets. */
import Pusher from "pusher";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Connection, PresentMember, SubscriptionState } from "#app/realtime/connection.ts";
import type { Timers } from "#app/realtime/environment.ts";
import { pusherConnection } from "#app/realtime/pusher/connection.ts";
import { browser } from "#tests/conformance/packages.ts";
import { until } from "#tests/support/wait.ts";
import type { ChannelsServer } from "#worker/channels/server.ts";
import { startChannelsServer } from "#worker/channels/server.ts";

const APP = { id: "roost", key: "test-key", secret: "test-secret" };
const HOST = "127.0.0.1";
const CHAT = "private-chat-a-b";
const ROOM = "presence-chat-room-r";

let server: ChannelsServer;
const open: Connection[] = [];
beforeEach(async () => void (server = await startChannelsServer({ host: HOST, port: 0, app: APP })));
afterEach(async () => {
  for (const connection of open.splice(0)) connection.close();
  await server.close();
});

const timers: Timers = {
  now: () => Date.now(),
  after: (ms, run) => {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};

/** A browser of Roost's, signed in as somebody; the app's two routes sign whatever it asks for. */
function roost(id: string): Connection {
  const signer = new Pusher({ appId: APP.id, key: APP.key, secret: APP.secret, host: HOST, port: String(server.port), useTLS: false });
  const connection = pusherConnection(
    { key: APP.key, cluster: "local", host: HOST, port: server.port, useTLS: false, clientEvents: true },
    {
      ...timers,
      random: () => 0.5,
      log: () => {},
      fetch: async (url, init) => {
        const asked = init.body as URLSearchParams;
        const [socket, channel] = [asked.get("socket_id")!, asked.get("channel_name")];
        if (url.endsWith("user-auth") || channel === null) return Response.json(signer.authenticateUser(socket, { id }));
        return Response.json(signer.authorizeChannel(socket, channel, channel.startsWith("presence-") ? { user_id: id, user_info: { name: `Name of ${id}` } } : undefined));
      },
    },
  );
  open.push(connection);
  return connection;
}

async function join(connection: Connection, channel: string) {
  const states: SubscriptionState[] = [];
  const events: unknown[][] = [];
  const lists: PresentMember[][] = [];
  const leave = connection.subscribe(channel, { onEvent: (...event) => void events.push(event), onState: (state) => void states.push(state), onMembers: (members) => void lists.push(members) });
  await until(() => states.includes("subscribed"), { what: `${channel} subscribed` });
  return { events, states, lists, leave, here: () => (lists.at(-1) ?? []).map(({ id }) => id).sort() };
}

/** Whoever is not ours: pusher-js as it comes, on the same channel. */
async function stranger(id: string, channel: string) {
  const client = browser({ app: APP, host: HOST, port: server.port, stop: async () => {} }, { id, info: { name: `Name of ${id}` } });
  const subscribed = client.subscribe(channel);
  await until(() => subscribed.subscribed, { what: `${id} subscribed` });
  return subscribed;
}

test("a client event reaches the other one on a private channel, nameless, and not oneself", async () => {
  const [ann, bob] = [roost("ann"), roost("bob")];
  const [annChat, bobChat] = [await join(ann, CHAT), await join(bob, CHAT)];
  expect(ann.trigger(CHAT, "client-typing-start", { userId: "ann" })).toBe(true);
  await until(() => bobChat.events.length > 0, { what: "typing" });
  expect(bobChat.events).toEqual([["client-typing-start", { userId: "ann" }, undefined]]);
  expect(bob.trigger(CHAT, "client-typing-stop", {})).toBe(true);
  await until(() => annChat.events.length > 0, { what: "stop" });
  expect(annChat.events).toEqual([["client-typing-stop", {}, undefined]]);
});

test("on a presence channel with who sent it, whatever the payload claims; names that are none of ours don't come through", async () => {
  const bob = await join(roost("bob"), ROOM);
  const mallory = await stranger("mallory", ROOM);
  mallory.trigger("client-anything", { userId: "ann" });
  mallory.trigger("client-typing-start", { userId: "ann", user_id: "ann" });
  await until(() => bob.events.length > 0, { what: "typing" });
  expect(bob.events).toEqual([["client-typing-start", { userId: "ann", user_id: "ann" }, "mallory"]]);
});

test("who is here: users, not connections; whole each time; gone with the last connection", async () => {
  const bob = await join(roost("bob"), ROOM);
  expect(bob.lists).toEqual([[{ id: "bob", name: "Name of bob" }]]);
  const [first, second] = [roost("ann"), roost("ann")];
  await join(first, ROOM);
  await join(second, ROOM);
  await until(() => bob.here().includes("ann"), { what: "ann to come" });
  expect(bob.lists.at(-1)).toEqual([{ id: "bob", name: "Name of bob" }, { id: "ann", name: "Name of ann" }]);
  first.close();
  const mallory = await join(roost("mallory"), ROOM);
  await until(() => bob.here().includes("mallory"), { what: "mallory to come" });
  expect([bob.here(), mallory.here()]).toEqual([["ann", "bob", "mallory"], ["ann", "bob", "mallory"]]);
  second.close();
  await until(() => !bob.here().includes("ann"), { what: "ann to go" });
  expect(bob.here()).toEqual(["bob", "mallory"]);
  // A user who comes twice is no news.
  expect(bob.lists.map((list) => list.length)).toEqual([1, 2, 3, 2]);
});

test("nothing goes out on a channel that is not subscribed (any more), nor without a connection", async () => {
  const ann = roost("ann");
  const bob = await join(roost("bob"), CHAT);
  expect(ann.trigger(CHAT, "client-typing-start", {})).toBe(false);
  const chat = await join(ann, CHAT);
  chat.leave();
  expect(ann.trigger(CHAT, "client-typing-start", {})).toBe(false);
  const again = await join(ann, CHAT);
  await server.close();
  await until(() => again.states.at(-1) === "pending", { what: "the loss" });
  expect(ann.trigger(CHAT, "client-typing-start", {})).toBe(false);
  expect(bob.events).toEqual([]);
});

test("left and joined again twenty times: one handler, one event", async () => {
  const ann = roost("ann");
  const bob = roost("bob");
  let chat = await join(bob, CHAT);
  for (let times = 0; times < 20; times++) {
    chat.leave();
    chat = await join(bob, CHAT);
  }
  await join(ann, CHAT);
  ann.trigger(CHAT, "client-typing-start", {});
  ann.trigger(CHAT, "client-typing-stop", {});
  await until(() => chat.events.length >= 2, { what: "both" });
  expect(chat.events.map(([event]) => event)).toEqual(["client-typing-start", "client-typing-stop"]);
});
