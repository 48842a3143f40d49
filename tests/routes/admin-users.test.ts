/** The list of users, one-time links and the refused diagnostics over HTTP: what an admin does, and what the person gets. Covers A7, G6. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { newId } from "#app/domain/ids.ts";
import { DEMO_PASSWORD, startApp, type TestApp, type TestBrowser } from "#tests/support/http.ts";

const NEW_PASSWORD = "four quite other words";
const USERS = "/admin/users";
const PLANTED = "roost-diagnostics";

let app: TestApp;
let admin: TestBrowser;
let adam: { id: string; email: string; browser: TestBrowser };
beforeAll(async () => {
  // A secret that stands in every diagnostics file: the leak is planted.
  app = await startApp({ METRICS_TOKEN: PLANTED });
  admin = await app.signedIn("admin@roost.test");
  adam = { id: await idOf("other@roost.test"), email: "other@roost.test", browser: await app.signedIn("other@roost.test") };
});
afterAll(() => app.stop());

const idOf = async (email: string) => (await app.db.all<{ id: string }>("SELECT id FROM users WHERE email = ?", [email]))[0]!.id;
const where = (answer: Response) => [answer.status, answer.headers.get("location")];
const linkIn = (html: string) => /value="(http[^"]*)\/reset\/([\w-]{43})"/.exec(html);
const logged = () => app.db.all("SELECT kind, items, state FROM operations ORDER BY started_at, id");
const signInStatus = async (password: string) => (await app.browser().post("/login", { email: adam.email, password })).status;

async function makeLink(): Promise<string> {
  expect(where(await admin.post(USERS, { intent: "user-reset-link", userId: adam.id }))).toEqual([302, USERS]);
  const link = linkIn(await (await admin.get(USERS)).text())!;
  expect(link[1]).toBe(app.origin);
  return `/reset/${link[2]}`;
}

it("shows everybody to an admin, found by name or address; the search survives what is done", async () => {
  const all = await (await admin.get(USERS)).text();
  for (const shown of ["admin@roost.test", "parent@roost.test", "other@roost.test", "value=\"user-disable\""]) expect(all).toContain(shown);
  const found = await (await admin.get(`${USERS}?q=OTHER%40`)).text();
  expect([found.includes("other@roost.test"), found.includes("parent@roost.test")]).toEqual([true, false]);
  for (const odd of ["?show=nobody", `?after=${"x".repeat(500)}`, "?q=%00%FF", `?q=${"a".repeat(5_000)}`, "?q=a&q=b"]) expect([odd, (await admin.get(USERS + odd)).status]).toEqual([odd, 200]);
  expect(where(await admin.post(`${USERS}?q=other`, { intent: "user-enable", userId: adam.id }))).toEqual([302, `${USERS}?q=other`]);
  expect(where(await admin.post("/admin", { intent: "user-enable", userId: adam.id }))).toEqual([302, USERS]);
  expect(await logged()).toEqual([]);
});

it("a link sets the password once, ends every session, and is shown to the admin who made it alone", async () => {
  const link = await makeLink();
  const otherAdmin = await app.signedIn("parent@roost.test");
  await app.db.batch([{ sql: "UPDATE users SET role = 'admin' WHERE email = 'parent@roost.test'" }]);
  expect(linkIn(await (await otherAdmin.get(USERS)).text())).toBeNull();
  await app.db.batch([{ sql: "UPDATE users SET role = 'member' WHERE email = 'parent@roost.test'" }]);

  const page = await app.browser().get(link);
  const html = await page.text();
  expect([page.status, page.headers.get("cache-control"), html.includes("Adam"), html.includes(adam.email)]).toEqual([200, "private, no-store", true, true]);
  const short = await app.browser().post(link, { password: "short" });
  expect([short.status, /aria-invalid="true"[^>]*name="password"|name="password"[^>]*aria-invalid="true"/.test(await short.text())]).toEqual([422, true]);
  expect((await adam.browser.get("/settings")).status).toBe(200);

  const person = app.browser();
  expect(where(await person.post(link, { password: NEW_PASSWORD }))).toEqual([302, "/login?reset=done"]);
  expect(await (await person.get("/login?reset=done")).text()).toContain("The new password is set.");
  expect([(await adam.browser.get("/settings")).status, await signInStatus(DEMO_PASSWORD), await signInStatus(NEW_PASSWORD)]).toEqual([302, 401, 302]);
  // Used: for whoever has it, and on the admin's page.
  expect([(await app.browser().get(link)).status, (await app.browser().post(link, { password: "another one again" })).status, linkIn(await (await admin.get(USERS)).text())]).toEqual([404, 404, null]);
  expect(await signInStatus(NEW_PASSWORD)).toBe(302);
});

it("made-up links are no page and no error", async () => {
  for (const made of [`/reset/${"x".repeat(43)}`, "/reset/short", "/reset/%00", `/reset/${"y".repeat(2_000)}`])
    expect([made, (await app.browser().get(made)).status, (await app.browser().post(made, { password: NEW_PASSWORD })).status]).toEqual([made, 404, 404]);
});

it("an account switched off is out by the next request, and says so in the list; on again, it signs in", async () => {
  const browser = await app.signedIn(adam.email, NEW_PASSWORD);
  expect(where(await admin.post(USERS, { intent: "user-disable", userId: adam.id }))).toEqual([302, USERS]);
  expect([(await browser.get("/settings")).status, (await browser.get("/api/sync")).status, await signInStatus(NEW_PASSWORD)]).toEqual([302, 401, 401]);
  expect(await (await admin.get(`${USERS}?show=disabled`)).text()).toContain(adam.email);
  expect((await admin.post(USERS, { intent: "user-reset-link", userId: adam.id })).status).toBe(409);
  await admin.post(USERS, { intent: "user-enable", userId: adam.id });
  expect(await signInStatus(NEW_PASSWORD)).toBe(302);
});

it("refusals come back with their reason, at the person they are about", async () => {
  const own = await admin.post(USERS, { intent: "user-disable", userId: await idOf("admin@roost.test") });
  const html = await own.text();
  expect([own.status, html.includes("own-account"), /<details[^>]* open=""/.test(html)]).toEqual([409, true, true]);
  for (const userId of [newId(), "", "x", "%00"]) expect([userId, (await admin.post(USERS, { intent: "user-disable", userId })).status]).toEqual([userId, /^[0-9a-f]{32}$/.test(userId) ? 404 : 422]);
  expect((await admin.post(USERS, { intent: "user-promote", userId: adam.id })).status).toBe(400);
});

it("what was done stands in the log of operations, by the person's name of now", async () => {
  const items = JSON.stringify([adam.id]);
  expect(await logged()).toEqual(["user-reset-link", "user-disable", "user-enable"].map((kind) => ({ kind, items, state: "succeeded" })));
  await app.db.batch([{ sql: "UPDATE users SET name = 'Adam the Second' WHERE id = ?", args: [adam.id] }]);
  const html = await (await admin.get("/admin/operations")).text();
  expect([html.includes("Adam the Second</bdi>"), html.includes(adam.id)]).toEqual([true, false]);
});

it("a secret in the diagnostics: no file, but why, as JSON for programs and on the console's page for people", async () => {
  const program = await admin.get("/admin/diagnostics.json");
  const { error } = (await program.json()) as { error: { code: string; message: string } };
  expect([program.status, program.headers.get("content-disposition"), error.code]).toEqual([500, null, "diagnostics-leak"]);
  expect([error.message.includes("METRICS_TOKEN"), error.message.includes(PLANTED)]).toEqual([true, false]);
  const person = await admin.get("/admin/diagnostics.json", { accept: "text/html" });
  expect(where(person)).toEqual([302, "/admin?diagnostics=refused#diagnostics"]);
  expect(await (await admin.get("/admin?diagnostics=refused")).text()).toMatch(/role="alert"[^]*METRICS_TOKEN/);
});

it("no token and no password has come into the log", () => {
  expect(app.roost.log("app")).not.toMatch(new RegExp(`${NEW_PASSWORD}|/reset/[\\w-]{43}`));
});
