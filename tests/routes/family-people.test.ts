/** The family's people over HTTP: begun, invited, joined, children added, and who may not. Covers A2, A3; F1 for children's faces. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { newId } from "#app/domain/ids.ts";
import { startApp, type TestApp, type TestBrowser } from "#tests/support/http.ts";
import { photo, uploadForm } from "#tests/support/uploads.ts";

let app: TestApp;
let mona: TestBrowser;
let adam: TestBrowser;
let robin: TestBrowser;
beforeAll(async () => {
  app = await startApp();
  [mona, adam, robin] = [await app.signedIn("parent@roost.test"), await app.signedIn("other@roost.test"), await app.signedIn("admin@roost.test")];
  // Whatever family the demo household has: these tests begin with none.
  await app.db.batch([{ sql: "UPDATE family_members SET revoked_at = 1", args: [] }]);
});
afterAll(() => app.stop());

const FAMILY = { intent: "family-create", name: "Nest", timeZone: "Africa/Cairo", weekStart: "6" };
const PEOPLE = "/family/people";
const where = (answer: Response) => [answer.status, answer.headers.get("location")];
const linkIn = (html: string) => /value="(http[^"]*)\/join\/([\w-]{43})"/.exec(html);
const idOf = async (email: string) => (await app.db.all<{ id: string }>("SELECT id FROM users WHERE email = ?", [email]))[0]!.id;
const membersNow = () => app.db.all("SELECT u.name, m.role FROM family_members m JOIN users u ON u.id = m.user_id WHERE m.revoked_at IS NULL ORDER BY m.role DESC, u.name");

async function makeLink(role: string): Promise<string> {
  expect(where(await mona.post(PEOPLE, { intent: "invite", role }))).toEqual([302, PEOPLE]);
  const link = linkIn(await (await mona.get(PEOPLE)).text())!;
  expect(link[1]).toBe(app.origin);
  return `/join/${link[2]}`;
}

it("begins with a form for whoever has no family, who keeps what was typed", async () => {
  expect(where(await mona.get(PEOPLE))).toEqual([302, "/family"]);
  expect(await (await mona.get("/family")).text()).toContain('value="family-create"');
  for (const [language, day] of [["ar-EG,ar;q=0.9", 6], ["en-US", 0], ["en-GB", 1]] as const) expect(await (await mona.get("/family", { "accept-language": language })).text()).toContain(`<option value="${day}" selected="">`);
  const refused = await mona.post("/family", { ...FAMILY, timeZone: "Mars/Olympus" });
  expect([refused.status, /value="Nest"/.test(await refused.text())]).toEqual([422, true]);
  expect(where(await mona.post("/family", FAMILY))).toEqual([302, "/family"]);
  expect((await mona.post("/family", FAMILY)).status).toBe(409);
  expect(await membersNow()).toEqual([{ name: "Mona", role: "parent" }]);
});

it("a link lets one person in, once; it stands nowhere but on the page of the one who made it", async () => {
  const path = await makeLink("parent");
  expect(where(await app.browser().get(path))).toEqual([302, `/login?${new URLSearchParams({ redirectTo: path })}`]);
  expect(await app.db.all("SELECT 1 FROM family_invitations WHERE token_hash = ? OR id = ?", [path.slice(6), path.slice(6)])).toEqual([]);
  const page = await (await adam.get(path)).text();
  expect([page.includes("Nest"), page.includes("Mona")]).toEqual([true, true]);
  expect(where(await adam.post(path, {}))).toEqual([302, "/family"]);
  expect((await robin.get(path)).status).toBe(404);
  expect((await robin.post(path, {})).status).toBe(404);
  expect(await membersNow()).toEqual([{ name: "Adam · آدم", role: "parent" }, { name: "Mona", role: "parent" }]);
  expect(linkIn(await (await mona.get(PEOPLE)).text())).toBeNull();
});

it("a link taken back lets nobody in, nor one that never was", async () => {
  const path = await makeLink("child");
  const [row] = await app.db.all<{ id: string }>("SELECT id FROM family_invitations WHERE accepted_at IS NULL");
  expect(where(await adam.post(PEOPLE, { intent: "invitation-revoke", invitationId: row!.id }))).toEqual([302, PEOPLE]);
  for (const gone of [path, `/join/${"x".repeat(43)}`, "/join/short", "/join/%00"]) {
    expect([gone, (await robin.get(gone)).status, (await robin.post(gone, {})).status]).toEqual([gone, 404, 404]);
  }
});

it("adds a child by user name and PIN, never shows a PIN again, and refuses one name twice", async () => {
  const child = { intent: "child-create", name: "Lina", userName: "Lina", pin: "١٢٣٤٥" };
  for (const [wrong, field] of [[{ userName: "two words" }, "userName"], [{ pin: "12" }, "pin"], [{ name: " " }, "name"]] as const) {
    const answer = await mona.post(PEOPLE, { ...child, ...wrong });
    const html = await answer.text();
    expect([answer.status, new RegExp(`name="${field}"[^>]*aria-invalid="true"|aria-invalid="true"[^>]*name="${field}"`).test(html), html.includes(child.pin)]).toEqual([422, true, false]);
  }
  expect(where(await mona.post(PEOPLE, child))).toEqual([302, PEOPLE]);
  expect((await mona.post(PEOPLE, { ...child, name: "Another" })).status).toBe(409);
  expect(await membersNow()).toContainEqual({ name: "Lina", role: "child" });
  expect(await (await mona.get(PEOPLE)).text()).toContain("<bdi>lina</bdi>");
});

it("nobody outside the family manages it, and nobody of another one", async () => {
  const [lina] = await app.db.all<{ id: string }>("SELECT user_id AS id FROM child_accounts WHERE user_name = 'lina'");
  const before = await membersNow();
  const [open] = await app.db.all<{ id: string }>("SELECT id FROM family_invitations LIMIT 1");
  const attempts: Record<string, string>[] = [
    { intent: "member-remove", memberId: lina!.id },
    { intent: "child-reset-pin", memberId: lina!.id, pin: "9999" },
    { intent: "picture-remove", memberId: lina!.id },
    { intent: "invitation-revoke", invitationId: open!.id },
  ];
  for (const attempt of [...attempts, { ...FAMILY, intent: "family-change", name: "Taken" }]) expect([attempt["intent"], (await robin.post(PEOPLE, attempt)).status]).toEqual([attempt["intent"], 404]);
  expect((await robin.post("/family", { ...FAMILY, name: "Other" })).status).toBe(302);
  for (const attempt of attempts) expect([attempt["intent"], (await robin.post(PEOPLE, attempt)).status]).toEqual([attempt["intent"], 404]);
  const html = await (await robin.get(PEOPLE)).text();
  expect([html.includes("Lina"), html.includes("Other")]).toEqual([false, true]);
  expect(await app.db.all("SELECT name FROM families WHERE name = 'Taken'")).toEqual([]);
  expect((await membersNow()).filter((member) => JSON.stringify(member) !== JSON.stringify({ name: "Robin", role: "parent" }))).toEqual(before);
  expect((await app.browser().post(PEOPLE, attempts[0]!)).status).toBe(302);
});

/** As the plain form of a child's row posts it. */
const putFace = (browser: TestBrowser, memberId: string, file: Uint8Array) =>
  browser.send("/api/images", {
    method: "POST",
    body: uploadForm({ table: "avatars", id: memberId, uploadId: newId(), redirectTo: `${PEOPLE}#picture-${memberId}` }, file, "face.jpg"),
    headers: { origin: browser.origin, accept: "text/html" },
  });
const childId = async () => (await app.db.all<{ id: string }>("SELECT user_id AS id FROM child_accounts WHERE user_name = 'lina'"))[0]!.id;
const faceOf = async (id: string) => (await app.db.all<{ avatar: string | null }>("SELECT avatar FROM users WHERE id = ?", [id]))[0]!.avatar;
/** One person's row of the page. */
const rowOf = (html: string, id: string) => new RegExp(`<li data-member="${id}">.*?</li>`, "s").exec(html)?.[0] ?? "";

it("a parent gives a child a face, another one, and takes it away, by plain forms; what is no picture is said at its field", async () => {
  const [lina, picture] = [await childId(), await photo(300, 200)];
  const none = rowOf(await (await mona.get(PEOPLE)).text(), lina);
  expect([none.includes('action="/api/images"'), none.includes(`value="${lina}"`), none.includes("picture-remove")]).toEqual([true, true, false]);
  expect(where(await putFace(mona, lina, picture))).toEqual([302, `${PEOPLE}#picture-${lina}`]);
  const first = (await faceOf(lina))!;
  const shown = rowOf(await (await mona.get(PEOPLE)).text(), lina);
  for (const part of [`src="/images/${first}-160.webp"`, 'value="picture-remove"', 'aria-label="Picture of Lina"']) expect(shown).toContain(part);
  expect(shown).not.toContain('open=""');

  // What is there stays; only this one's row opens.
  const refused = await putFace(mona, lina, Buffer.from("<html>"));
  expect(where(refused)).toEqual([302, `${PEOPLE}?uploadProblem=not-a-picture&uploadOf=${lina}#picture-${lina}`]);
  for (const [language, words] of [["en", "This is not a picture"], ["ar", "هذا ليس صورة"]] as const) {
    const html = await (await mona.get(refused.headers.get("location")!.replace(/#.*/, ""), { "accept-language": language })).text();
    const row = rowOf(html, lina);
    expect(row).toMatch(/<details class="family-row" open="">/);
    expect(row).toMatch(new RegExp(`aria-invalid="true"[^>]*aria-describedby="(\\S+)-hint \\1-error"|aria-describedby="(\\S+)-hint \\2-error"[^>]*aria-invalid="true"`));
    expect(row).toContain(words);
    // The next try comes back to a page that says nothing of this one.
    expect(row).toContain(`value="${PEOPLE}#picture-${lina}"`);
    expect(html.split(words)).toHaveLength(2);
  }
  expect(await faceOf(lina)).toBe(first);

  expect(where(await putFace(adam, lina, picture))).toEqual([302, `${PEOPLE}#picture-${lina}`]);
  expect(await faceOf(lina)).not.toBe(first);
  expect(where(await mona.post(PEOPLE, { intent: "picture-remove", memberId: lina }))).toEqual([302, PEOPLE]);
  expect(where(await mona.post(PEOPLE, { intent: "picture-remove", memberId: lina }))).toEqual([302, PEOPLE]);
  expect(await faceOf(lina)).toBeNull();
  expect(rowOf(await (await mona.get(PEOPLE)).text(), lina)).not.toContain("picture-remove");
  // For the next tests: what they may not take away has to be there.
  await putFace(mona, lina, picture);
});

it("nobody else sets a child's face, nor a parent another parent's", async () => {
  const [lina, adamId, picture] = [await childId(), await idOf("other@roost.test"), await photo(60, 40)];
  const before = await faceOf(lina);
  const attempts = async (browser: TestBrowser, id: string) => [
    (await putFace(browser, id, picture)).headers.get("location")?.match(/uploadProblem=[a-z-]+/)?.[0],
    (await browser.post(PEOPLE, { intent: "picture-remove", memberId: id })).status,
  ];
  // Of another family: as if there were no such child.
  expect(await attempts(robin, lina)).toEqual(["uploadProblem=not-found", 404]);
  expect(await attempts(mona, newId())).toEqual(["uploadProblem=not-found", 404]);
  expect(await attempts(mona, adamId)).toEqual(["uploadProblem=forbidden", 403]);
  const mine = rowOf(await (await mona.get(PEOPLE)).text(), adamId);
  expect([mine.includes('value="member-remove"'), mine.includes("/api/images")]).toEqual([true, false]);
  // A sibling.
  await app.db.batch([{ sql: "UPDATE family_members SET role = 'child' WHERE user_id = ?", args: [adamId] }]);
  expect(await attempts(adam, lina)).toEqual(["uploadProblem=forbidden", 403]);
  const html = await (await adam.get(PEOPLE)).text();
  expect([html.includes("Lina"), html.includes("/api/images"), html.includes("picture-remove")]).toEqual([true, false, false]);
  expect(await app.browser().post(PEOPLE, { intent: "picture-remove", memberId: lina }).then(where)).toEqual([302, `/login?${new URLSearchParams({ redirectTo: PEOPLE })}`]);
  expect(await faceOf(lina)).toBe(before);
  // Its own it may: here as in its settings.
  expect(where(await putFace(adam, adamId, picture))).toEqual([302, `${PEOPLE}#picture-${adamId}`]);
  expect(where(await adam.post(PEOPLE, { intent: "picture-remove", memberId: adamId }))).toEqual([302, PEOPLE]);
  await app.db.batch([{ sql: "UPDATE family_members SET role = 'parent' WHERE user_id = ?", args: [adamId] }]);
});

it("a child looks, and manages nothing", async () => {
  const id = await idOf("other@roost.test");
  await app.db.batch([{ sql: "UPDATE family_members SET role = 'child' WHERE user_id = ?", args: [id] }]);
  const html = await (await adam.get(PEOPLE)).text();
  expect([html.includes("Lina"), html.includes('value="invite"'), html.includes('value="member-remove"')]).toEqual([true, false, false]);
  for (const attempt of [{ intent: "invite", role: "parent" }, { intent: "member-remove", memberId: await idOf("parent@roost.test") }, { ...FAMILY, intent: "family-change" }, { intent: "child-create", name: "X", userName: "x", pin: "1234" }]) {
    expect([attempt.intent, (await adam.post(PEOPLE, attempt)).status]).toEqual([attempt.intent, 403]);
  }
});

it("the last parent stays, and says so; who is removed finds no family", async () => {
  const last = await mona.post(PEOPLE, { intent: "member-remove", memberId: await idOf("parent@roost.test") });
  expect([last.status, (await last.text()).includes("last-parent")]).toEqual([409, true]);
  expect(where(await mona.post(PEOPLE, { intent: "member-remove", memberId: await idOf("other@roost.test") }))).toEqual([302, PEOPLE]);
  expect(where(await adam.get(PEOPLE))).toEqual([302, "/family"]);
  expect(await (await adam.get("/family")).text()).toContain('value="family-create"');
});

it("changes what holds for the family", async () => {
  expect(where(await mona.post(PEOPLE, { ...FAMILY, intent: "family-change", name: "Nest 2", choresCountAtOnce: "on" }))).toEqual([302, PEOPLE]);
  expect(await app.db.all("SELECT name, week_start AS weekStart, chores_count_at_once AS atOnce FROM families WHERE name = 'Nest 2'")).toEqual([{ name: "Nest 2", weekStart: 6, atOnce: 1 }]);
});
