/** Choosing what one is notified of, by plain forms; titles that count, without any script. Covers A4, B9, C2, D5. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { newId } from "#app/domain/ids.ts";
import { startApp, type TestApp, type TestBrowser } from "#tests/support/http.ts";

let app: TestApp;
let parent: TestBrowser;
let other: TestBrowser;
let chat: string;

beforeAll(async () => {
  app = await startApp();
  [parent, other] = [await app.signedIn("parent@roost.test"), await app.signedIn("other@roost.test")];
  chat = (await app.db.all<{ id: string }>("SELECT id FROM conversations WHERE kind = 'direct'"))[0]!.id;
  await app.db.batch([{ sql: "UPDATE conversation_members SET read_seq = (SELECT last_seq FROM conversations WHERE id = conversation_id)" }]);
});
afterAll(() => app.stop());

const titleOf = async (browser: TestBrowser, path: string, headers: Record<string, string> = {}) => /<title>(.*?)<\/title>/.exec(await (await browser.get(path, headers)).text())?.[1];
const send = async (body: string) => expect((await parent.postJson("/api/messages", { conversationId: chat, clientId: newId(), body })).status).toBe(201);
const levels = () => app.db.all("SELECT u.notify_level AS own, u.notify_sound AS sound, m.notify_level AS level FROM users u JOIN conversation_members m ON m.user_id = u.id AND m.conversation_id = ? WHERE u.email = 'other@roost.test'", [chat]);

test("the settings' form keeps what was chosen, and shows it", async () => {
  const answer = await other.post("/settings", { intent: "notifications", level: "mentions" });
  expect([answer.status, answer.headers.get("location")]).toEqual([302, "/settings?saved=notifications"]);
  expect(await levels()).toEqual([{ own: "mentions", sound: 0, level: null }]);
  const html = await (await other.get("/settings?saved=notifications")).text();
  expect(html).toMatch(/<input[^>]*value="mentions"[^>]*checked=""|<input[^>]*checked=""[^>]*value="mentions"/);
  expect(html).not.toMatch(/<input[^>]*name="sound"[^>]*checked=""/);
  expect((await other.post("/settings", { intent: "notifications", level: "all", sound: "on" })).status).toBe(302);
  expect(await levels()).toEqual([{ own: "all", sound: 1, level: null }]);
});

test.each([{ level: "" }, { level: "loud" }, {}, { level: "all", sound: "loud" }])("a wrong choice is refused with the form: %j", async (fields) => {
  const answer = await other.post("/settings", { intent: "notifications", ...(fields as Record<string, string>) });
  expect(answer.status).toBe(422);
  expect(await answer.text()).toMatch(/-error"/);
  expect(await levels()).toEqual([{ own: "all", sound: 1, level: null }]);
});

test("every page's title counts what is unread, in the reader's digits, but for muted chats", async () => {
  expect(await titleOf(other, "/settings")).toBe("Settings · Roost");
  await send("one");
  await send("two");
  for (const path of ["/", "/chats", "/settings"]) expect(await titleOf(other, path)).toMatch(/^\(2\) .+ · Roost$/);
  expect(await titleOf(parent, "/settings")).toBe("Settings · Roost");
  expect(await titleOf(app.browser(), "/login")).not.toContain("(");
  expect(await titleOf(other, "/settings", { "accept-language": "ar" })).toMatch(/^\([2٢]\) .*الإعدادات/);

  expect((await other.post(`/chats/${chat}`, { intent: "notify", level: "none" })).status).toBe(302);
  expect(await levels()).toMatchObject([{ level: "none" }]);
  expect(await titleOf(other, "/settings")).toBe("Settings · Roost");
  expect((await other.post(`/chats/${chat}`, { intent: "notify", level: "" })).status).toBe(302);
  expect(await levels()).toMatchObject([{ level: null }]);
  expect(await titleOf(other, "/settings")).toBe("(2) Settings · Roost");
});

test("more than 99 are not counted out", async () => {
  const [{ id, lastSeq }] = (await app.db.all<{ id: string; lastSeq: number }>("SELECT u.id, c.last_seq AS lastSeq FROM users u, conversations c WHERE u.email = 'parent@roost.test' AND c.id = ?", [chat])) as [{ id: string; lastSeq: number }];
  await app.db.batch([
    { sql: "WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 120) INSERT INTO messages (id, conversation_id, seq, sender_id, client_id, body, created_at) SELECT printf('%032d', n), ?, ? + n, ?, 'many' || n, 'x', 1 FROM n", args: [chat, lastSeq, id] },
    { sql: "UPDATE conversations SET last_seq = last_seq + 120 WHERE id = ?", args: [chat] },
  ]);
  expect(await titleOf(other, "/settings")).toBe("(99+) Settings · Roost");
});

test("a stranger mutes nothing, and learns nothing", async () => {
  const stranger = await app.signedIn("admin@roost.test");
  const answers = await Promise.all([chat, newId()].map((id) => stranger.post(`/chats/${id}`, { intent: "notify", level: "none" })));
  expect(answers.map(({ status }) => status)).toEqual([404, 404]);
  expect(await app.db.all("SELECT 1 FROM conversation_members WHERE notify_level IS NOT NULL")).toEqual([]);
  for (const level of ["", "none"]) expect((await app.browser().post(`/chats/${chat}`, { intent: "notify", level })).headers.get("location")).toMatch(/^\/login/);
});
