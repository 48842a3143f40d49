/** One's own data over HTTP, without scripts: taken along and deleted by forms. Covers A6, D5. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { newId } from "#app/domain/ids.ts";
import { DEMO_PASSWORD, startApp, type TestApp, type TestBrowser } from "#tests/support/http.ts";

interface Someone {
  id: string;
  name: string;
  email: string;
  browser: TestBrowser;
}

let app: TestApp;
let amal: Someone;
let badr: Someone;
let chat: string;
beforeAll(async () => {
  app = await startApp();
  [amal, badr] = [await signUp("Amal Secretname"), await signUp("Badr")];
  const opened = await amal.browser.post("/chats", { intent: "open-direct", userId: badr.id });
  chat = opened.headers.get("location")!.split("/")[2]!;
  for (const [who, body] of [[amal, "hush-hush"], [badr, "not for the export"]] as const) expect((await who.browser.postJson("/api/messages", { conversationId: chat, clientId: newId(), body })).status).toBe(201);
});
afterAll(() => app.stop());

async function signUp(name: string): Promise<Someone> {
  const browser = app.browser();
  const email = `own-${newId()}@roost.test`;
  expect((await browser.post("/signup", { name, email, password: DEMO_PASSWORD, timeZone: "UTC" })).status).toBe(302);
  const [row] = await app.db.all<{ id: string }>("SELECT id FROM users WHERE email = ?", [email]);
  return { id: row!.id, name, email, browser };
}

const erase = (browser: TestBrowser, fields: Record<string, string>, headers: Record<string, string> = {}) => browser.post("/settings", { intent: "delete", ...fields }, headers);
const isThere = async ({ id }: Someone) => (await app.db.all("SELECT 1 FROM users WHERE id = ? AND erased_at IS NULL", [id])).length === 1;

test("the export: a download of one's own things, with no secret and nothing of others", async () => {
  const asked = await amal.browser.post("/settings", { intent: "export" });
  expect([asked.status, asked.headers.get("location")]).toEqual([302, "/settings/export.json"]);
  const answer = await amal.browser.get("/settings/export.json");
  expect([answer.status, answer.headers.get("content-type"), answer.headers.get("content-disposition")]).toEqual([200, "application/json; charset=utf-8", 'attachment; filename="roost-export.json"']);
  // Not to be found again in any cache.
  expect(answer.headers.get("cache-control")).toMatch(/no-store|private/);
  const text = await answer.text();
  const data = JSON.parse(text) as Record<string, unknown>;
  expect(data).toMatchObject({ version: 1, account: { id: amal.id, name: amal.name, email: amal.email }, conversations: [{ id: chat, name: "Badr" }], messages: [{ conversationId: chat, body: "hush-hush" }], reactions: [], stars: [] });
  const secrets = await app.db.all<{ secret: string }>("SELECT password_hash AS secret FROM users WHERE id = ? UNION ALL SELECT token_hash FROM sessions WHERE user_id = ? UNION ALL SELECT id FROM sessions WHERE user_id = ?", [amal.id, amal.id, amal.id]);
  expect(secrets).toHaveLength(3);
  for (const unwanted of [...secrets.map(({ secret }) => secret), amal.browser.cookies.get("roost_session")!, badr.email, "not for the export", "$argon2"]) expect(text).not.toContain(unwanted);
});

test("nobody signed in gets nothing, and whoever names somebody else gets their own", async () => {
  const answer = await app.browser().get("/settings/export.json");
  expect([302, 401]).toContain(answer.status);
  expect(await answer.text()).not.toContain("hush-hush");
  const text = await (await badr.browser.get(`/settings/export.json?userId=${amal.id}`)).text();
  expect(text).toContain("not for the export");
  expect(text).not.toContain("hush-hush");
  expect((await erase(app.browser(), { password: DEMO_PASSWORD, sure: "on", userId: amal.id })).headers.get("location")).toMatch(/^\/login/);
  expect(await isThere(amal)).toBe(true);
});

test("deleting asks for the password and for certainty, and comes from our own pages only", async () => {
  const page = await (await amal.browser.get("/settings")).text();
  expect(page).toMatch(/<details[^>]*>[^]*name="intent" value="delete"[^]*name="password"[^]*name="sure"/);
  for (const [fields, status] of [
    [{ password: "mistyped-secret-77", sure: "on" }, 422],
    [{ password: DEMO_PASSWORD }, 422],
    [{ sure: "on" }, 422],
    [{}, 422],
  ] as const) {
    const answer = await erase(amal.browser, fields);
    expect([fields, answer.status]).toEqual([fields, status]);
    // The form stands open with what was wrong, without what was typed.
    const shown = await answer.text();
    expect(shown).toMatch(/<details[^>]* open=""/);
    expect(shown).toContain('aria-invalid="true"');
    expect(shown).not.toContain("mistyped-secret-77");
    expect(answer.headers.get("clear-site-data")).toBeNull();
  }
  expect((await erase(amal.browser, { password: DEMO_PASSWORD, sure: "on" }, { origin: "https://elsewhere.test" })).status).toBe(403);
  expect(await isThere(amal)).toBe(true);
  expect((await amal.browser.get("/settings")).status).toBe(200);
});

test("once deleted: signed out everywhere, no way back in, and a chat of the other without name or text", async () => {
  const elsewhere = await app.signedIn(amal.email);
  const kept = app.browser();
  kept.cookies.set("roost_session", amal.browser.cookies.get("roost_session")!);
  const answer = await erase(amal.browser, { password: DEMO_PASSWORD, sure: "on" });
  expect([answer.status, answer.headers.get("location"), answer.headers.get("clear-site-data"), amal.browser.cookies.has("roost_session")]).toEqual([302, "/login", '"storage"', false]);
  for (const browser of [elsewhere, kept]) {
    expect((await browser.get("/settings")).headers.get("location")).toMatch(/^\/login/);
    expect((await browser.get("/api/sync")).status).toBe(401);
    const taken = await browser.get("/settings/export.json");
    expect([302, 401]).toContain(taken.status);
  }
  expect((await app.browser().post("/login", { email: amal.email, password: DEMO_PASSWORD })).status).toBe(401);
  const seen = await (await badr.browser.get(`/chats/${chat}`)).text();
  expect(seen).toContain("not for the export");
  for (const gone of ["hush-hush", "Secretname", amal.email]) expect(seen).not.toContain(gone);
  expect(await (await badr.browser.get("/search?q=hush")).text()).not.toContain("<mark");
});
