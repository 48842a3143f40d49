/** Search: folding, what is found, in which order, and by whom. Covers B11. */
import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { deleteMessage, editMessage, openDirect, sendMessage } from "#app/domain/conversations/commands.server.ts";
import { newId } from "#app/domain/ids.ts";
import { fileStorage } from "#app/domain/images/file-storage.server.ts";
import { finishImport } from "#app/domain/imports/finish.server.ts";
import { importLines, standingOf } from "#app/domain/imports/import.server.ts";
import { Places } from "#app/domain/imports/places.server.ts";
import { readLines } from "#app/domain/imports/read.ts";
import { Written } from "#app/domain/imports/written.ts";
import { createRoom, inviteToRoom, leaveRoom, removeMember } from "#app/domain/rooms/commands.server.ts";
import { excerptOf } from "#app/domain/search/excerpt.ts";
import { fold, isFound, marksIn, wordsIn } from "#app/domain/search/fold.ts";
import { indexMessages } from "#app/domain/search/index.server.ts";
import { RESULTS_PER_PAGE, searchMessages, wantedWords } from "#app/domain/search/queries.server.ts";
import { searchSchema } from "#app/domain/search/schema.ts";
import type { Viewer } from "#app/domain/viewer.ts";
import { contextOver, person } from "#tests/domain/people.ts";
import { sendPicture } from "#tests/domain/pictures.ts";
import { dataFolder } from "#tests/support/data-folder.ts";
import { testDatabase, type DatabaseKind, type TestDatabase } from "#tests/support/database.ts";

/** The lines imported here bring none. */
const NO_FILES = { folder: dataFolder(), arrivals: dataFolder(), storage: fileStorage(dataFolder()) };

test.each([
  ["أإآٱا", "ااااا"],
  ["مدرسة", "مدرسه"],
  ["على", "علي"],
  ["مُحَمَّدٌ", "محمد"],
  ["كتـــاب", "كتاب"],
  ["مسؤول شيء", "مسوول شيء"],
  ["کتابی", "كتابي"],
  ["١٢٣ ۴۵۶", "123 456"],
  ["Crème BRÛLÉE", "creme brulee"],
  ["Straße", "strasse"],
  ["İstanbul ıIi", "istanbul iii"],
  ["ﷲ ﻣﺤﻤﺪ", "الله محمد"],
])("%s is searched as %s", (text, folded) => expect(fold(text)).toBe(folded));

test("folding twice is folding once, words hold nothing that the index's language could take for its own, and marks lie on them", () =>
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 60 }), (text) => {
      for (const { folded, start, end } of wordsIn(text)) {
        expect(folded).toMatch(/^[\p{L}\p{N}\p{Extended_Pictographic}]+$/u);
        expect(start).toBeLessThan(end);
        expect(isFound(text, [folded])).toBe(true);
      }
      const marks = marksIn(text, wordsIn(text).map(({ folded }) => folded));
      for (const [index, { start }] of marks.entries()) expect(start).toBeGreaterThanOrEqual(marks[index - 1]?.end ?? 0);
      expect(excerptOf(text, wantedWords(text)).every((piece) => piece.text.isWellFormed())).toBe(true);
    }),
  ));

test("what is marked is what was found, whole words, in the text as it was written", () => {
  const body = "قرأتُ الكِتابَ في المدرسةِ اليوم";
  expect(marksIn(body, wantedWords("كتاب مدرس")).map(({ start, end }) => body.slice(start, end))).toEqual(["الكِتابَ", "المدرسةِ"]);
  expect(excerptOf(`${"word ".repeat(100)}needle${" word".repeat(100)}`, ["needle"]).filter(({ isMarked }) => isMarked)).toEqual([{ text: "needle", isMarked: true }]);
});

describe.each<DatabaseKind>(["better-sqlite3", "libsql-file", "libsql-http"])("on %s", (kind) => {
  let at: TestDatabase;
  let ctx: ReturnType<typeof contextOver>;
  let round = 0;
  let [amal, badr, stranger]: Viewer[] = [];
  let conversationId: string;
  beforeAll(async () => void ((at = await testDatabase(kind)), (ctx = contextOver(at.db))));
  afterAll(() => at.close());
  beforeEach(async () => {
    round++;
    [amal, badr, stranger] = [await person(ctx, `Amal${round}`), await person(ctx, `Badr${round}`), await person(ctx, `Stranger${round}`)];
    ({ conversationId } = await openDirect(ctx, amal, { userId: badr.userId }));
  });

  async function say(who: Viewer, body: string, where = conversationId) {
    ctx.time.now += 1_000;
    return (await sendMessage(ctx, who, { conversationId: where, clientId: newId(), body })).message.id;
  }
  const search = (who: Viewer, wanted: Record<string, string>, timeZone = "UTC") => searchMessages(ctx, who, searchSchema.parse(wanted), timeZone);
  const ids = async (who: Viewer, wanted: Record<string, string> | string) => (await search(who, typeof wanted === "string" ? { q: wanted } : wanted)).found.map(({ id }) => id);

  test("all words, each by its beginning, in any order and spelling, newest first; what was sent this moment, too", async () => {
    const first = await say(amal!, "اشتريتُ الخُبز من المَدرسة القديمة");
    const second = await say(badr!, "Bread and الخبز again, international kitchen");
    expect(await ids(amal!, "خبز")).toEqual([second, first]);
    expect(await ids(amal!, "القديمه الخبز")).toEqual([first]);
    expect(await ids(amal!, "مدرسة")).toEqual([first]);
    for (const found of ["BREA", "interna", "internationa", "kitch bre", "Kitchen"]) expect([found, await ids(badr!, found)]).toEqual([found, [second]]);
    for (const missed of ["reading", "internationals", "kitchens bread", "b", "bread خبزا"]) expect([missed, await ids(badr!, missed)]).toEqual([missed, []]);
    expect(await search(amal!, { q: " \u0000 ؟ !! " })).toEqual({ found: [], next: null });
  });

  test("an edit is found by its new words only, a deleted message by none", async () => {
    const id = await say(amal!, "umbrella");
    expect(await ids(badr!, "umbrella")).toEqual([id]);
    await editMessage(ctx, amal!, { conversationId, messageId: id, body: "raincoat" });
    expect([await ids(badr!, "umbrella"), await ids(badr!, "raincoat")]).toEqual([[], [id]]);
    await deleteMessage(ctx, amal!, { conversationId, messageId: id });
    expect(await ids(badr!, "raincoat")).toEqual([]);
    await indexMessages(ctx);
    expect(await ctx.db.all("SELECT rowid FROM message_words WHERE message_words MATCH 'raincoat'")).toEqual([]);
  });

  test("nobody finds what they may not read: strangers, members of closed rooms what was before, those who left or were removed anything", async () => {
    const room = (await createRoom(ctx, amal!, { name: "Closed", access: "closed", key: newId() })).conversationId;
    const before = await say(amal!, "penguin before", room);
    await inviteToRoom(ctx, amal!, { conversationId: room, userId: badr!.userId });
    const after = await say(amal!, "penguin after", room);
    expect(await ids(amal!, "penguin")).toEqual([after, before]);
    expect(await ids(badr!, "penguin")).toEqual([after]);
    expect(await ids(stranger!, "penguin")).toEqual([]);
    expect(await ids(stranger!, { q: "penguin", in: room })).toEqual([]);
    await removeMember(ctx, amal!, { conversationId: room, userId: badr!.userId });
    expect(await ids(badr!, "penguin")).toEqual([]);
    await leaveRoom(ctx, amal!, { conversationId: room });
    expect(await ids(amal!, "penguin")).toEqual([]);
  });

  test("narrowed by person, conversation and days of the viewer's time zone", async () => {
    const elsewhere = (await openDirect(ctx, amal!, { userId: stranger!.userId })).conversationId;
    ctx.time.now = Date.UTC(2026, 4, 1 + round, 22, 30);
    const late = await say(amal!, "giraffe one");
    ctx.time.now = Date.UTC(2026, 4, 2 + round, 12);
    const next = await say(badr!, "giraffe two");
    const other = await say(stranger!, "giraffe three", elsewhere);
    expect(await ids(amal!, { q: "giraffe", from: badr!.userId })).toEqual([next]);
    expect(await ids(amal!, { q: "giraffe", in: elsewhere })).toEqual([other]);
    const day = new Date(Date.UTC(2026, 4, 1 + round)).toISOString().slice(0, 10);
    expect(await ids(amal!, { q: "giraffe", until: day })).toEqual([late]);
    // Half past ten in the evening is the next day in Riyadh.
    expect((await search(amal!, { q: "giraffe", until: day }, "Asia/Riyadh")).found).toEqual([]);
    expect((await search(amal!, { q: "giraffe", since: day, until: day }, "UTC")).found.map(({ id }) => id)).toEqual([late]);
  });

  test("pages without a hole or a double, also of messages of one moment", async () => {
    const sent: string[] = [];
    for (let index = 0; index < RESULTS_PER_PAGE * 2 + 3; index++) sent.push((await sendMessage(ctx, amal!, { conversationId, clientId: newId(), body: `zebra ${index}` })).message.id);
    const seen: string[] = [];
    for (let before = ""; ; ) {
      const { found, next } = await search(badr!, { q: "zebra", before });
      seen.push(...found.map(({ id }) => id));
      if (next === null) break;
      before = next;
    }
    expect(seen).toEqual(sent.toReversed());
  });

  test("imported messages stand at their time among those that were sent, whatever their ids, and in the order of their chat within one second", async () => {
    const sent = await say(amal!, "walrus now");
    const start = Date.UTC(2019, 3, round, 9);
    // Whole seconds, ids against the order, several at a time, two files, older ones last.
    const line = (number: number, second: number) => JSON.stringify({ id: `old-${round}-${99 - number}`, from: amal!.userId, to: badr!.userId, body: `walrus ${number}`, createdAt: start + second * 1_000 });
    const importOf = async (file: string, texts: string[]) => {
      const written = new Written();
      const read = readLines(texts.map((text, index) => ({ number: index + 1, text })), ctx.now());
      await importLines(ctx, new Places(ctx), { file, read, upTo: 1, before: await standingOf(ctx.db, file), sources: NO_FILES, written, onSkipped: () => {} });
      // As the worker does beside a running import.
      while ((await indexMessages(ctx, 4)) === 4);
      await finishImport(ctx, file, written);
    };
    await importOf(`newer-${round}`, Array.from({ length: 30 }, (_, index) => line(index + 20, 60 + Math.floor(index / 10))));
    await importOf(`older-${round}`, Array.from({ length: 15 }, (_, index) => line(index + 1, Math.floor(index / 10))));
    const later = await say(badr!, "walrus later");
    const inOrder = (await ctx.db.all<{ id: string }>("SELECT id FROM messages WHERE conversation_id = ? ORDER BY created_at DESC, seq DESC", [conversationId])).map(({ id }) => id);
    const seen: string[] = [];
    for (let before = ""; ; ) {
      const { found, next } = await search(badr!, { q: "walrus", before });
      seen.push(...found.map(({ id }) => id));
      if (next === null) break;
      before = next;
    }
    expect(seen).toEqual(inOrder);
    expect([seen.length, seen[0], seen[1]]).toEqual([47, later, sent]);
    const day = new Date(start).toISOString().slice(0, 10);
    expect((await ids(amal!, { q: "walrus 3", since: day, until: day })).length).toBe(1);
    expect(await ids(stranger!, "walrus")).toEqual([]);
  });

  test("more messages of one moment than it has places, and other chats at the same places: all are found, each once", async () => {
    const elsewhere = (await openDirect(ctx, amal!, { userId: stranger!.userId })).conversationId;
    ctx.time.now += 1_000;
    const moment = ctx.time.now;
    const rows = Array.from({ length: 1_100 }, (_, index) => [`m${round}-${index}`, index % 2 ? elsewhere : conversationId, 1 + Math.floor(index / 2)]);
    await ctx.db.batch([
      {
        sql: "INSERT INTO messages (id, conversation_id, seq, sender_id, client_id, body, kind, created_at) SELECT value ->> 0, value ->> 1, value ->> 2, ?, value ->> 0, 'narwhal', 'text', ? FROM json_each(?)",
        args: [amal!.userId, moment, JSON.stringify(rows)],
      },
    ]);
    while ((await indexMessages(ctx)) > 0);
    const places = await ctx.db.all<{ id: number }>("SELECT s.id AS id FROM message_search s JOIN messages m ON m.id = s.message_id WHERE m.body = 'narwhal' AND m.created_at = ?", [moment]);
    expect([places.length, new Set(places.map(({ id }) => id)).size]).toEqual([1_100, 1_100]);
    expect(Math.min(...places.map(({ id }) => id))).toBeGreaterThanOrEqual(moment * 1_024);
    const seen: number[] = [];
    for (let before = ""; ; ) {
      const { found, next } = await search(badr!, { q: "narwhal", before });
      seen.push(...found.map(({ seq }) => seq));
      if (next === null) break;
      before = next;
    }
    expect(seen.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 550 }, (_, index) => index + 1));
  });

  test("a message of a picture alone is looked at once and found by no word; with a text it is", async () => {
    const { message } = await sendPicture(ctx, amal!, conversationId);
    await indexMessages(ctx);
    expect(await ctx.db.all("SELECT search_id AS searchId FROM messages WHERE id = ?", [message.id])).toEqual([{ searchId: 0 }]);
    expect(await ids(badr!, message.images[0]!.id)).toEqual([]);
    await editMessage(ctx, amal!, { conversationId, messageId: message.id, body: "octopus in the harbour" });
    expect((await search(badr!, { q: "octopus" })).found).toMatchObject([{ id: message.id, excerpt: [{ text: "octopus", isMarked: true }, { text: " in the harbour", isMarked: false }] }]);
    await deleteMessage(ctx, amal!, { conversationId, messageId: message.id });
    expect(await ids(badr!, "octopus")).toEqual([]);
  });

  test("input of any bytes is no error", () =>
    fc.assert(
      fc.asyncProperty(fc.string({ unit: "binary", maxLength: 40 }), fc.string({ maxLength: 20 }), async (q, rest) => {
        await search(amal!, { q, before: rest, since: rest, until: rest, from: rest, in: rest });
        await search(amal!, { q: `${rest}" OR * NEAR( ${q}` });
      }),
      { numRuns: 30 },
    ));
});
