/** Reactions, edits and deletions of messages: who may, in which order, and what is left of the text. Covers B12. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { deleteMessage, editMessage, openDirect, react, sendMessage } from "#app/domain/conversations/commands.server.ts";
import { emojiOf } from "#app/domain/conversations/emoji.server.ts";
import { MAX_EMOJI_ON_MESSAGE } from "#app/domain/conversations/limits.ts";
import { conversationFor, messageFor } from "#app/domain/conversations/queries.server.ts";
import { editsFor, pruneEdits } from "#app/domain/conversations/edit-history.server.ts";
import { DomainError } from "#app/domain/errors.ts";
import { newId } from "#app/domain/ids.ts";
import { createRoom, inviteToRoom, removeMember } from "#app/domain/rooms/commands.server.ts";
import { syncFor } from "#app/domain/sync/queries.server.ts";
import type { Viewer } from "#app/domain/viewer.ts";
import { contextOver, person } from "#tests/domain/people.ts";
import { sendPicture } from "#tests/domain/pictures.ts";
import { DATABASE_KINDS, testDatabase, type TestDatabase } from "#tests/support/database.ts";

const refusal = (code: string) => expect.objectContaining({ constructor: DomainError, code });
const DAY_MS = 24 * 60 * 60 * 1000;

describe.each(DATABASE_KINDS.filter((kind) => kind !== "libsql-ws"))("on %s", (kind) => {
  let at: TestDatabase;
  let ctx: ReturnType<typeof contextOver>;
  let round = 0;
  let [amal, badr, stranger]: Viewer[] = [];
  let conversationId: string;
  let messageId: string;
  beforeAll(async () => void ((at = await testDatabase(kind)), (ctx = contextOver(at.db))));
  afterAll(() => at.close());
  beforeEach(async () => {
    round++;
    [amal, badr, stranger] = [await person(ctx, `Amal${round}`), await person(ctx, `Badr${round}`), await person(ctx, `Stranger${round}`)];
    ({ conversationId } = await openDirect(ctx, amal, { userId: badr.userId }));
    messageId = (await sendMessage(ctx, amal, { conversationId, clientId: newId(), body: "first" })).message.id;
  });

  const events = async () => (await ctx.db.all<{ event: string; payload: string }>("SELECT event, payload FROM outbox_events WHERE channel = (SELECT channel FROM conversations WHERE id = ?) ORDER BY seq", [conversationId])).map(({ event, payload }) => ({ event, ...(JSON.parse(payload) as object) }));
  const shown = async () => (await messageFor(ctx, badr!, { conversationId, messageId }));

  test("a reaction is given, taken back, and told each time with a version that rises; as it is already, nothing is told", async () => {
    await react(ctx, badr!, { conversationId, messageId, emoji: "👍" });
    await react(ctx, amal!, { conversationId, messageId, emoji: "❤" });
    await react(ctx, badr!, { conversationId, messageId, emoji: "👍", on: true });
    expect(await shown()).toMatchObject({ reactions: [{ emoji: "👍", userId: badr!.userId }, { emoji: "❤️", userId: amal!.userId }], reactionVersion: 2 });
    await react(ctx, badr!, { conversationId, messageId, emoji: "👍" });
    await react(ctx, badr!, { conversationId, messageId, emoji: "👍", on: false });
    expect((await shown()).reactions).toEqual([{ emoji: "❤️", userId: amal!.userId }]);
    expect((await events()).filter(({ event }) => event === "reaction-changed")).toEqual([
      { event: "reaction-changed", conversationId, messageId, seq: 1, userId: badr!.userId, emoji: "👍", on: true, version: 1 },
      { event: "reaction-changed", conversationId, messageId, seq: 1, userId: amal!.userId, emoji: "❤️", on: true, version: 2 },
      { event: "reaction-changed", conversationId, messageId, seq: 1, userId: badr!.userId, emoji: "👍", on: false, version: 3 },
    ]);
  });

  test("many at once: each counts once, and versions have no hole", async () => {
    await Promise.all([amal!, badr!].flatMap((who) => ["👍", "😂", "🙏"].map((emoji) => react(ctx, who, { conversationId, messageId, emoji, on: true }))));
    const message = await shown();
    expect([message.reactions.length, message.reactionVersion]).toEqual([6, 6]);
    expect((await conversationFor(ctx, badr!, conversationId)).messages[0]).toEqual(message);
  });

  test("an edit keeps pictures and files, in the row, in the event and on the page; a deletion drops them everywhere", async () => {
    const { message } = await sendPicture(ctx, amal!, conversationId, { fileName: "list.pdf" });
    const edited = await editMessage(ctx, amal!, { conversationId, messageId: message.id, body: "the harbour" });
    expect([edited.images, edited.files]).toEqual([message.images, message.files]);
    expect((await events()).at(-1)).toMatchObject({ event: "message-updated", body: "the harbour", images: message.images, files: message.files });
    expect((await conversationFor(ctx, badr!, conversationId)).messages.at(-1)).toEqual(edited);
    await expect(editMessage(ctx, badr!, { conversationId, messageId: message.id, body: "mine" })).rejects.toEqual(refusal("not-found"));
    await deleteMessage(ctx, amal!, { conversationId, messageId: message.id });
    expect((await conversationFor(ctx, badr!, conversationId)).messages.at(-1)).toMatchObject({ id: message.id, body: "", images: [], files: [], deletedAt: ctx.now() });
    const log = JSON.stringify(await events());
    for (const gone of [message.images[0]!.id, "list.pdf", "the harbour"]) expect(log).not.toContain(gone);
    expect(await ctx.db.all("SELECT id FROM images WHERE message_id = ? UNION ALL SELECT id FROM files WHERE message_id = ?", [message.id, message.id])).toEqual([]);
    await expect(editMessage(ctx, amal!, { conversationId, messageId: message.id, body: "back" })).rejects.toEqual(refusal("not-found"));
  });

  test("strangers, deleted messages, other chats and what is no emoji are refused, and nothing is told", async () => {
    const before = await events();
    const elsewhere = await openDirect(ctx, amal!, { userId: stranger!.userId });
    for (const [who, id, emoji, code] of [[stranger!, conversationId, "👍", "not-found"], [amal!, elsewhere.conversationId, "👍", "not-found"], [amal!, conversationId, "x", "emoji-unknown"], [amal!, conversationId, "👍👍", "emoji-unknown"]] as const)
      await expect(react(ctx, who, { conversationId: id, messageId, emoji })).rejects.toEqual(refusal(code));
    expect(await events()).toEqual(before);
    await deleteMessage(ctx, amal!, { conversationId, messageId });
    await expect(react(ctx, badr!, { conversationId, messageId, emoji: "👍" })).rejects.toEqual(refusal("not-found"));
  });

  test("a message holds so many emoji and no more; joining one of them is always possible", async () => {
    const emoji = Array.from({ length: MAX_EMOJI_ON_MESSAGE + 1 }, (_, index) => String.fromCodePoint(0x1f600 + index));
    for (const each of emoji.slice(0, MAX_EMOJI_ON_MESSAGE)) await react(ctx, amal!, { conversationId, messageId, emoji: each });
    await expect(react(ctx, badr!, { conversationId, messageId, emoji: emoji.at(-1)! })).rejects.toEqual(refusal("too-many-reactions"));
    await react(ctx, badr!, { conversationId, messageId, emoji: emoji[0]! });
    expect((await shown()).reactions).toHaveLength(MAX_EMOJI_ON_MESSAGE + 1);
  });

  test("edits of two devices: the last one wins, whole; one repeated under its key undoes nothing", async () => {
    const edit = (body: string, clientId: string) => editMessage(ctx, amal!, { conversationId, messageId, body, clientId });
    await edit("from the phone", "phone-edit-1");
    await edit("from the laptop", "laptop-edit");
    await edit("from the phone", "phone-edit-1");
    expect(await shown()).toMatchObject({ body: "from the laptop" });
    const all = await Promise.all(["one", "two", "three"].map((body, index) => edit(body, `racing-${index}-x`)));
    const last = all.toSorted((a, b) => b.editedAt! - a.editedAt!)[0]!;
    expect(await shown()).toMatchObject({ body: last.body, editedAt: last.editedAt });
  });

  test("what a message said before is kept for a day and no longer", async () => {
    await editMessage(ctx, amal!, { conversationId, messageId, body: "second" });
    expect(await editsFor(ctx, { ...amal!, role: "admin" })).toContainEqual(expect.objectContaining({ before: "first", now: "second", authorName: amal!.name, conversationName: badr!.name }));
    await expect(editsFor(ctx, amal!)).rejects.toEqual(refusal("forbidden"));
    const history = () => ctx.db.all<{ body: string }>("SELECT body FROM message_edits WHERE message_id = ?", [messageId]);
    ctx.time.now += DAY_MS - 1;
    await pruneEdits(ctx);
    expect(await history()).toEqual([{ body: "first" }]);
    ctx.time.now += 1;
    await pruneEdits(ctx);
    expect(await history()).toEqual([]);
  });

  test("a deleted message leaves its text nowhere: not in the log, not among the edits, not in the index", async () => {
    await editMessage(ctx, amal!, { conversationId, messageId, body: "a secret" });
    await react(ctx, badr!, { conversationId, messageId, emoji: "👍" });
    await deleteMessage(ctx, amal!, { conversationId, messageId });
    expect(JSON.stringify(await events())).not.toContain("secret");
    expect(await ctx.db.all("SELECT 1 FROM message_edits WHERE message_id = ? UNION ALL SELECT 1 FROM message_reactions WHERE message_id = ? UNION ALL SELECT 1 FROM message_search WHERE message_id = ?", [messageId, messageId, messageId])).toEqual([]);
    expect(await shown()).toMatchObject({ body: "", reactions: [] });
  });

  test("in a closed room nobody learns what was felt about messages from before", async () => {
    const room = await createRoom(ctx, amal!, { name: "Closed", access: "closed", key: newId() });
    const { message } = await sendMessage(ctx, amal!, { conversationId: room.conversationId, clientId: newId(), body: "before" });
    await inviteToRoom(ctx, amal!, { conversationId: room.conversationId, userId: badr!.userId });
    await expect(react(ctx, badr!, { conversationId: room.conversationId, messageId: message.id, emoji: "👍" })).rejects.toEqual(refusal("not-found"));
    await react(ctx, amal!, { conversationId: room.conversationId, messageId: message.id, emoji: "👍" });
    const seen = (await syncFor(ctx, badr!, "0")).events.filter(({ event }) => event === "reaction-changed");
    expect(seen.map(({ data: { _event, ...data } }) => data)).toContainEqual({ id: "", conversationId: room.conversationId });
    await removeMember(ctx, amal!, { conversationId: room.conversationId, userId: badr!.userId });
    await expect(messageFor(ctx, badr!, { conversationId: room.conversationId, messageId: message.id })).rejects.toEqual(refusal("not-found"));
  });
});

test.each([
  ["👍", "👍"],
  ["❤", "❤️"],
  ["👨‍👩‍👧‍👦", "👨‍👩‍👧‍👦"],
  ["🇸🇦", "🇸🇦"],
  ["1️⃣", "1️⃣"],
  ["1", null],
  ["", null],
  ["👍 ", null],
  ["a👍", null],
  ["\ud83d", null],
])("%j is taken as %j", (text, emoji) => expect(emojiOf(text)).toBe(emoji));
