/**
 * Somebody signed in who is not part of a chat: no door tells whether it exists. Every answer is compared with the
 * answer for a chat that was never there. Covers A2, B1 to B4, D3.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { newId } from "#app/domain/ids.ts";
import { DOORS, told, type Chat } from "./doors.ts";
import { startApp, type TestApp, type TestBrowser } from "#tests/support/http.ts";

let app: TestApp;
let stranger: TestBrowser;
let parent: TestBrowser;
/** The chat of the two parents, and one that was never there. */
let foreign: Chat;
let absent: Chat;

beforeAll(async () => {
  app = await startApp({ PUSHER_APP_ID: "test-app", PUSHER_KEY: "test-key", PUSHER_SECRET: "test-secret-of-channels", PUSHER_HOST: "127.0.0.1", PUSHER_PORT: "9", PUSHER_USE_TLS: "off" });
  [stranger, parent] = [await app.signedIn("admin@roost.test"), await app.signedIn("parent@roost.test")];
  const [row] = await app.db.all<{ id: string; channel: string; messageId: string }>(
    "SELECT c.id, c.channel, (SELECT m.id FROM messages m WHERE m.conversation_id = c.id ORDER BY m.seq DESC LIMIT 1) AS messageId FROM conversations c WHERE c.kind = 'direct'",
  );
  foreign = row!;
  absent = { id: newId(), channel: `private-chat-${[newId(), newId()].sort().join("-")}`, messageId: newId() };
});
afterAll(() => app.stop());

describe("a stranger at every door of a foreign chat", () => {
  test.each(DOORS)("%s: refused, exactly as for a chat that does not exist", async (_, knock) => {
    const before = await app.db.all("SELECT (SELECT count(*) FROM messages) AS messages, (SELECT count(*) FROM outbox_events) AS events, (SELECT sum(read_seq) FROM conversation_members) AS read, (SELECT group_concat(body) FROM messages) AS bodies");
    const answer = await knock(stranger, foreign);
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.status).toBeLessThan(500);
    expect(await told(answer, foreign)).toEqual(await told(await knock(stranger, absent), absent));
    expect(await app.db.all("SELECT (SELECT count(*) FROM messages) AS messages, (SELECT count(*) FROM outbox_events) AS events, (SELECT sum(read_seq) FROM conversation_members) AS read, (SELECT group_concat(body) FROM messages) AS bodies")).toEqual(before);
  });

  // Otherwise the test above would pass with every door walled up. Deleting comes last: it changes what the others need.
  test("the same doors open to one of the two", async () => {
    const own: Chat = { ...foreign, messageId: (await app.db.all<{ id: string }>("SELECT m.id FROM messages m JOIN users u ON u.id = m.sender_id WHERE u.email = 'parent@roost.test' AND m.conversation_id = ? ORDER BY m.seq DESC LIMIT 1", [foreign.id]))[0]!.id };
    for (const [name, knock] of DOORS) expect([name, (await knock(parent, own)).status < 400]).toEqual([name, true]);
  });

  test("sync tells a stranger nothing of it", async () => {
    const answer = (await (await stranger.get("/api/sync?cursor=0")).json()) as { events: { channel: string }[] };
    expect(answer.events.filter(({ channel }) => channel === foreign.channel)).toEqual([]);
    const allowed = (await (await parent.get("/api/sync?cursor=0")).json()) as { events: { channel: string }[] };
    expect(allowed.events.some(({ channel }) => channel === foreign.channel)).toBe(true);
  });

  test("nobody signed in: to the sign-in page, or 401 for programs", async () => {
    for (const [name, knock] of DOORS) {
      const answer = await knock(app.browser(), foreign);
      const toSignIn = [302, 202].includes(answer.status) && !(await answer.text()).includes(foreign.messageId);
      expect([name, answer.status === 401 || toSignIn]).toEqual([name, true]);
    }
    expect((await app.browser().get("/api/sync")).status).toBe(401);
  });
});

describe("sync over HTTP", () => {
  test("no cursor gives the current one; nothing new is 304; something new is told", async () => {
    const first = await parent.get("/api/sync");
    const { cursor, events, reset, hasMore } = (await first.json()) as { cursor: string; events: unknown[]; reset: boolean; hasMore: boolean };
    expect({ events, reset, hasMore }).toEqual({ events: [], reset: false, hasMore: false });
    const quiet = await parent.get(`/api/sync?cursor=${cursor}`, { "if-none-match": first.headers.get("etag")! });
    expect(quiet.status).toBe(304);
    await parent.postJson("/api/messages", { conversationId: foreign.id, clientId: newId(), body: "news" });
    const news = await parent.get(`/api/sync?cursor=${cursor}`, { "if-none-match": first.headers.get("etag")! });
    expect(news.status).toBe(200);
    expect(((await news.json()) as { events: { event: string; data: { body: string } }[] }).events).toMatchObject([{ event: "new-message", data: { body: "news" } }]);
  });

  test.each(["x", "!!!", "eyJ4IjoxfQ", "0x10", "-1", "%00", "9".repeat(500)])("cursor %s asks for a fresh load, and is never an error", async (cursor) => {
    const answer = await parent.get(`/api/sync?cursor=${cursor}`);
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({ reset: true, events: [] });
  });
});

describe("repeated sends over HTTP", () => {
  test("50 at once under one clientId: one row, one event, 50 equal answers; another text is 409", async () => {
    const clientId = newId();
    const send = (body: string) => parent.postJson("/api/messages", { conversationId: foreign.id, clientId, body });
    const answers = await Promise.all(Array.from({ length: 50 }, () => send("once")));
    expect(answers.map(({ status }) => status).sort()).toEqual([...Array<number>(49).fill(200), 201]);
    expect(new Set(await Promise.all(answers.map((answer) => answer.text()))).size).toBe(1);
    const [row] = await app.db.all("SELECT count(*) AS rows, (SELECT count(*) FROM outbox_events WHERE event = 'new-message' AND json_extract(payload, '$.clientId') = ?) AS events FROM messages WHERE client_id = ?", [clientId, clientId]);
    expect(row).toEqual({ rows: 1, events: 1 });
    const conflict = await send("something else");
    expect(conflict.status).toBe(409);
    expect(await conflict.json()).toMatchObject({ error: { code: "client-id-reused", field: "clientId" } });
  });
});
