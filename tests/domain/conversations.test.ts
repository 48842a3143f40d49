/** Private chats: B1, B3, B7's position, D3's cursor, on the local file and on a libSQL server. */
import fc from "fast-check";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { directChannel, userChannel } from "#app/domain/channels.ts";
import { deleteMessage, editMessage, markRead, openDirect, sendMessage } from "#app/domain/conversations/commands.server.ts";
import { conversationFor, conversationsOf, MESSAGES_PER_PAGE } from "#app/domain/conversations/queries.server.ts";
import { MAX_BODY_LENGTH } from "#app/domain/conversations/limits.ts";
import { normalizeBody, sendSchema } from "#app/domain/conversations/schema.ts";
import type { DomainError } from "#app/domain/errors.ts";
import { newId } from "#app/domain/ids.ts";
import { syncFor } from "#app/domain/sync/queries.server.ts";
import type { Viewer } from "#app/domain/viewer.ts";
import { testDatabase, type TestDatabase } from "#tests/support/database.ts";
import { contextOver, person } from "./people.ts";

const refusal = (code: string) => expect.objectContaining({ name: "DomainError", code }) as DomainError;

describe.each(["better-sqlite3", "libsql-http"] as const)("private chats on %s", (kind) => {
  let database: TestDatabase;
  let ctx: ReturnType<typeof contextOver>;
  let amal: Viewer, badr: Viewer, stranger: Viewer;
  let conversationId: string;
  const send = (viewer: Viewer, body: string, clientId = newId()) => sendMessage(ctx, viewer, { conversationId, clientId, body });
  const outbox = () => ctx.db.all<{ channel: string | null; audience: string | null; event: string; offset: number | null; payload: string }>("SELECT channel, audience, event, offset, payload FROM outbox_events ORDER BY seq");

  beforeAll(async () => {
    database = await testDatabase(kind);
    return () => database.close();
  });

  let round = 0;
  beforeEach(async () => {
    ctx = contextOver(database.db);
    round += 1;
    [amal, badr, stranger] = [await person(ctx, `Amal${round}`), await person(ctx, `Badr${round}`), await person(ctx, `Chadi${round}`)];
    ({ conversationId } = await openDirect(ctx, amal, { userId: badr.userId }));
    await ctx.db.batch([{ sql: "DELETE FROM outbox_events" }]);
  });

  test("a message is saved with its events: complete on the chat's channel, a hint to the other", async () => {
    const { message, created } = await send(amal, "مرحبا");
    expect(created).toBe(true);
    expect(message).toMatchObject({ conversationId, seq: 1, senderId: amal.userId, senderName: amal.name, body: "مرحبا", kind: "text", images: [], editedAt: null, deletedAt: null });
    const [told, hinted, ...more] = await outbox();
    expect(more).toEqual([]);
    expect(told).toMatchObject({ channel: directChannel(amal.userId, badr.userId), event: "new-message", offset: 1 });
    expect(JSON.parse(told!.payload)).toEqual(message);
    expect(hinted).toMatchObject({ channel: null, event: "message-notification", offset: null });
    expect(JSON.parse(hinted!.audience!)).toEqual([userChannel(badr.userId)]);
    expect(JSON.parse(hinted!.payload)).toEqual({ conversationId, messageId: message.id, senderName: amal.name, preview: "مرحبا" });
  });

  test("the same clientId 50 times at once: one row, one event, 50 equal answers", async () => {
    const clientId = newId();
    const answers = await Promise.all(Array.from({ length: 50 }, () => send(amal, "once", clientId)));
    expect(answers.filter(({ created }) => created)).toHaveLength(1);
    expect(new Set(answers.map(({ message }) => JSON.stringify(message))).size).toBe(1);
    expect((await outbox()).filter(({ event }) => event === "new-message")).toHaveLength(1);
    const page = await conversationFor(ctx, badr, conversationId);
    expect(page.messages).toHaveLength(1);
    expect((await conversationsOf(ctx, badr))[0]).toMatchObject({ lastSeq: 1, unread: 1 });
  });

  test("the same clientId with another text, or in another chat, is refused and changes nothing", async () => {
    const clientId = newId();
    await send(amal, "first", clientId);
    const before = await outbox();
    await expect(send(amal, "second", clientId)).rejects.toEqual(refusal("client-id-reused"));
    const other = await openDirect(ctx, amal, { userId: stranger.userId });
    await expect(sendMessage(ctx, amal, { conversationId: other.conversationId, clientId, body: "first" })).rejects.toEqual(refusal("client-id-reused"));
    expect((await outbox()).filter(({ event }) => event !== "conversation-added")).toEqual(before);
    // Another person's key is another key.
    await expect(send(badr, "second", clientId)).resolves.toMatchObject({ created: true });
  });

  test("a stranger can neither send, read nor mark, and learns nothing: the same refusal as for what does not exist", async () => {
    const { message } = await send(amal, "private");
    const before = await outbox();
    for (const id of [conversationId, newId(), "", "x"]) {
      await expect(sendMessage(ctx, stranger, { conversationId: id, clientId: newId(), body: "hello" })).rejects.toEqual(refusal("not-found"));
      await expect(conversationFor(ctx, stranger, id)).rejects.toEqual(refusal("not-found"));
      await expect(markRead(ctx, stranger, { conversationId: id, upTo: message.id })).rejects.toEqual(refusal("not-found"));
    }
    expect(await outbox()).toEqual(before);
    expect(await conversationsOf(ctx, stranger)).toEqual([]);
    const seen = await syncFor(ctx, stranger, "0");
    expect(seen.events.filter(({ channel }) => channel !== userChannel(stranger.userId))).toEqual([]);
  });

  test("membership is checked in the write itself, also where the way to the channel is known already", async () => {
    await send(amal, "before");
    await ctx.db.batch([{ sql: "DELETE FROM conversation_members WHERE conversation_id = ? AND user_id = ?", args: [conversationId, amal.userId] }]);
    const before = await outbox();
    await expect(send(amal, "after")).rejects.toEqual(refusal("not-found"));
    expect(await outbox()).toEqual(before);
  });

  test("opening twice, from both sides and at once, is one chat, told once to each", async () => {
    const dana = await person(ctx, `Dana${round}`);
    await ctx.db.batch([{ sql: "DELETE FROM outbox_events" }]);
    const opened = await Promise.all([openDirect(ctx, amal, { userId: dana.userId }), openDirect(ctx, dana, { userId: amal.userId }), openDirect(ctx, amal, { userId: dana.userId })]);
    expect(new Set(opened.map((one) => one.conversationId)).size).toBe(1);
    expect((await outbox()).map(({ channel, event }) => `${event} ${channel}`).sort()).toEqual([`conversation-added ${userChannel(amal.userId)}`, `conversation-added ${userChannel(dana.userId)}`].sort());
  });

  test("no chat with oneself, with nobody, or with a disabled person", async () => {
    await expect(openDirect(ctx, amal, { userId: amal.userId })).rejects.toEqual(refusal("not-found"));
    await expect(openDirect(ctx, amal, { userId: newId() })).rejects.toEqual(refusal("not-found"));
    await ctx.db.batch([{ sql: "UPDATE users SET disabled_at = 1 WHERE id = ?", args: [stranger.userId] }]);
    await expect(openDirect(ctx, amal, { userId: stranger.userId })).rejects.toEqual(refusal("not-found"));
  });

  test("the read position moves forward only, once told, and only by messages of this chat", async () => {
    const first = (await send(amal, "1")).message;
    const second = (await send(amal, "2")).message;
    await markRead(ctx, badr, { conversationId, upTo: second.id });
    await markRead(ctx, badr, { conversationId, upTo: first.id });
    await markRead(ctx, badr, { conversationId, upTo: second.id });
    await markRead(ctx, badr, { conversationId, upTo: newId() });
    const reads = (await outbox()).filter(({ event }) => event === "message-read");
    expect(reads).toHaveLength(1);
    expect(JSON.parse(reads[0]!.payload)).toEqual({ conversationId, userId: badr.userId, upTo: second.id, upToSeq: 2, readAt: ctx.now() });
    expect((await conversationFor(ctx, amal, conversationId)).reads[badr.userId]).toEqual({ upToSeq: 2, readAt: ctx.now() });
    expect((await conversationsOf(ctx, badr))[0]).toMatchObject({ unread: 0, readSeq: 2 });

    const elsewhere = await openDirect(ctx, amal, { userId: stranger.userId });
    const other = await sendMessage(ctx, amal, { conversationId: elsewhere.conversationId, clientId: newId(), body: "elsewhere" });
    await markRead(ctx, badr, { conversationId, upTo: other.message.id });
    expect((await outbox()).filter(({ event }) => event === "message-read")).toHaveLength(1);
  });

  test("an edit is told whole, rises above every earlier one whatever the clock does, and the same text again is none", async () => {
    const { message } = await send(amal, "teh");
    const input = { conversationId, messageId: message.id };
    const first = await editMessage(ctx, amal, { ...input, body: "the" });
    ctx.time.now -= 3_600_000;
    const second = await editMessage(ctx, amal, { ...input, body: "The" });
    await editMessage(ctx, amal, { ...input, body: "The" });
    expect(second.editedAt!).toBeGreaterThan(first.editedAt!);
    const updates = (await outbox()).filter(({ event }) => event === "message-updated");
    expect(updates.map(({ payload }) => JSON.parse(payload) as unknown)).toEqual([first, second]);
    expect((await conversationFor(ctx, badr, conversationId)).messages).toEqual([second]);
  });

  test("a deleted message keeps its place; its text is gone from the chat, the list and the log", async () => {
    const { message } = await send(amal, "a secret");
    await editMessage(ctx, amal, { conversationId, messageId: message.id, body: "a better secret" });
    await send(amal, "no secret of mine");
    await deleteMessage(ctx, amal, { conversationId, messageId: message.id });
    expect(JSON.stringify(await outbox())).not.toMatch(/a (better )?secret/);
    expect(JSON.stringify(await outbox())).toContain("no secret of mine");
    expect((await conversationFor(ctx, badr, conversationId)).messages[0]).toMatchObject({ seq: 1, body: "", deletedAt: ctx.now() });
    expect((await outbox()).at(-1)).toMatchObject({ event: "message-deleted", payload: JSON.stringify({ id: message.id, conversationId }) });
    for (const change of [deleteMessage(ctx, amal, { conversationId, messageId: message.id }), editMessage(ctx, amal, { conversationId, messageId: message.id, body: "back" })])
      await expect(change).rejects.toEqual(refusal("not-found"));
  });

  test("only the author changes a message, in its own chat", async () => {
    const { message } = await send(amal, "mine");
    const before = await outbox();
    const elsewhere = await openDirect(ctx, amal, { userId: badr.userId }).then(() => openDirect(ctx, badr, { userId: stranger.userId }));
    for (const [viewer, id] of [[badr, conversationId], [stranger, conversationId], [badr, elsewhere.conversationId], [amal, elsewhere.conversationId]] as const) {
      await expect(editMessage(ctx, viewer, { conversationId: id, messageId: message.id, body: "forged" })).rejects.toEqual(refusal("not-found"));
      await expect(deleteMessage(ctx, viewer, { conversationId: id, messageId: message.id })).rejects.toEqual(refusal("not-found"));
    }
    expect((await outbox()).filter(({ event }) => event !== "conversation-added")).toEqual(before);
  });

  test("pages go back without a hole or a double", async () => {
    const total = MESSAGES_PER_PAGE * 2 + 3;
    for (let number = 1; number <= total; number++) await send(number % 2 ? amal : badr, `#${number}`);
    const seen: number[] = [];
    for (let before: number | undefined; ; ) {
      const page = await conversationFor(ctx, amal, conversationId, before === undefined ? undefined : { before });
      seen.unshift(...page.messages.map(({ seq }) => seq));
      if (!page.hasOlder) break;
      before = page.messages[0]!.seq;
    }
    expect(seen).toEqual(Array.from({ length: total }, (_, index) => index + 1));
  });

  test("one's own messages never count as unread, and the newest chat stands first", async () => {
    const later = await openDirect(ctx, amal, { userId: stranger.userId });
    ctx.time.now += 1_000;
    await send(badr, "newest");
    await send(amal, "answer");
    const chats = await conversationsOf(ctx, amal);
    expect(chats.map(({ id }) => id)).toEqual([conversationId, later.conversationId]);
    expect(chats[0]).toMatchObject({ unread: 1, lastMessage: { body: "answer", senderId: amal.userId } });
    expect((await conversationsOf(ctx, badr))[0]).toMatchObject({ unread: 1 });
  });

  test("the log tells a participant exactly what happened, in order", async () => {
    const start = await syncFor(ctx, badr, null);
    expect(start.events).toEqual([]);
    const sent = [(await send(amal, "1")).message, (await send(badr, "2")).message];
    const { events, hasMore, reset } = await syncFor(ctx, badr, start.cursor);
    expect({ hasMore, reset }).toEqual({ hasMore: false, reset: false });
    expect(events.map(({ event, data }) => [event, data["id"]])).toEqual(sent.map(({ id }) => ["new-message", id]));
  });
});

describe("what may be sent", () => {
  const parse = (body: unknown) => sendSchema.safeParse({ body, clientId: newId() });

  test.each([
    ["nothing", "", "body-required"],
    ["only blanks", " \n\t ", "body-required"],
    ["only control characters", "\u0000\u0007", "body-required"],
    ["too much", "x".repeat(MAX_BODY_LENGTH + 1), "body-too-long"],
    ["no text", undefined, "body-required"],
    ["a file", new Blob(["x"]), "body-required"],
  ])("%s is refused with a reason", (_, body, reason) => expect(parse(body).error?.issues[0]?.message).toBe(reason));

  test("as much as allowed, in any script, is kept to the letter", () => {
    const body = "م".repeat(MAX_BODY_LENGTH);
    expect(parse(body).data?.body).toBe(body);
  });

  test("whatever is accepted survives the database, JSON and another normalisation unchanged", () =>
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 200 }), (text) => {
        const normal = normalizeBody(text);
        expect(normalizeBody(normal)).toBe(normal);
        expect(JSON.parse(JSON.stringify(normal))).toBe(normal);
        expect(normal.isWellFormed()).toBe(true);
        expect(normal).not.toContain("\u0000");
      }),
    ));

  test.each(["", "short", "x".repeat(65), "with space", "../../etc", "a'b\"c;d--xx"])("clientId %j is refused", (clientId) => expect(sendSchema.safeParse({ body: "x", clientId }).success).toBe(false));
});
