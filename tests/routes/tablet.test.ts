/** A wall tablet over HTTP: set up by a parent, locked to its family, entered by PIN, gone when revoked. Covers E8, bar 10 of the family's issue. */
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { TABLET_HEADER } from "#app/config/tablet-header.ts";
import { familyChannel, userChannel } from "#app/domain/channels.ts";
import { TRIES_A_LOCK } from "#app/domain/families/pin-attempts.server.ts";
import { VISIT_MS } from "#app/domain/families/tablet.ts";
import { newId } from "#app/domain/ids.ts";
import { CHANNELS, startApp, type TestApp, type TestBrowser } from "#tests/support/http.ts";
import { newFamily, type NewFamily } from "./new-family.ts";

const WALL = "/family/tablet";
const PIN = "97531";
const where = (answer: Response) => [answer.status, answer.headers.get("location")];

let app: TestApp;
let family: NewFamily;
let lina: string;
beforeAll(async () => {
  app = await startApp(CHANNELS);
  family = await newFamily(app);
  expect(where(await family.parent.browser.post("/family", { intent: "child-create", name: "Lina", userName: "lina", pin: PIN }))[0]).toBe(302);
  const [row] = await app.db.all<{ id: string }>("SELECT user_id AS id FROM child_accounts WHERE family_id = ?", [family.familyId]);
  lina = row!.id;
});
afterAll(() => app.stop());
afterEach(() => app.db.transact(async (tx) => [await tx.all("DELETE FROM attempts"), await tx.all("DELETE FROM pin_attempts")]));

/** A browser that a parent has made a tablet. */
async function tablet(name = "Kitchen", headers: Record<string, string> = {}): Promise<TestBrowser> {
  const browser = app.browser();
  expect((await browser.post("/login", { email: family.parent.email, password: "roost-demo-pass" })).status).toBe(302);
  const session = browser.cookieHeader;
  expect(where(await browser.post("/settings", { intent: "tablet-create", name }, headers))).toEqual([302, WALL]);
  expect([...browser.cookies.keys()]).toEqual(["roost_tablet"]);
  // Who set it up is signed out for good, not only without a cookie.
  expect(where(await app.browser().get("/settings", { cookie: session }))[0]).toBe(302);
  return browser;
}

const enter = (browser: TestBrowser, memberId = lina, pin = PIN) => browser.post(WALL, { intent: "enter", memberId, pin });
const who = async (browser: TestBrowser) => /data-wall="(\w+)"/.exec(await (await browser.get(WALL)).text())?.[1];
const tabletId = async () => (await app.db.all<{ id: string }>("SELECT id FROM tablets ORDER BY id DESC LIMIT 1"))[0]!.id;
const sign = (browser: TestBrowser, channel: string, headers = {}) => browser.post("/api/pusher/auth", { socket_id: "123.456", channel_name: channel }, headers);
const timer = { intent: "timer-start", name: "Tea", minutes: "5" };

it("shows the family in the words of who set it up, as nobody in particular, and goes on without JavaScript", async () => {
  const wall = await tablet("المطبخ", { "accept-language": "ar" });
  const answer = await wall.get(WALL, { "accept-language": "en" });
  const html = await answer.text();
  expect(answer.status).toBe(200);
  for (const part of ['lang="ar"', 'data-wall="glance"', "Timers", `data-face="${lina}"`, `href="/family/tablet?who=${lina}"`]) expect(html).toContain(part);
  expect(html).toMatch(/<noscript><meta http-equiv="refresh" content="\d+;url=\/family\/tablet"/i);
  expect(html).not.toContain("lina@");
  const [code] = await app.db.all<{ code: string }>("SELECT code FROM families WHERE id = ?", [family.familyId]);
  expect(html).not.toContain(`"${code!.code}"`);
  expect(await (await wall.get(`${WALL}?who=${lina}`)).text()).toMatch(/data-wall="pin".*name="pin"/s);
});

it("is let in at its own doors, hears its own family, and is nobody at every other door", async () => {
  const wall = await tablet();
  await family.parent.browser.post("/family", timer);
  const synced = (await (await wall.get("/api/sync?cursor=0")).json()) as { events: { channel: string }[] };
  expect(new Set(synced.events.map(({ channel }) => channel))).toEqual(new Set([familyChannel(family.familyId)]));
  expect((await sign(wall, familyChannel(family.familyId))).status).toBe(200);
  for (const channel of [familyChannel(newId()), userChannel(family.parent.id), userChannel(lina), `presence-user-${lina}`, "private-admin", "nothing"]) expect([channel, (await sign(wall, channel)).status]).toEqual([channel, 403]);
  const user = (await (await wall.post("/api/pusher/user-auth", { socket_id: "123.456" })).json()) as { user_data: string };
  expect(JSON.parse(user.user_data)).toMatchObject({ id: await tabletId() });

  const gets = ["/", "/family", "/family.data", "/family/people", "/family/templates", "/family/chores", "/chats", "/chats/new", "/settings", "/settings.data", "/admin", "/admin/outbox", "/login", "/login/child"];
  const posts: [string, Record<string, string>][] = [["/family", timer], ["/family/people", { intent: "invite" }], ["/settings", { intent: "tablet-create", name: "x" }], ["/settings", { intent: "tablet-revoke", tabletId: await tabletId() }], ["/chats", { intent: "create-room", name: "x", access: "open" }], ["/logout", {}]];
  const jsons: [string, object][] = [["/api/messages", { conversationId: newId(), clientId: newId(), body: "x" }], ["/api/reads", { conversationId: newId(), upTo: newId() }], ["/api/typing", { conversationId: newId(), state: "start" }], ["/api/presence", {}]];
  const tried = async (browser: TestBrowser) => [
    ...(await Promise.all(gets.map(async (path) => [path, ...where(await browser.get(path))]))),
    ...(await Promise.all(posts.map(async ([path, fields]) => [path, ...where(await browser.post(path, fields))]))),
    ...(await Promise.all(jsons.map(async ([path, value]) => [path, (await browser.postJson(path, value)).status]))),
  ];
  expect(await tried(wall)).toEqual(await tried(app.browser()));
  expect(await who(wall)).toBe("glance");
});

it("lets nobody act before they say who they are, and then as themselves, within the family's table, never beyond the dashboard", async () => {
  const wall = await tablet();
  const refused = await wall.post(WALL, timer);
  expect([refused.status, await refused.text()]).toEqual([401, expect.stringContaining("pin-needed")]);
  expect(where(await enter(wall))).toEqual([302, WALL]);
  expect([...wall.cookies.keys()].sort()).toEqual(["roost_tablet", "roost_visit"]);
  expect(await who(wall)).toBe("person");
  expect(where(await wall.post(WALL, { ...timer, name: "Mine", memberId: lina }))).toEqual([302, WALL]);
  expect(await app.db.all("SELECT started_by AS startedBy FROM timers WHERE name = 'Mine'")).toEqual([{ startedBy: lina }]);
  expect((await wall.post(WALL, { intent: "stars-add", memberId: lina, amount: "5", reason: "Because", key: newId() })).status).toBe(403);

  expect((await family.parent.browser.post("/settings", { intent: "tablet-pin", pin: "1234" })).status).toBe(302);
  expect(where(await enter(wall, family.parent.id, "1234"))).toEqual([302, WALL]);
  expect(where(await wall.post(WALL, { intent: "stars-add", memberId: lina, amount: "5", reason: "Because", key: newId() }))).toEqual([302, WALL]);
  for (const intent of ["invite", "child-create", "child-reset-pin", "picture-remove", "member-remove", "family-change", "template-create", "chore-create", "tablet-create", "tablet-revoke"]) expect([intent, (await wall.post(WALL, { intent, memberId: lina, pin: "0000" })).status]).toEqual([intent, 400]);
  // Neither cookie is worth anything under another's name.
  for (const name of ["roost_tablet", "roost_visit"]) expect(where(await app.browser().get("/family", { cookie: `roost_session=${wall.cookies.get(name)}` }))[0]).toBe(302);
  expect(where(await app.browser().get(WALL, { cookie: `roost_tablet=${family.parent.browser.cookies.get("roost_session")}` }))[0]).toBe(302);
  expect(where(await wall.post(WALL, { intent: "leave" }))).toEqual([302, WALL]);
  expect([await who(wall), wall.cookies.has("roost_visit"), (await wall.post(WALL, timer)).status]).toEqual(["glance", false, 401]);
});

it("forgets who stood there after a minute without a sign of life, which looking is not", async () => {
  const wall = await tablet();
  const id = await tabletId();
  await enter(wall);
  const leftMs = async () => (await app.db.all<{ at: number }>("SELECT expires_at AS at FROM tablet_visits WHERE tablet_id = ?", [id]))[0]!.at - Date.now();
  const standStill = (ms: number) => app.db.transact((tx) => tx.all("UPDATE tablet_visits SET expires_at = expires_at - ? WHERE tablet_id = ?", [ms, id]));
  await standStill(VISIT_MS / 2);
  expect(await who(wall)).toBe("person");
  expect(await leftMs()).toBeLessThanOrEqual(VISIT_MS / 2);
  expect((await wall.post(WALL, { intent: "stay" })).status).toBe(200);
  expect(await leftMs()).toBeGreaterThan(VISIT_MS / 2);
  await standStill(VISIT_MS);
  expect([await who(wall), (await wall.post(WALL, timer)).status, (await wall.post(WALL, { intent: "stay" })).status]).toEqual(["glance", 401, 401]);
});

it("keeps who was chosen, never the PIN, and locks after five wrong ones", async () => {
  const wall = await tablet();
  for (const [pin, status] of [["12a4", 422], ["86427531", 401]] as const) {
    const answer = await enter(wall, lina, pin);
    const html = await answer.text();
    expect([answer.status, html.includes(pin), wall.cookies.has("roost_visit")]).toEqual([status, false, false]);
    expect(html).toMatch(/data-wall="pin".*aria-invalid="true"[^>]*aria-describedby="pin-error"/s);
  }
  for (let tried = 1; tried < TRIES_A_LOCK; tried++) expect((await enter(wall, lina, "0000")).status).toBe(401);
  expect((await enter(wall)).status).toBe(429);
  expect((await enter(wall, family.stranger.id, PIN)).status).toBe(404);
  expect((await enter(wall, "nobody", PIN)).status).toBe(422);
});

it("is gone with the next request once it is revoked, with whoever stands there", async () => {
  const wall = await tablet();
  await enter(wall);
  const revoke = async (browser: TestBrowser) => where(await browser.post("/settings", { intent: "tablet-revoke", tabletId: await tabletId() }));
  expect([await revoke(family.stranger.browser), await revoke(family.child.browser), await revoke(app.browser())].map(([status]) => status)).toEqual([404, 403, 302]);
  expect(await who(wall)).toBe("person");
  expect(await revoke(family.parent.browser)).toEqual([302, "/settings?saved=tablet-revoked"]);
  expect([where(await wall.get(WALL)), where(await wall.post(WALL, timer))]).toEqual([[302, "/login?redirectTo=%2Ffamily%2Ftablet"], [302, "/login?redirectTo=%2Ffamily%2Ftablet"]]);
  expect([(await wall.get("/api/sync")).status, (await sign(wall, familyChannel(family.familyId))).status, (await wall.post("/api/pusher/user-auth", { socket_id: "123.456" })).status]).toEqual([401, 401, 401]);
});

it("is set up by parents alone; everybody else has their own PIN to choose, but for whom a parent does", async () => {
  const { child, stranger } = family;
  expect((await child.browser.post("/settings", { intent: "tablet-create", name: "Mine" })).status).toBe(403);
  expect((await child.browser.post("/settings", { intent: "tablet-pin", pin: "2468" })).status).toBe(302);
  const wrong = await stranger.browser.post("/settings", { intent: "tablet-pin", pin: "24" });
  expect([wrong.status, await wrong.text()]).toEqual([422, expect.stringContaining('aria-invalid="true"')]);
  expect((await family.parent.browser.post("/settings", { intent: "tablet-create", name: " " })).status).toBe(422);
  const byPin = app.browser();
  const [code] = await app.db.all<{ code: string }>("SELECT code FROM families WHERE id = ?", [family.familyId]);
  await byPin.post("/login/child", { familyCode: code!.code, userName: "lina", pin: PIN });
  const settings = async (browser: TestBrowser) => {
    const html = await (await browser.get("/settings")).text();
    return [html.includes('value="tablet-create"'), html.includes('value="tablet-pin"')];
  };
  expect([await settings(family.parent.browser), await settings(child.browser), await settings(byPin)]).toEqual([[true, true], [false, true], [false, false]]);
  expect((await byPin.post("/settings", { intent: "tablet-pin", pin: "2468" })).status).toBe(403);
});

it("is a look at the wall in one's own browser; beside a session a tablet's page says what it is", async () => {
  const { parent, stranger } = family;
  const own = await (await parent.browser.get(WALL)).text();
  expect([own.includes('data-wall="glance"'), own.includes(`data-face="${parent.id}"`), own.includes(`data-face="${lina}"`)]).toEqual([true, true, false]);
  const near = await (await parent.browser.get(`${WALL}?who=${parent.id}`)).text();
  expect([near.includes('data-wall="person"'), near.includes('value="leave"'), near.includes('value="timer-start"')]).toEqual([true, false, true]);
  expect(where(await parent.browser.post(WALL, { ...timer, name: "From afar" }))).toEqual([302, WALL]);
  expect((await parent.browser.post(WALL, { intent: "enter", memberId: lina, pin: PIN })).status).toBe(403);
  expect([where(await app.browser().get(WALL)), where(await app.browser().post(WALL, timer))]).toEqual([[302, "/login?redirectTo=%2Ffamily%2Ftablet"], [302, "/login?redirectTo=%2Ffamily%2Ftablet"]]);
  const loner = app.browser();
  await loner.post("/signup", { name: "Loner", email: "loner@roost.test", password: "roost-demo-pass", timeZone: "UTC" });
  expect(where(await loner.get(WALL))).toEqual([302, "/family"]);

  const both = await tablet();
  await both.post("/login", { email: stranger.email, password: "roost-demo-pass" });
  expect([await who(both), (await both.post(WALL, timer)).status]).toEqual(["glance", 401]);
  const asTablet = { [TABLET_HEADER]: "1" };
  const channel = familyChannel(family.familyId);
  expect([(await sign(both, channel)).status, (await sign(both, channel, asTablet)).status]).toEqual([403, 200]);
  expect((await stranger.browser.get("/api/sync", asTablet)).status).toBe(401);
});
