/** Sessions as rows (A1): hashed, rotated, listed, ended by the next request. */
import { createHash } from "node:crypto";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startApp, type TestApp, type TestBrowser } from "#tests/support/http.ts";

let app: TestApp;
beforeAll(async () => void (app = await startApp()));
afterAll(() => app.stop());

const tokenOf = (browser: TestBrowser): string => JSON.parse(Buffer.from(decodeURIComponent(browser.cookies.get("roost_session")!).split(".")[0]!, "base64").toString()) as string;
const hash = (token: string) => createHash("sha256").update(token).digest("hex");
const sessionOf = async (browser: TestBrowser) => (await app.db.all<{ id: string; userId: string; expiresAt: number }>("SELECT id, user_id AS userId, expires_at AS expiresAt FROM sessions WHERE token_hash = ?", [hash(tokenOf(browser))]))[0];

async function expectSignedOut(browser: TestBrowser) {
  const page = await browser.get("/settings");
  expect([page.status, page.headers.get("location")]).toEqual([302, "/login?redirectTo=%2Fsettings"]);
  expect((await browser.get("/api/sync")).status).toBe(401);
  expect((await browser.postJson("/api/messages", {})).status).toBe(401);
  expect((await browser.post("/api/pusher/auth", { socket_id: "1.2", channel_name: "private-admin" })).status).toBe(401);
  // 202 is how single fetch says "redirect".
  expect((await browser.get("/settings.data")).status).toBe(202);
}

it("stores the hash of a long random token, and nothing that lets anybody in", async () => {
  const browser = await app.signedIn("parent@roost.test");
  const token = tokenOf(browser);
  expect(Buffer.from(token, "base64url")).toHaveLength(32);
  expect(await sessionOf(browser)).toBeDefined();
  const stored = JSON.stringify(await app.db.all("SELECT * FROM sessions"));
  expect(stored).not.toContain(token);
});

it("gives a cookie that scripts and other sites cannot use", async () => {
  const answer = await app.browser().post("/login", { email: "parent@roost.test", password: "roost-demo-pass" });
  expect(answer.headers.getSetCookie()).toEqual([expect.stringMatching(/^roost_session=.*; Path=\/; HttpOnly; SameSite=Lax$/)]);
});

it("refuses a cookie that is not signed by us", async () => {
  const browser = await app.signedIn("parent@roost.test");
  const [value] = decodeURIComponent(browser.cookies.get("roost_session")!).split(".");
  browser.cookies.set("roost_session", encodeURIComponent(`${value}.${"A".repeat(43)}`));
  await expectSignedOut(browser);
});

it("changes the token at sign-in and ends the one before", async () => {
  const browser = await app.signedIn("parent@roost.test");
  const planted = app.browser();
  planted.cookies.set("roost_session", browser.cookies.get("roost_session")!);
  await browser.post("/login", { email: "parent@roost.test", password: "roost-demo-pass" });
  expect(tokenOf(browser)).not.toBe(tokenOf(planted));
  expect((await browser.get("/settings")).status).toBe(200);
  await expectSignedOut(planted);
});

it("ends one session from another browser, by the next request, and tells its pages", async () => {
  const here = await app.signedIn("other@roost.test");
  const there = await app.signedIn("other@roost.test");
  const { id, userId } = (await sessionOf(there))!;
  expect(await (await here.get("/settings")).text()).toContain(id);
  const answer = await here.post("/settings", { intent: "end-session", sessionId: id });
  expect([answer.status, answer.headers.get("location")]).toEqual([302, "/settings?saved=sessions"]);
  await expectSignedOut(there);
  expect((await here.get("/settings")).status).toBe(200);
  const [event] = await app.db.all<{ channel: string; payload: string }>("SELECT channel, payload FROM outbox_events WHERE event = 'session-ended' ORDER BY seq DESC LIMIT 1");
  expect(event).toMatchObject({ channel: `private-user-${userId}`, payload: JSON.stringify({ sessionId: id }) });
});

it("ends nobody else's session", async () => {
  const victim = await app.signedIn("parent@roost.test");
  const attacker = await app.signedIn("other@roost.test");
  const { id } = (await sessionOf(victim))!;
  await attacker.post("/settings", { intent: "end-session", sessionId: id });
  expect((await victim.get("/settings")).status).toBe(200);
  expect(await (await attacker.get("/settings")).text()).not.toContain(id);
});

it("signs out everywhere", async () => {
  const browsers = await Promise.all([app.signedIn("admin@roost.test"), app.signedIn("admin@roost.test"), app.signedIn("admin@roost.test")]);
  const answer = await browsers[0].post("/settings", { intent: "end-all-sessions" });
  expect(answer.headers.get("location")).toBe("/login");
  for (const browser of browsers) await expectSignedOut(browser);
});

it("signs out by form only, and the old cookie is worth nothing", async () => {
  const browser = await app.signedIn("parent@roost.test");
  const kept = app.browser();
  kept.cookies.set("roost_session", browser.cookies.get("roost_session")!);
  const page = await browser.get("/logout");
  expect([page.status, (await kept.get("/settings")).status]).toEqual([200, 200]);
  const answer = await browser.post("/logout", {});
  expect([answer.status, answer.headers.get("location"), browser.cookies.size]).toEqual([302, "/login", 0]);
  await expectSignedOut(kept);
});

it("ends with its time, and moves its end while it is used", async () => {
  const browser = await app.signedIn("parent@roost.test");
  const { id, expiresAt } = (await sessionOf(browser))!;
  const minute = 60_000;
  await app.db.batch([{ sql: "UPDATE sessions SET last_seen_at = last_seen_at - ?, expires_at = expires_at - ? WHERE id = ?", args: [2 * minute, 2 * minute, id] }]);
  await browser.get("/settings");
  expect((await sessionOf(browser))!.expiresAt).toBeGreaterThanOrEqual(expiresAt);
  await app.db.batch([{ sql: "UPDATE sessions SET expires_at = ? WHERE id = ?", args: [Date.now() - 1, id] }]);
  await expectSignedOut(browser);
});

it("cuts a disabled person off at once, and lets them in no more", async () => {
  const browser = await app.signedIn("other@roost.test");
  await app.db.batch([{ sql: "UPDATE users SET disabled_at = ? WHERE email = 'other@roost.test'", args: [Date.now()] }]);
  await expectSignedOut(browser);
  expect((await app.browser().post("/login", { email: "other@roost.test", password: "roost-demo-pass" })).status).toBe(401);
  await app.db.batch([{ sql: "UPDATE users SET disabled_at = NULL WHERE email = 'other@roost.test'" }]);
  expect((await browser.get("/settings")).status).toBe(200);
});
