/** Search: folding, what is found, in which order, and by whom. Covers B11. */
import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { deleteMessage, editMessage, openDirect, sendMessage } from "#app/domain/conversations/commands.server.ts";
import { newId } from "#app/domain/ids.ts";
import { createRoom, inviteToRoom, leaveRoom, removeMember } from "#app/domain/rooms/commands.server.ts";
import { excerptOf } from "#app/domain/search/excerpt.ts";
import { fold, isFound, marksIn, wordsIn } from "#app/domain/search/fold.ts";
import { indexMessages } from "#app/domain/search/index.server.ts";
import { RESULTS_PER_PAGE, searchMessages, wantedWords } from "#app/domain/search/queries.server.ts";
import { searchSchema } from "#app/domain/search/schema.ts";
import type { Viewer } from "#app/domain/viewer.ts";
import { contextOver, person } from "#tests/domain/people.ts";
import { testDatabase, type DatabaseKind, type TestDatabase } from "#tests/support/database.ts";

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

  test("input of any bytes is no error", () =>
    fc.assert(
      fc.asyncProperty(fc.string({ unit: "binary", maxLength: 40 }), fc.string({ maxLength: 20 }), async (q, rest) => {
        await search(amal!, { q, before: rest, since: rest, until: rest, from: rest, in: rest });
        await search(amal!, { q: `${rest}" OR * NEAR( ${q}` });
      }),
      { numRuns: 30 },
    ));
});
