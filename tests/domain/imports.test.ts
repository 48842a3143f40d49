/** Messages of another chat: what a line may say, where it goes, and that the same lines come out again. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { markRead, openDirect, sendMessage } from "#app/domain/conversations/commands.server.ts";
import { conversationsOf } from "#app/domain/conversations/queries.server.ts";
import { exportedLines } from "#app/domain/imports/export.server.ts";
import { finishImport } from "#app/domain/imports/finish.server.ts";
import { importLines, standingOf } from "#app/domain/imports/import.server.ts";
import { LineRefused, MAX_LINE_BYTES, parseLine } from "#app/domain/imports/line.ts";
import { Places } from "#app/domain/imports/places.server.ts";
import { newId } from "#app/domain/ids.ts";
import { createRoom } from "#app/domain/rooms/commands.server.ts";
import { logHead } from "#db/outbox/log.ts";
import { syncEvents } from "#db/outbox/sync.ts";
import { contextOver, person } from "./people.ts";
import { testDatabase, type TestDatabase } from "#tests/support/database.ts";

const START = Date.UTC(2026, 0, 1);
const at = (minute: number) => new Date(START + minute * 60_000).toISOString();
const line = (id: string, from: string, where: { to: string } | { room: string }, minute: number, more: object = {}) => ({ id, from, ...where, body: `text ${id}`, createdAt: at(minute), ...more });

describe("a line", () => {
  const good = line("m-1", "a@x.test", { to: "b@x.test" }, 1);
  const now = START + 86_400_000;
  test("is read with times as text or milliseconds, ids as text or numbers, and its text as the app keeps texts", () => {
    expect(parseLine(JSON.stringify({ ...good, id: 7, createdAt: START, readAt: at(2), body: " a\r\nb " }), now)).toEqual({ id: "7", from: "a@x.test", to: "b@x.test", room: null, body: "a\nb", createdAt: START, readAt: START + 120_000 });
  });
  test.each([
    ["{", "not JSON"],
    ["[]", "not a JSON object"],
    [{ ...good, id: "" }, "id: expected"],
    [{ ...good, id: "a b" }, "id: expected"],
    [{ ...good, id: "x".repeat(65) }, "id: expected"],
    [{ ...good, from: undefined }, "from: missing"],
    [{ ...good, from: 4 }, "from: expected a text"],
    [{ ...good, to: undefined }, "either to or room"],
    [{ ...good, room: "Kitchen" }, "either to or room"],
    [{ ...good, body: "\u0000 " }, "body: empty"],
    [{ ...good, body: 3 }, "body: expected a text"],
    [{ ...good, body: "x".repeat(20_001) }, "body: longer"],
    [{ ...good, createdAt: "yesterday" }, "createdAt: expected"],
    [{ ...good, createdAt: "2026-01-01T12:00:00" }, "createdAt: expected"],
    [{ ...good, createdAt: at(3 * 24 * 60) }, "createdAt: lies in the future"],
    [{ ...good, readAt: -1 }, "readAt: expected"],
    [null, `longer than ${MAX_LINE_BYTES}`],
  ])("is refused where it says something else (%#: $1)", (given, reason) => {
    const parse = () => parseLine(typeof given === "object" && given ? JSON.stringify(given) : given, now);
    expect(parse).toThrow(LineRefused);
    expect(parse).toThrow(reason);
  });
});

describe.each(["better-sqlite3", "libsql-ws"] as const)("an import on %s", (kind) => {
  let test_: TestDatabase;
  let ctx: ReturnType<typeof contextOver>;
  beforeEach(async () => {
    test_ = await testDatabase(kind);
    ctx = contextOver(test_.db);
  });
  afterEach(() => test_.close());

  /** Some lines at once, `perChunk` in a transaction, as the command does it. */
  async function imported(lines: readonly unknown[], perChunk = 3) {
    const places = new Places(ctx);
    const skipped = [];
    let standing = { bytes: 0, lines: 0, imported: 0, repeated: 0, skipped: 0 };
    for (let start = 0; start < lines.length; start += perChunk) {
      const raw = lines.slice(start, start + perChunk).map((each, index) => ({ number: start + index + 1, text: typeof each === "string" ? each : JSON.stringify(each) }));
      const done = await importLines(ctx, places, { file: "f", lines: raw, upTo: start + perChunk, before: standing });
      expect(await standingOf(ctx.db, "f")).toEqual(done.standing);
      skipped.push(...done.skipped);
      standing = done.standing;
    }
    await finishImport(ctx, "f", standing.imported > 0);
    return { ...standing, skippedLines: skipped };
  }
  const exported = () =>
    ctx.db.snapshot(async (read) => {
      let all = "";
      for await (const { text } of exportedLines(read)) all += text;
      return all;
    });

  const LINES = [
    line("a1", "ada@x.test", { to: "bo@x.test" }, 1, { readAt: at(9) }),
    line("k1", "cy@x.test", { room: "Old kitchen" }, 2, { readAt: at(3) }),
    line("b1", "bo@x.test", { to: "ada@x.test" }, 3),
    line("a2", "ada@x.test", { to: "bo@x.test" }, 4),
    line("k2", "ada@x.test", { room: "Old kitchen" }, 5),
  ];

  test("makes people, chats and rooms, keeps ids, times and what was read, tells nobody, and comes out the same", async () => {
    const ada = await person(ctx, "Ada");
    await ctx.db.batch([{ sql: "UPDATE users SET email = 'ada@x.test' WHERE id = ?", args: [ada.userId] }]);
    const before = await syncEvents(ctx.db, [], null);
    expect(await imported(LINES)).toMatchObject({ imported: 5, repeated: 0, skipped: 0 });
    expect(await ctx.db.all("SELECT id, body, created_at AS at, seq FROM messages ORDER BY rowid")).toEqual([
      { id: "a1", body: "text a1", at: Date.parse(at(1)), seq: 1 },
      { id: "k1", body: "text k1", at: Date.parse(at(2)), seq: 1 },
      { id: "b1", body: "text b1", at: Date.parse(at(3)), seq: 2 },
      { id: "a2", body: "text a2", at: Date.parse(at(4)), seq: 3 },
      { id: "k2", body: "text k2", at: Date.parse(at(5)), seq: 2 },
    ]);
    expect(await ctx.db.all("SELECT email, disabled_at IS NOT NULL AS disabled, password_hash AS hash FROM users ORDER BY email")).toEqual([
      { email: "ada@x.test", disabled: 0, hash: null },
      { email: "bo@x.test", disabled: 1, hash: null },
      { email: "cy@x.test", disabled: 1, hash: null },
    ]);
    expect(await ctx.db.all("SELECT u.email, c.kind, c.name, c.access, c.member_count AS members, c.last_seq AS lastSeq, m.role, m.read_seq AS readSeq, m.read_at AS readAt FROM conversation_members m JOIN users u ON u.id = m.user_id JOIN conversations c ON c.id = m.conversation_id ORDER BY c.kind, u.email")).toEqual([
      { email: "ada@x.test", kind: "direct", name: null, access: null, members: 2, lastSeq: 3, role: "member", readSeq: 0, readAt: null },
      { email: "bo@x.test", kind: "direct", name: null, access: null, members: 2, lastSeq: 3, role: "member", readSeq: 1, readAt: Date.parse(at(9)) },
      { email: "ada@x.test", kind: "room", name: "Old kitchen", access: "closed", members: 2, lastSeq: 2, role: "member", readSeq: 1, readAt: Date.parse(at(3)) },
      { email: "cy@x.test", kind: "room", name: "Old kitchen", access: "closed", members: 2, lastSeq: 2, role: "owner", readSeq: 0, readAt: null },
    ]);
    expect(await ctx.db.all("SELECT count(*) AS events FROM outbox_events")).toEqual([{ events: 0 }]);
    expect(await syncEvents(ctx.db, [], before.cursor)).toMatchObject({ reset: true });
    expect((await conversationsOf(ctx, ada)).map(({ unread, lastMessage }) => [unread, lastMessage?.id]).sort()).toEqual([[0, "k2"], [1, "a2"]]);
    expect(await exported()).toBe(LINES.map((each) => `${JSON.stringify(each)}\n`).join(""));
  });

  test("again it changes nothing, not even the epoch; lines that say something else under the same id are left out", async () => {
    await imported(LINES);
    const all = async () => [await ctx.db.all("SELECT * FROM messages ORDER BY id"), await ctx.db.all("SELECT * FROM conversations"), await ctx.db.all("SELECT * FROM conversation_members"), await logHead(ctx.db)];
    const before = await all();
    expect(await imported(["", ...LINES, "{", line("a1", "bo@x.test", { to: "ada@x.test" }, 1)])).toMatchObject({
      imported: 0,
      repeated: 5,
      skipped: 2,
      skippedLines: [
        { line: 7, reason: "not JSON" },
        { line: 8, reason: "id: another message has it" },
      ],
    });
    expect(await all()).toEqual(before);
  });

  test("whom or what it cannot tell it leaves out, with line and reason, and goes on", async () => {
    const viewer = await person(ctx, "Owner");
    for (const key of [newId(), newId()]) await createRoom(ctx, viewer, { name: "Twin", access: "open", key });
    const { skippedLines, imported: count } = await imported([
      line("1", "nobody", { to: "b@x.test" }, 1),
      line("2", newId(), { to: "b@x.test" }, 1),
      line("3", "B@x.test", { to: "b@X.test " }, 1),
      line("4", "b@x.test", { room: "Twin" }, 1),
      line("5", "b@x.test", { room: "x".repeat(81) }, 1),
      line("6", viewer.userId, { to: "b@x.test" }, 1),
      line("6", viewer.userId, { to: "c@x.test" }, 1),
    ]);
    expect(skippedLines).toEqual([
      { line: 1, reason: "from: expected an e-mail address" },
      { line: 2, reason: "from: there is nobody with this id" },
      { line: 3, reason: "to: the same person as from" },
      { line: 4, reason: "room: several have this name; give the id of one" },
      { line: 5, reason: "room: no name that a room can have" },
      { line: 7, reason: "id: another message has it" },
    ]);
    expect(count).toBe(1);
  });

  test("older messages come before those that are there: numbers, positions and the log follow; what is read stays read", async () => {
    const [ada, bo] = [await person(ctx, "Ada"), await person(ctx, "Bo")];
    const { conversationId } = await openDirect(ctx, ada, { userId: bo.userId });
    const sent = [];
    for (const body of ["one", "two", "three"]) sent.push((await sendMessage(ctx, ada, { conversationId, clientId: newId(), body })).message);
    await markRead(ctx, bo, { conversationId, upTo: sent[1]!.id });
    const native = [4, 3, 1, 2].map((minute) => ({ ...line(`old${minute}`, ada.email!, { to: bo.email! }, minute), readAt: at(minute + 1) }));
    await imported(native);
    expect(await ctx.db.all("SELECT id, seq FROM messages ORDER BY seq")).toEqual([...[1, 2, 3, 4].map((n) => ({ id: `old${n}`, seq: n })), ...sent.map(({ id }, index) => ({ id, seq: 5 + index }))]);
    expect(await ctx.db.all("SELECT last_seq AS lastSeq, last_message_at AS lastAt FROM conversations")).toEqual([{ lastSeq: 7, lastAt: ctx.now() }]);
    expect((await conversationsOf(ctx, bo))[0]).toMatchObject({ unread: 1, lastMessage: { id: sent[2]!.id } });
    const { channel } = (await conversationsOf(ctx, bo))[0]!;
    expect((await syncEvents(ctx.db, [channel], "0")).events.filter(({ event }) => event === "new-message").map(({ data }) => data["seq"])).toEqual([5, 6, 7]);
    // An imported message is one like others.
    await markRead(ctx, bo, { conversationId, upTo: sent[2]!.id });
    const next = await sendMessage(ctx, bo, { conversationId, clientId: newId(), body: "four" });
    expect(next.message.seq).toBe(8);
    const lines = (await exported()).trim().split("\n").map((text) => JSON.parse(text) as { id: string; readAt?: string });
    expect(lines.map(({ id, readAt }) => [id, readAt])).toEqual([...sent.map(({ id }) => [id, new Date(ctx.now()).toISOString()]), ...native.map(({ id, readAt }) => [id, readAt]), [next.message.id, undefined]]);
  });
});
