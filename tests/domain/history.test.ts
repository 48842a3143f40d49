/** Long histories: what is opened, from where, and that its size does not matter. Covers B11, C3. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openConversation } from "#app/domain/conversations/open-conversation.server.ts";
import { markRead, openDirect, sendMessage } from "#app/domain/conversations/commands.server.ts";
import { MESSAGES, MESSAGES_PER_PAGE, UNREAD_AT_ONCE } from "#app/domain/conversations/queries.server.ts";
import { newId } from "#app/domain/ids.ts";
import { SEARCH } from "#app/domain/search/queries.server.ts";
import { UNINDEXED } from "#app/domain/search/index.server.ts";
import type { Viewer } from "#app/domain/viewer.ts";
import { fill } from "#tests/bench/history/fill.ts";
import { measure } from "#tests/bench/history/measure.ts";
import { contextOver, person } from "#tests/domain/people.ts";
import { testDatabase, type TestDatabase } from "#tests/support/database.ts";

const DAY_MS = 24 * 60 * 60 * 1000;
const NOWHERE = { at: null, on: null, timeZone: "UTC" };
let at: TestDatabase;
let ctx: ReturnType<typeof contextOver>;
let [amal, badr]: Viewer[] = [];
let conversationId: string;
let ids: string[];
const COUNT = UNREAD_AT_ONCE * 2;

beforeAll(async () => {
  at = await testDatabase();
  ctx = contextOver(at.db);
  [amal, badr] = [await person(ctx, "AmalPast"), await person(ctx, "BadrPast")];
  ({ conversationId } = await openDirect(ctx, amal, { userId: badr.userId }));
  ids = [];
  // Four a day.
  for (let index = 0; index < COUNT; index++) {
    ctx.time.now += DAY_MS / 4;
    ids.push((await sendMessage(ctx, amal, { conversationId, clientId: newId(), body: `#${index + 1}` })).message.id);
  }
});
afterAll(() => at.close());

const seqs = ({ messages }: { messages: readonly { seq: number }[] }) => messages.map(({ seq }) => seq);
const run = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);

describe("what a chat opens with", () => {
  test("nothing read yet: the newest", async () => expect(seqs(await openConversation(ctx, badr!, conversationId, null, NOWHERE))).toEqual(run(COUNT - MESSAGES_PER_PAGE + 1, COUNT)));

  test("the first unread one and all after it, with a little of what was read; of very many the first page of them", async () => {
    await markRead(ctx, badr!, { conversationId, upTo: ids[9]! });
    const far = await openConversation(ctx, badr!, conversationId, null, NOWHERE);
    expect([seqs(far).includes(11), far.hasNewer, seqs(far).length]).toEqual([true, true, MESSAGES_PER_PAGE]);
    await markRead(ctx, badr!, { conversationId, upTo: ids[COUNT - 100]! });
    const near = await openConversation(ctx, badr!, conversationId, null, NOWHERE);
    expect([seqs(near)[0]! < COUNT - 99, seqs(near).at(-1), near.hasNewer]).toEqual([true, COUNT, false]);
    expect((await openConversation(ctx, badr!, conversationId, null, { ...NOWHERE, at: "end" })).messages).toHaveLength(MESSAGES_PER_PAGE);
  });

  test.each([1, 2, 30, 199, COUNT - 30, COUNT - 1, COUNT])("a link to message %i shows it, and what stands around it without a hole", async (seq) => {
    const opened = await openConversation(ctx, badr!, conversationId, null, { ...NOWHERE, at: ids[seq - 1]! });
    const shown = seqs(opened);
    expect(opened.at).toBe(seq);
    expect(shown).toContain(seq);
    expect(shown).toEqual(run(shown[0]!, shown.at(-1)!));
    expect([opened.hasNewer, opened.hasOlder]).toEqual([shown.at(-1) !== COUNT, shown[0] !== 1]);
  });

  test("a day shows its first message; before the beginning the first, after the end the last; in the viewer's time zone", async () => {
    const on = async (day: number, timeZone = "UTC") => (await openConversation(ctx, badr!, conversationId, null, { at: null, on: new Date(day).toISOString().slice(0, 10), timeZone })).at;
    const times = await ctx.db.all<{ seq: number; at: number }>("SELECT seq, created_at AS at FROM messages WHERE conversation_id = ? ORDER BY seq", [conversationId]);
    for (const seq of [1, 50, 51, 52, 53, COUNT]) {
      const day = Math.floor(times[seq - 1]!.at / DAY_MS) * DAY_MS;
      expect(await on(day)).toBe(times.find((message) => message.at >= day)!.seq);
    }
    expect([await on(0), await on(ctx.now() + 40 * DAY_MS)]).toEqual([1, COUNT]);
    expect(await on(Math.floor(ctx.now() / DAY_MS) * DAY_MS, "Pacific/Kiritimati")).toBeLessThanOrEqual((await on(Math.floor(ctx.now() / DAY_MS) * DAY_MS))!);
  });

  test.each(["nonsense", "' OR 1", "", "0".repeat(32)])("a link to %j is no error, and tells nothing", async (asked) => {
    expect((await openConversation(ctx, badr!, conversationId, null, { ...NOWHERE, at: asked, on: asked })).at).toBeNull();
  });
});

test("pages, searches and the index of what is new stay on their indexes", async () => {
  const plan = async (sql: string, args: readonly (string | number)[]) => (await ctx.db.all<{ detail: string }>(`EXPLAIN QUERY PLAN ${sql}`, args)).map(({ detail }) => detail).join("; ");
  for (const [sql, args] of [[MESSAGES, ["x", 0, 1, 1]], [SEARCH, ['"x"', 1, 0, 1, "x", "x"]], [UNINDEXED, [1]]] as const) expect(await plan(sql, args)).not.toMatch(/SCAN (m|messages|s|message_search|me|u|c|conversation_members)\b(?!.*(USING|VIRTUAL))/);
});

test("opening and searching do not grow with the house: 4,000 messages here, a million in `npm run bench history`", async () => {
  const house = await testDatabase();
  try {
    const over = contextOver(house.db);
    const memory = await fill(over, await person(over, "Reader"), await person(over, "Writer"), { messages: 4_000, room: 2_000, rooms: 12 });
    const figures = await measure(over, memory, 20);
    process.stdout.write(`${JSON.stringify(Object.fromEntries(Object.entries(figures).map(([name, { p50 }]) => [name, Number(p50.toFixed(2))])))}\n`);
    for (const [name, { p50 }] of Object.entries(figures)) expect([name, p50 < 50]).toEqual([name, true]);
  } finally {
    await house.close();
  }
}, 300_000);
