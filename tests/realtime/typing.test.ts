/** Typing, as the others are told and as they are believed. Covers B6 and issue 4's bar 4. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { RELEASE_GRACE_MS } from "#app/realtime/channel-users.ts";
import { LiveEngine, POLL_MS } from "#app/realtime/engine.ts";
import type { LiveEvent } from "#app/realtime/live-event.ts";
import { readTyping } from "#app/realtime/typing/read-typing.ts";
import { TYPING_EVERY_MS, TYPING_STOP_AFTER_MS, TypingSignal, type TypingState } from "#app/realtime/typing/signal.ts";
import type { TypingTarget } from "#app/realtime/typing/target.ts";
import { Typing } from "#app/realtime/typing/typing.ts";
import { MOST_WRITERS, TYPING_FORGOTTEN_AFTER_MS, Writers } from "#app/realtime/typing/writers.ts";
import { ME, OTHER } from "./model-server.ts";
import { virtualClock } from "./virtual-clock.ts";
import { World } from "./world.ts";

function signalling(sends = () => true) {
  const clock = virtualClock();
  const told: { at: number; state: TypingState }[] = [];
  const begun = clock.now();
  const signal = new TypingSignal({
    ...clock,
    send: (state) => {
      if (!sends()) return false;
      told.push({ at: clock.now() - begun, state });
      return true;
    },
  });
  return { clock, signal, told };
}

describe("what the others are told", () => {
  test("start with the first key, once a second while it goes on, stop after three seconds of rest", async () => {
    const { clock, signal, told } = signalling();
    for (let key = 0; key < 25; key++) {
      signal.writing();
      await clock.advance(100);
    }
    await clock.advance(10_000);
    expect(told).toEqual([
      { at: 0, state: "start" },
      { at: 1_000, state: "start" },
      { at: 2_000, state: "start" },
      { at: 2_400 + TYPING_STOP_AFTER_MS, state: "stop" },
    ]);
    expect(clock.pending).toBe(0);
  });

  test("stop on sending; within the second of a start, as soon as that is over", async () => {
    const { clock, signal, told } = signalling();
    signal.writing();
    await clock.advance(400);
    signal.resting();
    expect(told).toEqual([{ at: 0, state: "start" }]);
    await clock.advance(5_000);
    expect(told).toEqual([{ at: 0, state: "start" }, { at: 1_000, state: "stop" }]);
    signal.writing();
    await clock.advance(1_500);
    signal.resting();
    expect(told.slice(2)).toEqual([{ at: 5_400, state: "start" }, { at: 6_900, state: "stop" }]);
    expect(clock.pending).toBe(0);
  });

  test("sent and written on at once: the stop in between is left out", async () => {
    const { clock, signal, told } = signalling();
    signal.writing();
    await clock.advance(300);
    signal.resting();
    await clock.advance(300);
    signal.writing();
    await clock.advance(800);
    signal.writing();
    expect(told).toEqual([{ at: 0, state: "start" }, { at: 1_400, state: "start" }]);
  });

  test("what could not be sent was not told: nobody has to be told that it ended", async () => {
    let up = false;
    const { clock, signal, told } = signalling(() => up);
    signal.writing();
    await clock.advance(500);
    up = true;
    signal.resting();
    await clock.advance(10_000);
    expect(told).toEqual([]);
    signal.writing();
    expect(told).toHaveLength(1);
  });

  test("whatever somebody types: never more than one event a second, and the last one true", async () => {
    const steps = fc.array(fc.tuple(fc.constantFrom("writing" as const, "resting" as const), fc.integer({ min: 0, max: 4_000 })), { maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(steps, async (moves) => {
        const { clock, signal, told } = signalling();
        for (const [move, pause] of moves) {
          signal[move]();
          await clock.advance(pause);
        }
        await clock.advance(TYPING_STOP_AFTER_MS + TYPING_EVERY_MS);
        for (const [index, { at }] of told.entries()) if (index > 0) expect(at - told[index - 1]!.at).toBeGreaterThanOrEqual(TYPING_EVERY_MS);
        expect(told.at(-1)?.state ?? "stop").toBe("stop");
        expect(told[0]?.state ?? "start").toBe("start");
        expect(clock.pending).toBe(0);
      }),
      { numRuns: 200 },
    );
  });
});

describe("who is shown", () => {
  test("in the order in which they began, until they stop or six seconds have brought no news", async () => {
    const clock = virtualClock();
    const writers = new Writers(clock);
    const shown = () => writers.current.map(({ id }) => id);
    writers.started("ada", null);
    await clock.advance(2_000);
    writers.started("ben", "Ben");
    writers.started("ada", null);
    expect(shown()).toEqual(["ada", "ben"]);
    writers.stopped("ben");
    writers.stopped("nobody");
    expect(shown()).toEqual(["ada"]);
    await clock.advance(TYPING_FORGOTTEN_AFTER_MS - 1);
    expect(shown()).toEqual(["ada"]);
    await clock.advance(1);
    expect(shown()).toEqual([]);
    expect(clock.pending).toBe(0);
  });

  test("going on is no change: nothing renders anew", () => {
    const writers = new Writers(virtualClock());
    let changes = 0;
    writers.subscribe(() => changes++);
    writers.started("ada", "Ada");
    const { current } = writers;
    for (let second = 0; second < 10; second++) writers.started("ada", "Ada");
    expect(writers.current).toBe(current);
    expect(changes).toBe(1);
  });

  test("a crowd is bounded, and cleared at once", () => {
    const clock = virtualClock();
    const writers = new Writers(clock);
    for (let index = 0; index < 10 * MOST_WRITERS; index++) writers.started(`u${index}`, null);
    expect(writers.current).toHaveLength(MOST_WRITERS);
    writers.clear();
    expect([writers.current.length, clock.pending]).toEqual([0, 0]);
  });
});

const direct: TypingTarget = { kind: "direct", conversationId: "c1", channel: "private-chat-c1", viewerId: ME, otherId: OTHER };
const room: TypingTarget = { kind: "room", conversationId: "r1", channel: "private-chat-room-r1", viewerId: ME, presenceChannel: "presence-chat-room-r1" };
const event = (channel: string, name: string, data: unknown, sender?: string): LiveEvent => ({ channel, event: name, data, stamp: null, sender });

describe("who is believed", () => {
  const started = (userId: string, name: string | null = null) => ({ state: "start", userId, name });

  test("the other one of a private chat, with or without a word about who", () => {
    for (const data of [{}, { userId: OTHER }]) expect(readTyping(event("private-chat-c1", "client-typing-start", data), direct)).toEqual(started(OTHER));
    expect(readTyping(event("private-chat-c1", "client-typing-stop", {}), direct)).toEqual({ state: "stop", userId: OTHER, name: null });
  });

  test("whom Channels names in a room", () => {
    expect(readTyping(event("presence-chat-room-r1", "client-typing-start", {}, "ada"), room)).toEqual(started("ada"));
  });

  test("the server, in both", () => {
    expect(readTyping(event("private-chat-c1", "typing-start", { conversationId: "c1", userId: OTHER, name: "Other" }), direct)).toEqual(started(OTHER, "Other"));
    expect(readTyping(event("private-chat-room-r1", "typing-stop", { conversationId: "r1", userId: "ada", name: "Ada" }), room)).toEqual({ state: "stop", userId: "ada", name: "Ada" });
  });

  test("a message that has come, or somebody's leaving, ends it", () => {
    expect(readTyping(event("private-chat-c1", "new-message", { senderId: OTHER }), direct)).toMatchObject({ state: "stop", userId: OTHER });
    for (const change of ["removed", "left"]) expect(readTyping(event("private-chat-room-r1", "member-changed", { userId: "ada", change }), room)).toMatchObject({ state: "stop", userId: "ada" });
    for (const change of ["joined", undefined]) expect(readTyping(event("private-chat-room-r1", "member-changed", { userId: "ada", change }), room)).toBeNull();
  });

  const huge = { userId: OTHER, padding: "x".repeat(10_000) };
  test.each<[string, TypingTarget, LiveEvent]>([
    ["own devices", direct, event("private-chat-c1", "client-typing-start", { userId: ME })],
    ["a third one's name in a private chat", direct, event("private-chat-c1", "client-typing-start", { userId: "ada" })],
    ["another channel", direct, event("private-chat-c2", "client-typing-start", {})],
    ["a room's channel, where Channels names nobody", room, event("private-chat-room-r1", "client-typing-start", { userId: "ada" })],
    ["a presence channel's event without its sender", room, event("presence-chat-room-r1", "client-typing-start", { userId: "ada" })],
    ["a sender who claims to be somebody else", room, event("presence-chat-room-r1", "client-typing-start", { userId: "ada" }, "ben")],
    ["another room", room, event("presence-chat-room-r2", "client-typing-start", {}, "ada")],
    ["oneself in another browser", room, event("presence-chat-room-r1", "client-typing-start", {}, ME)],
    ["a text instead of an object", direct, event("private-chat-c1", "client-typing-start", "start")],
    ["a list", direct, event("private-chat-c1", "client-typing-start", [])],
    ["nothing", direct, event("private-chat-c1", "client-typing-start", null)],
    ["a number as an id", direct, event("private-chat-c1", "client-typing-start", { userId: 7 })],
    ["a huge payload", direct, event("private-chat-c1", "client-typing-start", huge)],
    ["a huge payload of a true sender", room, event("presence-chat-room-r1", "client-typing-start", huge, OTHER)],
    ["other names", direct, event("private-chat-c1", "client-typing-forever", {})],
    ["the server's event in a client's clothes", direct, event("private-chat-c1", "client-new-message", { senderId: OTHER })],
    ["the server about another conversation", direct, event("private-chat-c1", "typing-start", { conversationId: "c2", userId: OTHER, name: "Other" })],
    ["the server about somebody who is not in the chat", direct, event("private-chat-c1", "typing-start", { conversationId: "c1", userId: "ada", name: "Ada" })],
    ["the server without a name", room, event("private-chat-room-r1", "typing-start", { conversationId: "r1", userId: "ada" })],
    ["oneself by the server", room, event("private-chat-room-r1", "typing-start", { conversationId: "r1", userId: ME, name: "Me" })],
  ])("nobody else: %s", (_what, target, forged) => expect(readTyping(forged, target)).toBeNull());
});

interface Opened {
  target?: TypingTarget;
  clientEvents?: boolean;
  push?: boolean;
}

async function opened({ target = direct, clientEvents = true, push = true }: Opened = {}) {
  const world = new World({ push });
  world.engine = new LiveEngine({ ...world.server.position([]), push, clientEvents });
  world.start();
  if (push) world.connection.become("connected");
  const leaveChat = world.engine.use(target.channel);
  await world.clock.advance(POLL_MS);
  const posted: object[] = [];
  const typing = new Typing({ ...world.clock, engine: world.engine, target, post: async (one) => void posted.push(one) });
  return { world, posted, typing, leaveChat };
}

describe("an open conversation", () => {
  test("tells and shows over Channels, and asks the server nothing", async () => {
    const { world, posted, typing } = await opened();
    typing.start();
    typing.changed(false);
    await world.clock.advance(TYPING_EVERY_MS);
    typing.resting();
    expect(world.connection.triggered).toEqual([
      { channel: "private-chat-c1", event: "client-typing-start", data: { userId: ME } },
      { channel: "private-chat-c1", event: "client-typing-stop", data: { userId: ME } },
    ]);
    expect(posted).toEqual([]);
    world.connection.push("private-chat-c1", "client-typing-start", { userId: OTHER });
    expect(typing.writers.current).toEqual([{ id: OTHER, name: null }]);
  });

  test("emptied is as good as sent", async () => {
    const { world, typing } = await opened();
    typing.start();
    typing.changed(false);
    await world.clock.advance(TYPING_EVERY_MS);
    typing.changed(true);
    expect(world.connection.triggered.map(({ event: name }) => name)).toEqual(["client-typing-start", "client-typing-stop"]);
  });

  test.each<[string, Opened]>([
    ["client events are off", { clientEvents: false }],
    ["client events are off, in a room", { clientEvents: false, target: room }],
    ["the room has no presence channel for the viewer", { target: { ...room, presenceChannel: null } }],
  ])("has the server tell where %s", async (_why, options) => {
    const { world, posted, typing } = await opened(options);
    const { conversationId } = options.target ?? direct;
    typing.start();
    typing.changed(false);
    typing.resting();
    await world.clock.advance(2_000);
    expect(world.connection.triggered).toEqual([]);
    expect(posted).toEqual([{ conversationId, state: "start" }, { conversationId, state: "stop" }]);
  });

  test("has the server tell where the presence channel is full, and stays connected", async () => {
    const { world, posted, typing } = await opened({ target: room });
    world.connection.refused.add("presence-chat-room-r1");
    typing.start();
    expect(world.engine.state).toBe("connected");
    typing.changed(false);
    expect([world.connection.triggered, posted]).toEqual([[], [{ conversationId: "r1", state: "start" }]]);
  });

  test.each([{ clientEvents: true }, { clientEvents: false }])("without push nothing is told, asked or broken (client events $clientEvents)", async ({ clientEvents }) => {
    for (const push of [false, true]) {
      const { world, posted, typing } = await opened({ clientEvents, push });
      if (push) world.connection.become("stopped");
      await world.clock.advance(POLL_MS);
      expect(world.engine.state).toBe("polling");
      typing.start();
      typing.changed(false);
      await world.clock.advance(10_000);
      expect([world.connection.triggered, posted, typing.writers.current]).toEqual([[], [], []]);
      expect(world.engine.state).toBe("polling");
    }
  });

  test("left while writing: the others learn it, and what was shown is gone", async () => {
    const { world, typing, leaveChat } = await opened();
    const stop = typing.start();
    world.connection.push("private-chat-c1", "client-typing-start", {});
    typing.changed(false);
    await world.clock.advance(500);
    leaveChat();
    stop();
    expect(typing.writers.current).toEqual([]);
    await world.clock.advance(RELEASE_GRACE_MS);
    expect(world.connection.triggered.map(({ event: name }) => name)).toEqual(["client-typing-start", "client-typing-stop"]);
    world.connection.push("private-chat-c1", "client-typing-start", {});
    expect(typing.writers.current).toEqual([]);
  });

  test("opened, written in and left 1,000 times: handlers, channels and timers as before", async () => {
    const { world, leaveChat } = await opened();
    leaveChat();
    await world.clock.advance(POLL_MS);
    const standing = () => ({ channels: world.engine.channels, handlers: world.connection.handlers.size, timers: world.clock.pending });
    const before = standing();
    for (let opening = 0; opening < 1_000; opening++) {
      const target: TypingTarget = { ...room, conversationId: `r${opening}`, channel: `private-chat-room-${opening}`, presenceChannel: `presence-chat-room-${opening}` };
      const typing = new Typing({ ...world.clock, engine: world.engine, target, post: async () => {} });
      const stop = typing.start();
      world.connection.push(target.presenceChannel!, "client-typing-start", {}, OTHER);
      typing.changed(false);
      expect(typing.writers.current).toHaveLength(1);
      await world.clock.advance(1);
      stop();
    }
    await world.clock.advance(POLL_MS);
    expect(standing()).toEqual(before);
    // One start each; stops of rooms left long ago have nowhere to go.
    expect(world.connection.triggered.filter(({ event: name }) => name === "client-typing-start")).toHaveLength(1_000);
  });

  test("another browser's event is never taken for a durable one, whatever stamp it carries", async () => {
    const { world, typing } = await opened();
    typing.start();
    const { requests } = world;
    const before = requests.length;
    const _event = { id: "forged", seq: 999_999, offset: 999, epoch: "another", at: 0 };
    for (const name of ["client-typing-start", "client-new-message"]) world.connection.push("private-chat-c1", name, { _event, truncated: true });
    await world.clock.advance(1_000);
    expect(world.engine.log.newest).toBeLessThan(999_999);
    expect([requests.length, world.resets, world.engine.state]).toEqual([before, 0, "connected"]);
  });
});
