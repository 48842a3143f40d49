/** Whom a row reaches is asked when it is published: audiences of rooms, what stays off the wire, whose connections end. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { roomChannel, userChannel } from "#app/domain/channels.ts";
import { editMessage, markRead, openDirect, sendMessage } from "#app/domain/conversations/commands.server.ts";
import { EVENT_TYPES } from "#app/domain/events.ts";
import { newId } from "#app/domain/ids.ts";
import { setNotifyLevel } from "#app/domain/notifications/commands.server.ts";
import { createRoom, inviteToRoom, joinRoom, leaveRoom, removeMember } from "#app/domain/rooms/commands.server.ts";
import type { Viewer } from "#app/domain/viewer.ts";
import { contextOver, fillRoom, person } from "#tests/domain/people.ts";
import { testDatabase, type TestDatabase } from "#tests/support/database.ts";
import { manualClock, type ManualClock } from "#tests/support/manual-clock.ts";
import { scriptedPublisher, type ScriptedPublisher } from "#tests/support/sink.ts";
import type { PublishOutcome } from "#worker/relay/publishers/publisher.ts";
import type { Relay } from "#worker/relay/relay.ts";
import { relayOn, rowsOf } from "./support.ts";

const down: PublishOutcome = { kind: "unavailable", reason: "network", detail: "down", retryAfterMs: null };

let test: TestDatabase;
let ctx: ReturnType<typeof contextOver>;
let clock: ManualClock;
let publisher: ScriptedPublisher;
let relay: Relay | undefined;
let amal: Viewer, badr: Viewer, chadi: Viewer;
let room: string;

beforeEach(async () => {
  test = await testDatabase();
  ctx = contextOver(test.db);
  clock = manualClock(ctx.now());
  publisher = scriptedPublisher(clock.monotonic);
  [amal, badr, chadi] = [await person(ctx, "Amal"), await person(ctx, "Badr"), await person(ctx, "Chadi")];
  ({ conversationId: room } = await createRoom(ctx, amal, { name: "Kitchen", access: "closed" }));
  await inviteToRoom(ctx, amal, { conversationId: room, userId: badr.userId });
});
afterEach(async () => {
  await relay?.stop();
  relay = undefined;
  await test.close();
});

const send = async (viewer: Viewer, body: string, conversationId = room) => (await sendMessage(ctx, viewer, { conversationId, clientId: newId(), body })).message;
const forget = () => ctx.db.batch([{ sql: "DELETE FROM outbox_events" }]);
/** Until everything that can be sent is. */
async function relayed(ms = 300) {
  relay ??= relayOn(await test.openAnother(), publisher, { clock, random: () => 0.5, eventTypes: EVENT_TYPES });
  await clock.advance(ms);
}
const hinted = () => publisher.taken.filter(({ name }) => name === "message-notification").map(({ channel }) => channel);
const states = async () => (await rowsOf(test.db)).map(({ state }) => state);

describe("a message in a room", () => {
  it("is a hint to each of a thousand others, once, in requests of a hundred channels, and to its sender not at all", async () => {
    const others = [...(await fillRoom(ctx, room, 999)), badr.userId];
    await forget();
    await send(amal, "hello all");
    expect((await rowsOf(test.db)).map((row) => row.payload.includes(others[5]!))).toEqual([false, false]);
    await relayed();
    expect(hinted().sort()).toEqual(others.map(userChannel).sort());
    const sizes = publisher.requests.filter(({ events }) => events[0]!.name === "message-notification").map(({ events }) => events.map(({ channels }) => channels.length));
    expect(sizes).toEqual(Array.from({ length: 10 }, () => [100]));
    expect(await states()).toEqual(["delivered", "delivered"]);
  });

  it("goes on after the requests that were taken when one fails, whoever comes or goes meanwhile", async () => {
    const others = [...(await fillRoom(ctx, room, 250)), badr.userId].map(userChannel).sort();
    await forget();
    await send(amal, "hello");
    let hints = 0;
    publisher.script = ({ events }) => (events[0]!.name === "message-notification" && ++hints === 2 ? down : undefined);
    await relayed(0);
    expect(hinted()).toHaveLength(100);
    await leaveRoom(ctx, badr, { conversationId: room });
    await ctx.db.batch([{ sql: "DELETE FROM conversation_members WHERE conversation_id = ? AND user_id IN (SELECT user_id FROM conversation_members WHERE conversation_id = ? AND role = 'member' LIMIT 50)", args: [room, room] }]);
    await relayed(5_000);
    expect(hinted().sort()).toEqual(others);
  });

  it("is a hint only to those who want it and have not read it, by the member's level, else the person's own", async () => {
    const dana = await person(ctx, "Dana");
    for (const { userId } of [chadi, dana]) await inviteToRoom(ctx, amal, { conversationId: room, userId });
    await setNotifyLevel(ctx, badr, { conversationId: room, level: "none" });
    await ctx.db.batch([{ sql: "UPDATE users SET notify_level = 'mentions' WHERE id IN (?, ?)", args: [chadi.userId, badr.userId] }]);
    await forget();
    const first = await send(amal, "to all");
    await send(amal, "to @Chadi and @Badr");
    await markRead(ctx, dana, { conversationId: room, upTo: first.id });
    await relayed();
    expect(hinted()).toEqual([dana, chadi].map(({ userId }) => userChannel(userId)).sort());
    const [hint] = publisher.taken.filter(({ channel, name }) => name === "message-notification" && channel === userChannel(chadi.userId));
    expect(JSON.parse(hint!.data)).toMatchObject({ conversationId: room, mentioned: [badr.userId, chadi.userId] });
  });

  it("is no hint to who came after it, and to nobody where nobody is left", async () => {
    const { conversationId: open } = await createRoom(ctx, amal, { name: "Garden", access: "open" });
    await forget();
    await send(amal, "into the void", open);
    await joinRoom(ctx, chadi, { conversationId: open });
    await relayed();
    expect(hinted()).toEqual([]);
    expect(new Set(await states())).toEqual(new Set(["delivered"]));
  });

  it("in a private chat it is a hint to the other, without a look at the members", async () => {
    const { conversationId } = await openDirect(ctx, amal, { userId: badr.userId });
    await forget();
    await send(amal, "hello", conversationId);
    await relayed();
    expect(hinted()).toEqual([userChannel(badr.userId)]);
  });

  it("an audience that is none is dead, and holds up nobody else", async () => {
    await forget();
    await send(amal, "one");
    await ctx.db.batch([{ sql: "UPDATE outbox_events SET audience = '{\"conversation\":7}' WHERE audience IS NOT NULL" }]);
    await send(badr, "two");
    await relayed();
    expect(await states()).toEqual(["delivered", "dead", "delivered", "delivered"]);
    expect(hinted()).toEqual([userChannel(amal.userId)]);
  });
});

describe("a closed room's channel", () => {
  const texts = () => publisher.taken.filter(({ channel }) => channel === roomChannel(room)).map(({ name, data }) => [name, (JSON.parse(data) as { body?: string; truncated?: boolean }).body ?? null]);

  it("carries no text from before somebody who is in it now came, not even one that waited or was edited since", async () => {
    const old = await send(amal, "an old secret");
    // Channels was away when it was written; then somebody came.
    await inviteToRoom(ctx, amal, { conversationId: room, userId: chadi.userId });
    await send(amal, "for all of you");
    await editMessage(ctx, amal, { conversationId: room, messageId: old.id, body: "a better secret" });
    await relayed();
    expect(JSON.stringify(publisher.taken.filter(({ channel }) => channel === roomChannel(room)))).not.toContain("secret");
    expect(texts().filter(([name]) => name !== "member-changed")).toEqual([["new-message", null], ["new-message", "for all of you"], ["message-updated", null]]);
  });

  it("carries it again once they are gone; and in an open room all may see all", async () => {
    const old = await send(amal, "an old text");
    await inviteToRoom(ctx, amal, { conversationId: room, userId: chadi.userId });
    await leaveRoom(ctx, chadi, { conversationId: room });
    await editMessage(ctx, amal, { conversationId: room, messageId: old.id, body: "an edited text" });
    const { conversationId: open } = await createRoom(ctx, amal, { name: "Garden", access: "open" });
    const message = await send(amal, "hello", open);
    await joinRoom(ctx, chadi, { conversationId: open });
    await editMessage(ctx, amal, { conversationId: open, messageId: message.id, body: "hello, hello" });
    await relayed();
    expect(texts()).toContainEqual(["message-updated", "an edited text"]);
    expect(publisher.taken.some(({ channel, data }) => channel === roomChannel(open) && data.includes("hello, hello"))).toBe(true);
  });
});

describe("who is no longer in a room", () => {
  const removal = () => publisher.taken.filter(({ name }) => name === "conversation-removed").map(({ channel }) => channel);

  it("is told so, and then loses every connection before the room's next message goes out; when that fails it is tried again, the telling not", async () => {
    await forget();
    const order: string[] = [];
    publisher.script = ({ events }) => void order.push(...events.map(({ name }) => name));
    let failures = 2;
    publisher.onTerminate = (userId) => (order.push(`end ${userId}`), failures-- > 0 ? down : undefined);
    await removeMember(ctx, amal, { conversationId: room, userId: badr.userId });
    await send(amal, "among ourselves");
    await relayed(10_000);
    expect(order.filter((name) => name !== "message-notification")).toEqual(["member-changed", "conversation-removed", ...Array.from({ length: 3 }, () => `end ${badr.userId}`), "new-message"]);
    expect(removal()).toEqual([userChannel(badr.userId)]);
    expect(new Set(await states())).toEqual(new Set(["delivered"]));
  });

  it("by leaving, too; nobody else's connections end", async () => {
    await inviteToRoom(ctx, amal, { conversationId: room, userId: chadi.userId });
    await leaveRoom(ctx, badr, { conversationId: room });
    await relayed();
    expect(publisher.terminations).toEqual([badr.userId]);
  });

  it("where the server ends no connections, that is written down and nobody waits for it", async () => {
    publisher.onTerminate = () => ({ kind: "unavailable", reason: "not-found", detail: "404", retryAfterMs: null });
    await removeMember(ctx, amal, { conversationId: room, userId: badr.userId });
    await send(amal, "alone now");
    await relayed();
    expect(removal()).toEqual([userChannel(badr.userId)]);
    expect(publisher.taken.map(({ name }) => name)).toContain("new-message");
    const dead = (await rowsOf(test.db)).filter(({ state }) => state === "dead");
    expect(dead.map(({ last_error }) => last_error)).toEqual(["bad-request: delivered, but this server ends no connections"]);
    expect((await states()).filter((state) => state === "pending")).toEqual([]);
  });
});
