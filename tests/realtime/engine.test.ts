import { beforeEach, describe, expect, test } from "vitest";
import { CHECK_JITTER, CHECK_MS, POLL_MS, SPREAD_MS } from "#app/realtime/engine.ts";
import { Fold } from "#app/realtime/fold.ts";
import type { MessagesState } from "#app/realtime/reducers/messages.ts";
import { reduceMessages } from "#app/realtime/reducers/messages.ts";
import { SILENCE_MS } from "#app/realtime/push-watch.ts";
import { SYNC_LATE_MS, SYNC_LIMIT_MS } from "#app/realtime/sync-request.ts";
import { View } from "#app/realtime/view.ts";
import { userChannel } from "#app/domain/channels.ts";
import { emptyChat, ME, OTHER } from "./model-server.ts";
import type { WorldOptions } from "./world.ts";
import { World } from "./world.ts";
import { seeded } from "./seeded.ts";

/** Long enough for what is asked for "at once". */
const SOON_MS = 200;

function openChat(world: World, id = "c1") {
  const { channel } = world.server.conversations.get(id)!;
  const view = new View(world.engine.log, world.server.position([channel]), [channel]);
  const fold = new Fold<MessagesState>(view, world.server.conversation(id), reduceMessages);
  const close = [world.engine.watch(view), world.engine.use(channel)];
  return { channel, view, shown: () => fold.current().messages.map(({ body }) => body), close: () => close.forEach((stop) => stop()) };
}

function newWorld(options: WorldOptions = {}) {
  const world = new World(options);
  world.server.addConversation();
  world.engine = world.makeEngine();
  return world;
}

describe("connected", () => {
  let world: World;
  let chat: ReturnType<typeof openChat>;

  beforeEach(async () => {
    world = newWorld();
    chat = openChat(world);
    world.start();
    world.connection.become("connected");
    await world.clock.advance(SOON_MS);
  });

  test("a pushed event is shown at once, without a request", () => {
    const before = world.requests.length;
    world.push(world.server.send("c1", OTHER, "a").row);
    expect(chat.shown()).toEqual(["a"]);
    expect(world.requests).toHaveLength(before);
  });

  test("a double changes nothing", () => {
    const { row } = world.server.send("c1", OTHER, "a");
    world.push(row);
    world.push(row);
    expect(chat.shown()).toEqual(["a"]);
    expect(world.engine.log.size).toBe(1);
  });

  test("an event past a hole waits until one sync has filled it", async () => {
    const before = world.requests.length;
    const lost = world.server.send("c1", OTHER, "lost").row!;
    world.push(world.server.send("c1", OTHER, "after").row);
    expect(chat.shown()).toEqual([]);
    await world.clock.advance(SOON_MS);
    expect(chat.shown()).toEqual(["lost", "after"]);
    expect(world.requests).toHaveLength(before + 1);
    world.push(lost);
    expect(chat.shown()).toEqual(["lost", "after"]);
  });

  test("nothing is waited for on the channel of a room that one was taken out of, until one is back", async () => {
    const room = world.server.addRoom();
    const { shown } = openChat(world, room.id);
    const list = new View(world.engine.log, world.server.position([room.channel]), "all");
    world.engine.watch(list);
    await world.clock.advance(SOON_MS);
    world.server.send(room.id, OTHER, "lost");
    const past = world.server.send(room.id, OTHER, "past the hole").row;
    for (const row of world.server.removeMe(room.id)) if (row?.channel === userChannel(ME)) world.push(row);
    world.push(past);
    const before = world.requests.length;
    await world.clock.advance(CHECK_MS / 2);
    expect(world.requests.length - before).toBeLessThanOrEqual(1);
    expect([world.resets, shown()]).toEqual([0, []]);
    world.server.addMe(room.id);
    world.push(world.server.send(room.id, OTHER, "back").row);
    expect(list.waits()).toBe(true);
  });

  test("a truncated event is fetched, and what follows waits for it", async () => {
    const large = world.server.send("c1", OTHER, "large").row!;
    world.push(large, ({ _event }) => ({ _event, truncated: true }));
    world.push(world.server.send("c1", OTHER, "next").row);
    expect(chat.shown()).toEqual([]);
    await world.clock.advance(SOON_MS);
    expect(chat.shown()).toEqual(["large", "next"]);
  });

  test("an unreadable event is logged and nothing else", () => {
    world.connection.push(chat.channel, "new-message", { _event: { id: 7 } });
    expect(world.logged).toEqual(["unreadable event"]);
    expect(chat.shown()).toEqual([]);
  });

  test("the quiet check comes every 20 s with jitter and is answered 304", async () => {
    const early = newWorld({ random: () => 0 });
    early.start();
    early.connection.become("connected");
    await early.clock.advance(SOON_MS);
    const settled = early.requests.length;
    await early.clock.advance(CHECK_MS * (1 - CHECK_JITTER) - SOON_MS);
    expect(early.requests).toHaveLength(settled);
    await early.clock.advance(SOON_MS * 2);
    expect(early.requests).toHaveLength(settled + 1);

    await world.clock.advance(CHECK_MS * 5);
    const last = world.requests.slice(-3);
    expect(last.map(({ status }) => status)).toEqual([304, 304, 304]);
    expect(last[2]!.at - last[1]!.at).toBe(CHECK_MS + 10);
    expect(world.engine.state).toBe("connected");
  });

  test("a silent relay is noticed by the check, then polled, until push is back", async () => {
    await world.clock.advance(SILENCE_MS * 2);
    world.server.send("c1", OTHER, "unpushed");
    await world.clock.advance(CHECK_MS + SILENCE_MS + SOON_MS);
    expect(chat.shown()).toEqual(["unpushed"]);
    expect(world.engine.state).toBe("polling");
    world.server.send("c1", OTHER, "again");
    await world.clock.advance(POLL_MS + SOON_MS);
    expect(chat.shown()).toEqual(["unpushed", "again"]);
    world.push(world.server.send("c1", OTHER, "pushed").row);
    expect(world.engine.state).toBe("connected");
  });

  test("waking after a sleep asks at once; being awake does not", async () => {
    await world.clock.advance(3_000);
    world.server.send("c1", OTHER, "missed");
    const before = world.requests.length;
    await world.clock.advance(4_000);
    expect(world.requests).toHaveLength(before);
    world.clock.sleep(25_000);
    await world.clock.advance(2_000);
    expect(chat.shown()).toEqual(["missed"]);
    expect(world.requests).toHaveLength(before + 1);
    expect(world.connection.wakes).toBe(1);
  });

  test("returning to view and being online again ask at once", async () => {
    await world.clock.advance(3_000);
    const before = world.requests.length;
    world.signal("visible");
    await world.clock.advance(SOON_MS);
    world.signal("online");
    await world.clock.advance(SOON_MS);
    world.signal("restored");
    await world.clock.advance(SOON_MS);
    expect(world.requests).toHaveLength(before + 3);
  });

  test("triggers that come together share one request; one that comes during it gets another", async () => {
    await world.clock.advance(3_000);
    const before = world.requests.length;
    for (let times = 0; times < 10; times++) world.signal("online");
    await world.clock.advance(5);
    expect(world.requests.length - before).toBe(0);
    for (let times = 0; times < 10; times++) world.signal("online");
    await world.clock.advance(SOON_MS);
    expect(world.requests.length - before).toBe(2);
  });

  test("a notification for a chat that is not subscribed is answered by a sync; for an open one by none", async () => {
    const other = world.server.addConversation();
    const hint = (messageId: string) => ({ messageId, conversationId: "x", senderName: "", preview: "", _event: { id: `h-${messageId}`, seq: world.server.seq, offset: null, epoch: "e1", at: 0 } });
    await world.clock.advance(1_000);
    const before = world.requests.length;
    const open = world.server.send("c1", OTHER, "open");
    world.push(open.row);
    world.connection.push(userChannel(ME), "message-notification", hint(open.message.id));
    await world.clock.advance(1_000);
    expect(world.requests).toHaveLength(before);
    const closed = world.server.send(other.id, OTHER, "closed");
    world.connection.push(userChannel(ME), "message-notification", hint(closed.message.id));
    world.connection.push(userChannel(ME), "message-notification", hint(closed.message.id));
    await world.clock.advance(1_000);
    expect(world.requests).toHaveLength(before + 1);
    expect(world.engine.log.holds((event) => event.channel === other.channel)).toBe(true);
  });

  test("what was sent by this browser is fetched if its event does not come", async () => {
    const before = world.requests.length;
    const { message, row } = world.server.send("c1", ME, "own");
    world.push(row);
    world.engine.expectMessage(message.id);
    await world.clock.advance(1_000);
    expect(world.requests).toHaveLength(before);
    world.engine.expectMessage(world.server.send("c1", ME, "lost").message.id);
    await world.clock.advance(1_000);
    expect(chat.shown()).toEqual(["own", "lost"]);
  });

  test("events are told once each, by push or by sync, ephemeral ones too", async () => {
    const told: string[] = [];
    const stop = world.engine.listen(({ event }) => told.push(event));
    const { row } = world.server.send("c1", OTHER, "a");
    world.push(row);
    world.push(row);
    world.signal("online");
    await world.clock.advance(SOON_MS);
    world.connection.push(chat.channel, "client-typing-start", {});
    expect(told).toEqual(["new-message", "client-typing-start"]);
    stop();
    world.connection.push(chat.channel, "client-typing-start", {});
    expect(told).toHaveLength(2);
  });

  test("session-ended asks the server, and 401 signs out and stops", async () => {
    world.network = 401;
    world.push(world.server.note(userChannel(ME), "session-ended", { sessionId: null }));
    await world.clock.advance(SOON_MS);
    expect(world.signedOut).toBe(1);
    expect(world.clock.pending).toBe(0);
    expect(world.connection.closed).toBe(true);
  });
});

describe("catch-up", () => {
  test("pages until nothing is left, in order, and holds live events meanwhile", async () => {
    const world = newWorld({ pageSize: 50 });
    const chat = openChat(world);
    world.start();
    world.connection.become("connected");
    await world.clock.advance(SOON_MS);
    const bodies = Array.from({ length: 500 }, (_, index) => `m${index}`);
    for (const body of bodies) world.server.send("c1", OTHER, body);
    const before = world.requests.length;
    world.push(world.server.send("c1", OTHER, "live").row);
    await world.clock.advance(35);
    expect(chat.shown().length).toBeGreaterThan(0);
    expect(chat.shown()).not.toContain("live");
    await world.clock.advance(SOON_MS);
    expect(chat.shown()).toEqual([...bodies, "live"]);
    expect(world.requests.length - before).toBe(11);
  });

  test("a loader's older position takes the log back", async () => {
    const world = newWorld();
    const chat = openChat(world);
    const older = { ...chat.view.position };
    world.server.send("c1", OTHER, "between");
    world.engine = world.makeEngine();
    world.start();
    await world.clock.advance(POLL_MS * 2);
    const view = new View(world.engine.log, older, [chat.channel]);
    const fold = new Fold<MessagesState>(view, emptyChat(), reduceMessages);
    expect(fold.current().messages).toEqual([]);
    world.engine.watch(view);
    await world.clock.advance(SOON_MS);
    expect(fold.current().messages.map(({ body }) => body)).toEqual(["between"]);
  });

  test("a channel whose offset the loader didn't give begins once sync has covered it", async () => {
    const world = newWorld();
    world.server.send("c1", OTHER, "loaded");
    world.engine = world.makeEngine();
    const { channel } = world.server.conversations.get("c1")!;
    const view = new View(world.engine.log, world.server.position([]), "all");
    const fold = new Fold<MessagesState>(view, world.server.conversation("c1"), reduceMessages);
    world.engine.watch(view);
    world.engine.use(channel);
    world.start();
    world.connection.become("connected");
    await world.clock.advance(SOON_MS);
    world.server.send("c1", OTHER, "lost");
    world.push(world.server.send("c1", OTHER, "pushed").row);
    expect(fold.current().messages.map(({ body }) => body)).toEqual(["loaded"]);
    await world.clock.advance(SOON_MS);
    expect(fold.current().messages.map(({ body }) => body)).toEqual(["loaded", "lost", "pushed"]);
  });

  test.each(["prune", "newEpoch"] as const)("after %s everything is loaded anew, and what was shown stays until then", async (what) => {
    const world = newWorld();
    const chat = openChat(world);
    world.start();
    world.connection.become("connected");
    await world.clock.advance(SOON_MS);
    world.push(world.server.send("c1", OTHER, "shown").row);
    expect(chat.shown()).toEqual(["shown"]);
    world.connection.become("connecting");
    world.network = "down";
    world.server.send("c1", OTHER, "missed");
    world.server[what]();
    world.network = "up";
    await world.clock.advance(POLL_MS);
    expect(world.resets).toBe(1);
    expect(chat.shown()).toEqual(["shown"]);
    // The first reload fails, say: it is asked for again.
    await world.clock.advance(POLL_MS * 3);
    expect(world.resets).toBe(2);
    chat.close();
    const again = openChat(world);
    expect(again.shown()).toEqual(["shown", "missed"]);
    world.server.send("c1", OTHER, "new");
    await world.clock.advance(POLL_MS * 3);
    expect(again.shown()).toEqual(["shown", "missed", "new"]);
    expect(world.resets).toBe(2);
  });

  test("a hole that stays open is asked for again with pauses, then the data is loaded anew", async () => {
    const world = newWorld();
    const chat = openChat(world);
    world.start();
    world.connection.become("connected");
    await world.clock.advance(SOON_MS);
    world.server.send("c1", OTHER, "vanished");
    world.push(world.server.send("c1", OTHER, "after").row);
    world.server.rows = world.server.rows.slice(-1);
    await world.clock.advance(POLL_MS * 4);
    expect(chat.shown()).toEqual([]);
    expect(world.resets).toBeGreaterThan(0);
    expect(world.requests.length).toBeLessThan(15);
  });

  test("the log is cut when nobody needs its beginning", async () => {
    const world = newWorld({ push: false });
    const old = openChat(world);
    world.start();
    for (let count = 0; count < 2_500; count++) world.server.send("c1", OTHER, `m${count}`);
    await world.clock.advance(POLL_MS * 2);
    expect(world.engine.log.size).toBe(2_500);
    expect(old.shown()).toHaveLength(2_500);
    old.close();
    const fresh = openChat(world);
    world.server.send("c1", OTHER, "last");
    await world.clock.advance(POLL_MS * 2);
    expect(world.engine.log.size).toBeLessThan(10);
    expect(fresh.shown()).toHaveLength(2_501);
  });
});

describe("not connected", () => {
  test("polls every 5 s, delivers within 6, and says so", async () => {
    const world = newWorld({ push: false });
    const chat = openChat(world);
    world.start();
    expect(world.engine.state).toBe("polling");
    world.server.send("c1", OTHER, "a");
    await world.clock.advance(POLL_MS + SOON_MS);
    expect(chat.shown()).toEqual(["a"]);
    await world.clock.advance(POLL_MS * 10);
    const times = world.requests.map(({ at }) => at);
    for (let index = 1; index < times.length; index++) expect(times[index]! - times[index - 1]!).toBe(POLL_MS + 10);
    expect(world.engine.state).toBe("polling");
  });

  test("connecting, then polling once a poll succeeded, then connected, then the spread catch-up", async () => {
    const world = newWorld();
    const chat = openChat(world);
    world.start();
    expect(world.engine.state).toBe("connecting");
    await world.clock.advance(POLL_MS + SOON_MS);
    expect(world.engine.state).toBe("polling");
    world.connection.become("connected");
    expect(world.engine.state).toBe("connected");
    await world.clock.advance(SOON_MS);
    world.connection.become("connecting");
    expect(world.engine.state).toBe("connecting");
    await world.clock.advance(SPREAD_MS);
    expect(world.engine.state).toBe("polling");
    world.server.send("c1", OTHER, "missed");
    world.connection.become("connected");
    await world.clock.advance(SPREAD_MS / 2);
    expect(chat.shown()).toEqual([]);
    await world.clock.advance(SOON_MS);
    expect(chat.shown()).toEqual(["missed"]);
  });

  test("500 browsers that reconnect at once spread their catch-up", async () => {
    const random = seeded(7);
    const delays: number[] = [];
    for (let browser = 0; browser < 500; browser++) {
      const world = newWorld({ random });
      world.start();
      world.connection.become("connected");
      await world.clock.advance(SOON_MS);
      world.connection.become("connecting");
      world.network = "down";
      await world.clock.advance(POLL_MS);
      world.network = "up";
      const before = world.requests.length;
      const at = world.clock.now();
      world.connection.become("connected");
      await world.clock.advance(SPREAD_MS + SOON_MS);
      delays.push(world.requests[before]!.at - at);
      world.engine.stop();
    }
    const tenths = Array.from({ length: 10 }, (_, tenth) => delays.filter((delay) => Math.floor((delay * 10) / (SPREAD_MS + SOON_MS)) === tenth).length);
    expect(Math.max(...tenths)).toBeLessThan(120);
    expect(Math.max(...delays)).toBeLessThanOrEqual(SPREAD_MS + SOON_MS);
  });

  test("stopped for good, and refused on a needed channel: polls; when it heals: connected", async () => {
    const world = newWorld();
    const chat = openChat(world);
    world.connection.refused.add(chat.channel);
    world.start();
    world.connection.become("connected");
    expect(world.engine.state).toBe("polling");
    world.server.send("c1", OTHER, "polled");
    await world.clock.advance(POLL_MS + SPREAD_MS);
    expect(chat.shown()).toEqual(["polled"]);
    world.connection.refused.clear();
    world.connection.confirm(chat.channel);
    expect(world.engine.state).toBe("connected");
    world.connection.become("stopped");
    expect(world.engine.state).toBe("polling");
    world.server.send("c1", OTHER, "stopped");
    await world.clock.advance(POLL_MS + SPREAD_MS);
    expect(chat.shown()).toEqual(["polled", "stopped"]);
  });

  test("a refused channel that is left no longer matters", async () => {
    const world = newWorld();
    const chat = openChat(world);
    world.connection.refused.add(chat.channel);
    world.start();
    world.connection.become("connected");
    expect(world.engine.state).toBe("polling");
    chat.close();
    await world.clock.advance(SPREAD_MS);
    expect(world.engine.state).toBe("connected");
  });

  test.each(["down", 500, 503] as const)("network %s: offline, and back by itself", async (network) => {
    const world = newWorld({ push: false });
    const chat = openChat(world);
    world.start();
    world.network = network;
    await world.clock.advance(POLL_MS + SOON_MS);
    expect(world.engine.state).toBe("offline");
    expect(world.logged).toEqual(["sync failed"]);
    world.server.send("c1", OTHER, "later");
    world.network = "up";
    await world.clock.advance(POLL_MS + SOON_MS);
    expect(world.engine.state).toBe("polling");
    expect(chat.shown()).toEqual(["later"]);
  });

  test("asked for patience (429) is not offline", async () => {
    const world = newWorld({ push: false });
    world.start();
    world.network = 429;
    await world.clock.advance(POLL_MS * 2 + SOON_MS);
    expect(world.engine.state).toBe("polling");
  });

  test("an answer that is late says offline within 5 s although the socket claims to be open", async () => {
    const world = newWorld();
    const chat = openChat(world);
    world.start();
    world.connection.become("connected");
    await world.clock.advance(SOON_MS);
    world.network = "hangs";
    world.clock.sleep(25_000);
    world.server.send("c1", OTHER, "missed");
    await world.clock.advance(2_000);
    await world.clock.advance(SYNC_LATE_MS);
    expect(world.engine.state).toBe("offline");
    world.network = "up";
    expect(chat.shown()).toEqual([]);
    // A network that is back doesn't wait for the request that hangs.
    world.signal("online");
    await world.clock.advance(SOON_MS);
    expect(world.engine.state).toBe("connected");
    expect(chat.shown()).toEqual(["missed"]);
  });

  test("a request that hangs is given up by itself, too", async () => {
    const world = newWorld({ push: false });
    const chat = openChat(world);
    world.start();
    world.network = "hangs";
    await world.clock.advance(POLL_MS * 2);
    world.network = "up";
    world.server.send("c1", OTHER, "later");
    await world.clock.advance(SYNC_LIMIT_MS + POLL_MS);
    expect(chat.shown()).toEqual(["later"]);
  });

  test("the browser's word that there is no network counts until a sync shows otherwise", async () => {
    const world = newWorld();
    world.start();
    world.connection.become("connected");
    await world.clock.advance(SOON_MS);
    world.signal("offline");
    expect(world.engine.state).toBe("offline");
    await world.clock.advance(CHECK_MS + SOON_MS);
    expect(world.engine.state).toBe("connected");
  });
});

describe("the browser says that there is no network", () => {
  test("an answer to what was asked before that shows nothing else; the next one does", async () => {
    let latency = 10;
    const world = newWorld({ latency: () => latency });
    world.start();
    world.connection.become("connected");
    await world.clock.advance(SOON_MS);
    latency = 400;
    world.signal("online");
    await world.clock.advance(100);
    world.network = "down";
    world.signal("offline");
    expect(world.engine.state).toBe("offline");
    await world.clock.advance(500);
    expect(world.engine.state).toBe("offline");
    await world.clock.advance(10_000);
    expect(world.engine.state).toBe("offline");
    world.network = "up";
    latency = 10;
    world.signal("online");
    await world.clock.advance(SOON_MS);
    expect(world.engine.state).toBe("connected");
  });
});

describe("channels are given back", () => {
  test("1,000 openings leave one handler a channel, no subscription, no view and no timer behind", async () => {
    const world = newWorld();
    world.start();
    world.connection.become("connected");
    await world.clock.advance(SOON_MS);
    const before = { timers: world.clock.pending, subscribed: [...world.connection.handlers.keys()], size: world.engine.log.size };
    for (let times = 0; times < 1_000; times++) {
      const chats = [openChat(world), openChat(world)];
      for (const { close } of chats) {
        close();
        close();
      }
      if (times % 100 === 0) await world.clock.advance(2_000);
    }
    await world.clock.advance(2_000);
    expect([...world.connection.handlers.keys()]).toEqual(before.subscribed);
    expect(world.engine.channels).toEqual(before.subscribed);
    expect(world.clock.pending).toBeLessThanOrEqual(before.timers);
    expect(world.engine.log.size).toBe(before.size);
    // A route change within the grace does not subscribe anew.
    expect(world.connection.subscriptions).toBeLessThan(15);
  });

  test("a route change keeps the subscription", async () => {
    const world = newWorld();
    world.start();
    world.connection.become("connected");
    const first = openChat(world);
    const { subscriptions } = world.connection;
    for (let times = 0; times < 100; times++) {
      const next = openChat(world);
      first.close();
      await world.clock.advance(20);
      next.close();
      await world.clock.advance(20);
    }
    expect(world.connection.subscriptions).toBe(subscriptions);
    await world.clock.advance(2_000);
    expect(world.connection.handlers.has(first.channel)).toBe(false);
  });

  test("stopping leaves nothing, and it starts again", async () => {
    const world = newWorld();
    const chat = openChat(world);
    world.start();
    world.connection.become("connected");
    await world.clock.advance(SOON_MS);
    world.engine.stop();
    await world.clock.advance(60_000);
    expect(world.clock.pending).toBe(0);
    expect(world.pageListeners).toBe(0);
    expect(world.connection.listeners).toBe(0);
    expect(world.connection.handlers.size).toBe(0);
    world.server.send("c1", OTHER, "while stopped");
    world.engine.start(world.env);
    await world.clock.advance(POLL_MS + SOON_MS);
    expect(chat.shown()).toEqual(["while stopped"]);
  });
});
