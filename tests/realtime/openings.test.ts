/** Chats opened and left a thousand times leave an engine as it was. */
import { expect, test } from "vitest";
import { LINGERING_MOST, RELEASE_GRACE_MS } from "#app/realtime/channel-users.ts";
import { POLL_MS } from "#app/realtime/engine.ts";
import { reduceMessages } from "#app/realtime/reducers/messages.ts";
import { OTHER } from "./model-server.ts";
import { Screen } from "./screen.ts";
import { World } from "./world.ts";

const OPENINGS = 1_000;

async function openedPage() {
  const world = new World();
  world.server.addConversation();
  world.engine = world.makeEngine();
  world.start();
  world.connection.become("connected");
  await world.clock.advance(POLL_MS);
  return world;
}

/** A chat's page: its screen, its channel. */
function open(world: World, channel: string) {
  const screen = new Screen({ world, channels: [channel], positioned: [channel], read: () => world.server.conversation("c1"), reducer: reduceMessages, loadMs: () => 0 });
  const leave = world.engine.use(channel);
  return {
    screen,
    leave: () => {
      leave();
      screen.close();
    },
  };
}

const standing = (world: World) => ({
  handlers: world.connection.handlers.size,
  channels: world.engine.channels.length,
  listeners: world.connection.listeners,
  signals: world.pageListeners,
  timers: world.clock.pending,
});

test.each([
  { hurry: "at leisure", pauseMs: 2 * RELEASE_GRACE_MS, most: 2 },
  { hurry: "in a hurry", pauseMs: 1, most: LINGERING_MOST + 2 },
])(`${OPENINGS} chats opened and left $hurry: bounded meanwhile, and all as before in the end`, async ({ pauseMs, most }) => {
  const world = await openedPage();
  const before = standing(world);
  expect(before).toMatchObject({ handlers: 1, channels: 1, listeners: 1 });
  let mostSeen = 0;
  for (let opening = 0; opening < OPENINGS; opening++) {
    const chat = open(world, `private-chat-${opening}`);
    await world.clock.advance(pauseMs);
    mostSeen = Math.max(mostSeen, world.connection.handlers.size);
    chat.leave();
  }
  await world.clock.advance(POLL_MS);
  expect(mostSeen).toBeLessThanOrEqual(most);
  expect(standing(world)).toEqual(before);
});

test(`one chat opened and left ${OPENINGS} times: one handler, and one bubble a message`, async () => {
  const world = await openedPage();
  for (let opening = 0; opening < OPENINGS; opening++) {
    const chat = open(world, "private-chat-c1");
    await world.clock.advance(1);
    chat.leave();
  }
  const { screen } = open(world, "private-chat-c1");
  await world.clock.advance(POLL_MS);
  expect(world.connection.subscriptions).toBe(2);
  world.push(world.server.send("c1", OTHER, "once").row);
  expect(screen.state.messages.map(({ body }) => body)).toEqual(["once"]);
  expect(world.connection.handlers.size).toBe(2);
});
