/** What somebody wants to be notified of, and what every page knows of it. Covers A4's preferences, B9. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { markRead, openDirect, sendMessage } from "#app/domain/conversations/commands.server.ts";
import { UNREAD_LIMIT } from "#app/domain/conversations/limits.ts";
import { setNotifications, setNotifyLevel } from "#app/domain/notifications/commands.server.ts";
import { notificationsChanged } from "#app/domain/notifications/events.ts";
import { NOTICED_CONVERSATIONS, noticesOf, PREFERENCES, preferencesOf } from "#app/domain/notifications/queries.server.ts";
import { notificationsSchema, notifySchema } from "#app/domain/notifications/schema.ts";
import { createRoom } from "#app/domain/rooms/commands.server.ts";
import { syncFor } from "#app/domain/sync/queries.server.ts";
import type { Viewer } from "#app/domain/viewer.ts";
import { testDatabase, type TestDatabase } from "#tests/support/database.ts";
import { contextOver, person } from "./people.ts";

let database: TestDatabase;
let ctx: ReturnType<typeof contextOver>;
let amal: Viewer;
let badr: Viewer;
let chadia: Viewer;
let chat: string;

beforeEach(async () => {
  database = await testDatabase();
  ctx = contextOver(database.db);
  [amal, badr, chadia] = [await person(ctx, "Amal"), await person(ctx, "Badr"), await person(ctx, "Chadia")];
  chat = (await openDirect(ctx, amal, { userId: badr.userId })).conversationId;
});
afterEach(() => database.close());

const send = (viewer: Viewer, body = "Hello", conversationId = chat) => sendMessage(ctx, viewer, { conversationId, body, clientId: ctx.newId() });
const told = async (viewer: Viewer) => (await syncFor(ctx, viewer, "0")).events.filter(({ event }) => event === notificationsChanged.name).map(({ data: { _event, ...payload } }) => payload);

describe("preferences", () => {
  test("everything, and heard, unless somebody says otherwise", async () => {
    expect(await preferencesOf(ctx, amal)).toEqual({ level: "all", sound: true });
  });

  test("one's own are changed and told to one's own browsers alone; the same again tells nobody", async () => {
    await setNotifications(ctx, amal, { level: "mentions", sound: false });
    await setNotifications(ctx, amal, { level: "mentions", sound: false });
    expect(await preferencesOf(ctx, amal)).toEqual({ level: "mentions", sound: false });
    expect(await preferencesOf(ctx, badr)).toEqual({ level: "all", sound: true });
    expect(await told(amal)).toEqual([{ conversationId: null, level: "mentions", sound: false }]);
    expect(await told(badr)).toEqual([]);
  });

  test("of a conversation: chosen, changed, taken back; the other one's stay", async () => {
    for (const level of ["none", "none", "mentions", null] as const) await setNotifyLevel(ctx, amal, { conversationId: chat, level });
    expect(await told(amal)).toEqual([
      { conversationId: chat, level: "none" },
      { conversationId: chat, level: "mentions" },
      { conversationId: chat, level: null },
    ]);
    expect(await told(badr)).toEqual([]);
    await setNotifyLevel(ctx, amal, { conversationId: chat, level: "none" });
    expect(await ctx.db.all("SELECT user_id AS id, notify_level AS level FROM conversation_members ORDER BY joined_at, user_id = ? DESC", [amal.userId])).toEqual([
      { id: amal.userId, level: "none" },
      { id: badr.userId, level: null },
    ]);
  });

  test("a stranger chooses nothing, and learns nothing", async () => {
    for (const conversationId of [chat, ctx.newId()]) await expect(setNotifyLevel(ctx, chadia, { conversationId, level: "none" })).rejects.toMatchObject({ code: "not-found" });
    expect(await told(chadia)).toEqual([]);
    expect(await ctx.db.all("SELECT 1 FROM conversation_members WHERE notify_level IS NOT NULL")).toEqual([]);
  });

  test("forms: three levels, an empty one only for a conversation, a box that is ticked or is not", () => {
    for (const level of ["all", "mentions", "none"]) expect(notifySchema.parse({ level })).toEqual({ level });
    expect(notifySchema.parse({ level: "" })).toEqual({ level: null });
    expect(notificationsSchema.parse({ level: "all", sound: "on" })).toEqual({ level: "all", sound: true });
    expect(notificationsSchema.parse({ level: "all" })).toEqual({ level: "all", sound: false });
    for (const level of [undefined, "loud", "ALL", ["all"], 1]) expect(notifySchema.safeParse({ level }).error?.issues[0]?.message).toBe("notify-level-unknown");
    expect(notificationsSchema.safeParse({ level: "" }).success).toBe(false);
    expect(notificationsSchema.safeParse({ level: "all", sound: "maybe" }).success).toBe(false);
  });
});

describe("what every page knows", () => {
  test("unread messages of others by their numbers; own ones, read ones and quiet conversations are left out", async () => {
    expect((await noticesOf(ctx, badr)).conversations).toEqual([]);
    const first = await send(amal);
    await send(badr);
    await send(amal);
    await send(amal);
    expect(await noticesOf(ctx, badr)).toEqual({ level: "all", sound: true, now: ctx.now(), conversations: [{ id: chat, room: null, level: null, readSeq: 0, lastSeq: 4, unread: "1,3,4" }] });
    await markRead(ctx, badr, { conversationId: chat, upTo: first.message.id });
    expect((await noticesOf(ctx, badr)).conversations).toEqual([{ id: chat, room: null, level: null, readSeq: 1, lastSeq: 4, unread: "3,4" }]);
    const last = await send(amal);
    await markRead(ctx, badr, { conversationId: chat, upTo: last.message.id });
    expect((await noticesOf(ctx, badr)).conversations).toEqual([]);
    await setNotifyLevel(ctx, badr, { conversationId: chat, level: "none" });
    expect((await noticesOf(ctx, badr)).conversations).toEqual([{ id: chat, room: null, level: "none", readSeq: 5, lastSeq: 5, unread: "" }]);
    expect((await noticesOf(ctx, chadia)).conversations).toEqual([]);
  });

  test("rooms in which somebody spoke lately are named, quiet ones and strangers' are not", async () => {
    const { conversationId } = await createRoom(ctx, badr, { name: "Kitchen", access: "open" });
    expect((await noticesOf(ctx, badr)).conversations).toEqual([]);
    await send(badr, "Anybody here?", conversationId);
    expect((await noticesOf(ctx, badr)).conversations).toMatchObject([{ id: conversationId, room: "Kitchen", unread: "" }]);
    expect((await noticesOf(ctx, amal)).conversations).toEqual([]);
    ctx.time.now += 8 * 24 * 60 * 60 * 1_000;
    await markRead(ctx, badr, { conversationId, upTo: (await ctx.db.all<{ id: string }>("SELECT id FROM messages WHERE conversation_id = ?", [conversationId]))[0]!.id });
    expect((await noticesOf(ctx, badr)).conversations).toEqual([]);
  });

  test("counted up to the limit, however much is waiting", async () => {
    await ctx.db.batch([
      { sql: "WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 500) INSERT INTO messages (id, conversation_id, seq, sender_id, client_id, body, created_at) SELECT printf('%032d', n), ?, n, ?, 'c' || n, 'x', 1 FROM n", args: [chat, amal.userId] },
      { sql: "UPDATE conversations SET last_seq = 500 WHERE id = ?", args: [chat] },
    ]);
    const [known] = (await noticesOf(ctx, badr)).conversations;
    expect(known!.unread.split(",").map(Number)).toEqual(Array.from({ length: UNREAD_LIMIT }, (_, index) => index + 1));
  });

  test("it runs with every page: by keys and indexes alone, and fast for somebody with 300 conversations", async () => {
    const plan = async (sql: string) => (await ctx.db.all<{ detail: string }>(`EXPLAIN QUERY PLAN ${sql}`, sql === NOTICED_CONVERSATIONS ? [badr.userId, 0] : [badr.userId])).map(({ detail }) => detail);
    // Subqueries and what they are called are none of our tables.
    const scans = (details: string[]) => details.filter((detail) => /^SCAN (me|c|m|users|messages|conversations|conversation_members)\b/.test(detail));
    expect(scans(await plan(NOTICED_CONVERSATIONS))).toEqual([]);
    expect(scans(await plan(PREFERENCES))).toEqual([]);
    expect(await plan(NOTICED_CONVERSATIONS)).toContainEqual(expect.stringMatching(/SEARCH me USING INDEX conversation_members_user \(user_id=\?\)/));
    expect(await plan(NOTICED_CONVERSATIONS)).toContainEqual(expect.stringMatching(/SEARCH m USING INDEX messages_conversation_seq \(conversation_id=\? AND seq>\?\)/));
    // The check itself notices a scan.
    expect(scans(await plan("SELECT * FROM messages m WHERE body = ?"))).toHaveLength(1);

    await ctx.db.batch([
      { sql: "WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 300) INSERT INTO conversations (id, kind, name, access, channel, member_count, last_seq, created_at) SELECT printf('room%028d', n), 'room', 'r', 'open', 'r' || n, 2, 200, 1 FROM n" },
      { sql: "INSERT INTO conversation_members (conversation_id, user_id, joined_at, read_seq) SELECT c.id, u.id, 1, CASE WHEN c.id < 'room' || printf('%028d', 281) THEN 200 ELSE 0 END FROM conversations c, users u WHERE c.kind = 'room' AND u.id IN (?, ?)", args: [amal.userId, badr.userId] },
      { sql: "WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 200) INSERT INTO messages (id, conversation_id, seq, sender_id, client_id, body, created_at) SELECT c.id || n, c.id, n, ?, c.id || n, 'x', 1 FROM conversations c, n WHERE c.kind = 'room'", args: [amal.userId] },
    ]);
    expect((await noticesOf(ctx, badr)).conversations).toHaveLength(20);
    const from = performance.now();
    for (let turn = 0; turn < 20; turn++) await noticesOf(ctx, badr);
    const took = (performance.now() - from) / 20;
    process.stdout.write(`notices of somebody with 300 conversations, 20 of them with 200 unread: ${took.toFixed(2)} ms\n`);
  });
});
