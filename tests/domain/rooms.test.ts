/** Rooms: who may come in, what they then see, and that nothing is left to who goes. On the local file and on a libSQL server. */
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { channelAccess } from "#app/domain/channel-access.server.ts";
import { roomChannel, roomPresenceChannel, userChannel } from "#app/domain/channels.ts";
import { deleteMessage, editMessage, markRead, openDirect, sendMessage } from "#app/domain/conversations/commands.server.ts";
import { openConversation } from "#app/domain/conversations/open-conversation.server.ts";
import { conversationFor, conversationsOf } from "#app/domain/conversations/queries.server.ts";
import type { DomainError } from "#app/domain/errors.ts";
import { newId } from "#app/domain/ids.ts";
import { createRoom, inviteToRoom, joinRoom, leaveRoom, removeMember } from "#app/domain/rooms/commands.server.ts";
import { openRoomsFor, roomPeopleFor } from "#app/domain/rooms/queries.server.ts";
import { syncFor } from "#app/domain/sync/queries.server.ts";
import type { Viewer } from "#app/domain/viewer.ts";
import { testDatabase, type TestDatabase } from "#tests/support/database.ts";
import { contextOver, person } from "./people.ts";

const EVERYBODY = { find: "", who: "", after: null };
const refusal = (code: string) => expect.objectContaining({ name: "DomainError", code }) as DomainError;

describe.each(["better-sqlite3", "libsql-http"] as const)("rooms on %s", (kind) => {
  let database: TestDatabase;
  let ctx: ReturnType<typeof contextOver>;
  let amal: Viewer, badr: Viewer, chadi: Viewer;
  let round = 0;

  beforeAll(async () => {
    database = await testDatabase(kind);
    return () => database.close();
  });
  beforeEach(async () => {
    ctx = contextOver(database.db);
    round += 1;
    [amal, badr, chadi] = [await person(ctx, `Amal${round}`), await person(ctx, `Badr${round}`), await person(ctx, `Chadi${round}`)];
  });

  const room = async (access: "open" | "closed", ...members: Viewer[]) => {
    const { conversationId } = await createRoom(ctx, amal, { name: `Kitchen ${round}`, access });
    for (const { userId } of members) await inviteToRoom(ctx, amal, { conversationId, userId });
    return conversationId;
  };
  const send = async (viewer: Viewer, conversationId: string, body: string) => (await sendMessage(ctx, viewer, { conversationId, clientId: newId(), body })).message;
  const outbox = () => ctx.db.all<{ seq: number; channel: string | null; audience: string | null; event: string; payload: string }>("SELECT seq, channel, audience, event, payload FROM outbox_events ORDER BY seq");
  const cursorOf = async (viewer: Viewer) => (await syncFor(ctx, viewer, null)).cursor;
  const eventsFor = async (viewer: Viewer, cursor = "0") => (await syncFor(ctx, viewer, cursor)).events;
  const told = async (cursor: string, viewer: Viewer) => (await eventsFor(viewer, cursor)).map(({ event, data }) => [event, data["userId"] ?? data["conversationId"], data["change"], data["memberCount"]]);

  test("a room belongs to who made it, and is told to them alone", async () => {
    const conversationId = await room("open");
    expect((await conversationFor(ctx, amal, conversationId)).conversation).toEqual({ id: conversationId, channel: roomChannel(conversationId), notifyLevel: null, kind: "room", name: `Kitchen ${round}`, access: "open", memberCount: 1, role: "owner", presenceChannel: roomPresenceChannel(conversationId) });
    expect((await conversationsOf(ctx, amal))[0]).toMatchObject({ id: conversationId, kind: "room", name: `Kitchen ${round}`, memberCount: 1, lastMessage: null, unread: 0, activeAt: ctx.now() });
    expect((await outbox()).filter(({ payload }) => payload.includes(conversationId)).map(({ event, channel }) => [event, channel])).toEqual([["conversation-added", userChannel(amal.userId)]]);
  });

  test("the same press again is the same room, told once; with another wish it is refused; everybody's keys are their own", async () => {
    const wish = { name: `Cellar ${round}`, access: "closed", key: newId() } as const;
    const cursor = await cursorOf(amal);
    const made = await Promise.all(Array.from({ length: 10 }, () => createRoom(ctx, amal, wish)));
    expect(new Set(made.map(({ conversationId }) => conversationId)).size).toBe(1);
    expect((await eventsFor(amal, cursor)).map(({ event }) => event)).toEqual(["conversation-added"]);
    await expect(createRoom(ctx, amal, { ...wish, access: "open" })).rejects.toEqual(refusal("key-reused"));
    await expect(createRoom(ctx, amal, { ...wish, name: "Attic" })).rejects.toEqual(refusal("key-reused"));
    expect((await createRoom(ctx, badr, wish)).conversationId).not.toBe(made[0]!.conversationId);
    // Without a key each is another one.
    const [one, two] = [await createRoom(ctx, amal, { name: "Attic", access: "open" }), await createRoom(ctx, amal, { name: "Attic", access: "open" })];
    expect(one.conversationId).not.toBe(two.conversationId);
  });

  test("an open room is listed for others, who see all of it once they have joined, and join once", async () => {
    const conversationId = await room("open");
    const first = await send(amal, conversationId, "before you came");
    expect(await openRoomsFor(ctx, badr)).toContainEqual({ id: conversationId, name: `Kitchen ${round}`, memberCount: 1 });
    expect((await openRoomsFor(ctx, amal)).some(({ id }) => id === conversationId)).toBe(false);
    const [fromAmal, fromBadr] = [await cursorOf(amal), await cursorOf(badr)];
    await Promise.all([joinRoom(ctx, badr, { conversationId }), joinRoom(ctx, badr, { conversationId })]);
    const { messages, members, reads } = await conversationFor(ctx, badr, conversationId);
    expect(messages).toEqual([first]);
    expect(members!.map(({ id, role }) => [id, role]).sort()).toEqual([[amal.userId, "owner"], [badr.userId, "member"]].sort());
    // What was there before is not new to them, and they have not "seen" it either.
    expect(reads).toEqual({ [badr.userId]: { upToSeq: 1, readAt: null } });
    expect((await conversationFor(ctx, amal, conversationId)).reads[badr.userId]).toBeUndefined();
    expect((await conversationsOf(ctx, badr))[0]).toMatchObject({ unread: 0, memberCount: 2 });
    expect(await told(fromAmal, amal)).toEqual([["member-changed", badr.userId, "joined", 2]]);
    expect(await told(fromBadr, badr)).toContainEqual(["conversation-added", conversationId, undefined, undefined]);
    expect((await eventsFor(badr)).some(({ event }) => event === "new-message")).toBe(true);
  });

  test("a closed room is for its members: not listed, not joined, not told from none at any door", async () => {
    const conversationId = await room("closed", badr);
    const message = await send(amal, conversationId, "between us");
    expect((await openRoomsFor(ctx, chadi)).some(({ id }) => id === conversationId)).toBe(false);
    const before = await outbox();
    for (const id of [conversationId, newId(), "", "x"]) {
      await expect(joinRoom(ctx, chadi, { conversationId: id })).rejects.toEqual(refusal("not-found"));
      await expect(inviteToRoom(ctx, chadi, { conversationId: id, userId: chadi.userId })).rejects.toEqual(refusal("not-found"));
      await expect(removeMember(ctx, chadi, { conversationId: id, userId: badr.userId })).rejects.toEqual(refusal("not-found"));
      await expect(leaveRoom(ctx, chadi, { conversationId: id })).rejects.toEqual(refusal("not-found"));
      await expect(roomPeopleFor(ctx, chadi, id, EVERYBODY)).rejects.toEqual(refusal("not-found"));
      await expect(send(chadi, id, "hello")).rejects.toEqual(refusal("not-found"));
      await expect(openConversation(ctx, chadi, id, null)).rejects.toEqual(refusal("not-found"));
      await expect(markRead(ctx, chadi, { conversationId: id, upTo: message.id })).rejects.toEqual(refusal("not-found"));
      for (const name of [roomChannel(id), roomPresenceChannel(id)]) await expect(channelAccess(ctx, chadi, name)).rejects.toEqual(refusal("forbidden"));
    }
    expect(await outbox()).toEqual(before);
    expect((await eventsFor(chadi)).filter(({ channel }) => channel !== userChannel(chadi.userId))).toEqual([]);
  });

  test("an admin of the site has no special power in rooms", async () => {
    const admin = await person(ctx, `Admin${round}`, "admin");
    const conversationId = await room("closed", badr);
    await expect(conversationFor(ctx, admin, conversationId)).rejects.toEqual(refusal("not-found"));
    await expect(removeMember(ctx, admin, { conversationId, userId: badr.userId })).rejects.toEqual(refusal("not-found"));
    await inviteToRoom(ctx, badr, { conversationId, userId: admin.userId });
    await expect(removeMember(ctx, admin, { conversationId, userId: badr.userId })).rejects.toEqual(refusal("forbidden"));
  });

  test("any member invites; nobody who is disabled or unknown comes, and who is in stays as they are", async () => {
    const conversationId = await room("closed", badr);
    await inviteToRoom(ctx, badr, { conversationId, userId: chadi.userId });
    await inviteToRoom(ctx, badr, { conversationId, userId: amal.userId });
    const { members, conversation } = await conversationFor(ctx, amal, conversationId);
    expect(conversation).toMatchObject({ memberCount: 3, role: "owner" });
    expect(members).toHaveLength(3);
    const gone = await person(ctx, `Gone${round}`);
    await ctx.db.batch([{ sql: "UPDATE users SET disabled_at = 1 WHERE id = ?", args: [gone.userId] }]);
    for (const userId of [newId(), gone.userId]) await expect(inviteToRoom(ctx, amal, { conversationId, userId })).rejects.toMatchObject({ code: "no-such-person", details: { field: "userId" } });
    const candidates = (await roomPeopleFor(ctx, badr, conversationId, EVERYBODY))!.toInvite.people.map(({ id }) => id);
    for (const { userId } of [amal, badr, chadi, gone]) expect(candidates).not.toContain(userId);
    const { conversationId: direct } = await openDirect(ctx, amal, { userId: badr.userId });
    await expect(inviteToRoom(ctx, amal, { conversationId: direct, userId: chadi.userId })).rejects.toEqual(refusal("not-found"));
    await expect(leaveRoom(ctx, amal, { conversationId: direct })).rejects.toEqual(refusal("not-found"));
  });

  test("who comes into a closed room sees what comes after: page, earlier pages, list, log", async () => {
    const conversationId = await room("closed", badr);
    const old = await send(amal, conversationId, "an old secret");
    await send(badr, conversationId, "another old secret");
    ctx.time.now += 1_000;
    await inviteToRoom(ctx, amal, { conversationId, userId: chadi.userId });
    expect(await conversationFor(ctx, chadi, conversationId)).toMatchObject({ messages: [], hasOlder: false });
    expect(await conversationFor(ctx, chadi, conversationId, { before: 2 })).toMatchObject({ messages: [], hasOlder: false });
    expect((await conversationsOf(ctx, chadi))[0]).toMatchObject({ id: conversationId, lastMessage: null, unread: 0, lastSeq: 2, activeAt: ctx.now() });
    const fresh = await send(amal, conversationId, "welcome");
    const cursor = await cursorOf(chadi);
    await editMessage(ctx, amal, { conversationId, messageId: old.id, body: "an old secret, edited" });
    await deleteMessage(ctx, amal, { conversationId, messageId: fresh.id });
    expect(JSON.stringify(await eventsFor(chadi))).not.toContain("secret");
    // The edit is there for its number's sake, and says nothing.
    expect((await eventsFor(chadi, cursor)).map(({ event, data }) => [event, data["id"], data["body"]])).toEqual([["message-updated", "", undefined], ["message-deleted", fresh.id, undefined]]);
    expect((await eventsFor(badr, cursor))[0]!.data["body"]).toBe("an old secret, edited");
    expect((await conversationFor(ctx, chadi, conversationId)).messages.map(({ seq }) => seq)).toEqual([3]);
    expect((await conversationsOf(ctx, chadi))[0]).toMatchObject({ unread: 1 });
  });

  test("who comes back into a closed room does not get back what they saw before", async () => {
    const conversationId = await room("closed", badr);
    const own = await send(badr, conversationId, "mine, of before");
    await leaveRoom(ctx, badr, { conversationId });
    await send(amal, conversationId, "meanwhile");
    await inviteToRoom(ctx, amal, { conversationId, userId: badr.userId });
    expect((await conversationFor(ctx, badr, conversationId)).messages).toEqual([]);
    expect(JSON.stringify((await eventsFor(badr)).filter(({ channel }) => channel === roomChannel(conversationId)))).not.toMatch(/before|meanwhile/);
    await expect(editMessage(ctx, badr, { conversationId, messageId: own.id, body: "changed" })).rejects.toEqual(refusal("not-found"));
    await expect(deleteMessage(ctx, badr, { conversationId, messageId: own.id })).rejects.toEqual(refusal("not-found"));
  });

  test("only the owner removes, and not themselves; once removed, every door is a stranger's, at once", async () => {
    const conversationId = await room("closed", badr, chadi);
    const clientId = newId();
    const { message } = await sendMessage(ctx, badr, { conversationId, clientId, body: "I was here" });
    await markRead(ctx, badr, { conversationId, upTo: message.id });
    await expect(removeMember(ctx, badr, { conversationId, userId: chadi.userId })).rejects.toEqual(refusal("forbidden"));
    await expect(removeMember(ctx, amal, { conversationId, userId: amal.userId })).rejects.toEqual(refusal("forbidden"));
    const [fromAmal, fromBadr] = [await cursorOf(amal), await cursorOf(badr)];
    await removeMember(ctx, amal, { conversationId, userId: badr.userId });
    await removeMember(ctx, amal, { conversationId, userId: badr.userId });
    const before = await outbox();
    // The way to the channel is known to this process already; the membership is asked in the write.
    await expect(send(badr, conversationId, "still here?")).rejects.toEqual(refusal("not-found"));
    await expect(sendMessage(ctx, badr, { conversationId, clientId, body: "I was here" })).rejects.toEqual(refusal("not-found"));
    await expect(editMessage(ctx, badr, { conversationId, messageId: message.id, body: "x" })).rejects.toEqual(refusal("not-found"));
    await expect(deleteMessage(ctx, badr, { conversationId, messageId: message.id })).rejects.toEqual(refusal("not-found"));
    await expect(markRead(ctx, badr, { conversationId, upTo: message.id })).rejects.toEqual(refusal("not-found"));
    await expect(inviteToRoom(ctx, badr, { conversationId, userId: badr.userId })).rejects.toEqual(refusal("not-found"));
    await expect(openConversation(ctx, badr, conversationId, null)).rejects.toEqual(refusal("not-found"));
    await expect(channelAccess(ctx, badr, roomChannel(conversationId))).rejects.toEqual(refusal("forbidden"));
    await expect(channelAccess(ctx, badr, roomPresenceChannel(conversationId))).rejects.toEqual(refusal("forbidden"));
    expect(await outbox()).toEqual(before);
    expect(await conversationsOf(ctx, badr)).toEqual([]);
    expect(await told(fromBadr, badr)).toEqual([["conversation-removed", conversationId, undefined, undefined]]);
    expect(await told(fromAmal, amal)).toEqual([["member-changed", badr.userId, "removed", 2]]);
    expect((await conversationFor(ctx, amal, conversationId)).messages).toEqual([message]);
  });

  test("when the owner leaves, whoever has been there longest owns it; an empty open room belongs to who comes next, an empty closed one to nobody", async () => {
    const conversationId = await room("open");
    ctx.time.now += 1;
    await joinRoom(ctx, chadi, { conversationId });
    ctx.time.now += 1;
    await joinRoom(ctx, badr, { conversationId });
    const cursor = await cursorOf(badr);
    await leaveRoom(ctx, amal, { conversationId });
    expect(await told(cursor, badr)).toEqual([["member-changed", amal.userId, "left", 2], ["member-changed", chadi.userId, "owner", 2]]);
    await leaveRoom(ctx, badr, { conversationId });
    expect((await conversationFor(ctx, chadi, conversationId)).conversation).toMatchObject({ role: "owner", memberCount: 1 });
    await leaveRoom(ctx, chadi, { conversationId });
    expect(await openRoomsFor(ctx, amal)).toContainEqual({ id: conversationId, name: `Kitchen ${round}`, memberCount: 0 });
    await joinRoom(ctx, badr, { conversationId });
    expect((await conversationFor(ctx, badr, conversationId)).conversation).toMatchObject({ role: "owner", memberCount: 1 });
    const closed = await room("closed");
    await leaveRoom(ctx, amal, { conversationId: closed });
    await expect(joinRoom(ctx, amal, { conversationId: closed })).rejects.toEqual(refusal("not-found"));
  });

  test("however many come and go at once, the count is right and one owns the room", async () => {
    const conversationId = await room("open");
    const people = await Promise.all(Array.from({ length: 12 }, (_, index) => person(ctx, `Crowd${round}x${index}`)));
    await Promise.all(people.map((one) => joinRoom(ctx, one, { conversationId })));
    await Promise.all([leaveRoom(ctx, amal, { conversationId }), ...people.slice(0, 6).map((one) => leaveRoom(ctx, one, { conversationId }))]);
    const { conversation, members } = await conversationFor(ctx, people[11]!, conversationId);
    expect(conversation).toMatchObject({ memberCount: 6 });
    expect(members!.map(({ role }) => role).filter((role) => role === "owner")).toHaveLength(1);
    expect(members!.map(({ id }) => id)).toEqual(people.slice(6).map(({ userId }) => userId).sort());
  });
});
