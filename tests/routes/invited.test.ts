/** Where sign-ups are closed (SIGNUPS=invited), a family's link makes one account, and nothing else does. Covers A1, A3. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { newId } from "#app/domain/ids.ts";
import { DEMO_PASSWORD, startApp, type TestApp, type TestBrowser } from "#tests/support/http.ts";

let app: TestApp;
let mona: TestBrowser;
beforeAll(async () => {
  app = await startApp({ SIGNUPS: "invited" });
  mona = await app.signedIn("parent@roost.test");
});
afterAll(() => app.stop());

const PEOPLE = "/family/people";
const where = (answer: Response) => [answer.status, answer.headers.get("location")];
const signUpFor = (path: string) => `/signup?${new URLSearchParams({ redirectTo: path })}`;
const accounts = async () => (await app.db.all<{ n: number }>("SELECT count(*) AS n FROM users"))[0]!.n;
const person = (email = `${newId()}@roost.test`) => ({ name: "Yara · يارا", email, password: DEMO_PASSWORD, timeZone: "UTC" });
const standing = (email: string) => app.db.all("SELECT f.name AS family, m.role FROM users u JOIN family_members m ON m.user_id = u.id AND m.revoked_at IS NULL JOIN families f ON f.id = m.family_id WHERE u.email = ?", [email]);

async function makeLink(role: string): Promise<string> {
  await mona.post(PEOPLE, { intent: "invite", role });
  return `/join/${/\/join\/([\w-]{43})"/.exec(await (await mona.get(PEOPLE)).text())![1]!}`;
}

it("without a link there is no form, and posting one makes no account", async () => {
  const before = await accounts();
  for (const path of ["/signup", signUpFor(`/join/${"x".repeat(43)}`), signUpFor("/join/short"), signUpFor("/family")]) {
    const html = await (await app.browser().get(path)).text();
    expect([path, html.includes('name="password"'), html.includes("By invitation only")]).toEqual([path, false, true]);
    const redirectTo = new URL(path, app.origin).searchParams.get("redirectTo") ?? "/";
    expect([path, (await app.browser().post("/signup", { ...person(), redirectTo })).status]).toEqual([path, 403]);
  }
  expect(await accounts()).toBe(before);
});

it("a link leads to a form that says who invites; the account it makes belongs to the family at once", async () => {
  const path = await makeLink("parent");
  const guest = app.browser();
  expect(where(await guest.get(path))).toEqual([302, `/login?${new URLSearchParams({ redirectTo: path })}`]);
  const login = await (await guest.get(`/login?${new URLSearchParams({ redirectTo: path })}`)).text();
  expect([login.includes("<bdi>Mona</bdi>"), login.includes(signUpFor(path))]).toEqual([true, true]);
  const page = await (await guest.get(signUpFor(path))).text();
  expect([page.includes("<bdi>Mona</bdi>"), page.includes("You come as a parent"), page.includes('name="password"')]).toEqual([true, true, true]);

  const yara = person();
  const refused = await guest.post("/signup", { ...yara, password: "short", redirectTo: path });
  const html = await refused.text();
  // The form again, with what was typed: the link is still good.
  expect([refused.status, html.includes(yara.email), html.includes(yara.password), html.includes(path)]).toEqual([422, true, false, true]);
  expect((await guest.post("/signup", { ...yara, email: "parent@roost.test", redirectTo: path })).status).toBe(409);
  expect(where(await guest.post("/signup", { ...yara, redirectTo: path }))).toEqual([302, "/family"]);
  expect(await standing(yara.email)).toEqual([{ family: expect.any(String), role: "parent" }]);
  expect(await (await guest.get("/family")).text()).toContain("Mona");
  // Used: it lets in nobody else, whether they have an account or want one.
  expect((await app.browser().post("/signup", { ...person(), redirectTo: path })).status).toBe(403);
  expect((await (await app.signedIn("admin@roost.test")).post(path, {})).status).toBe(404);
});

it("of ten who use one link at once, one gets an account", async () => {
  const path = await makeLink("child");
  const before = await accounts();
  const people = Array.from({ length: 10 }, () => person());
  const answers = await Promise.all(people.map((each) => app.browser().post("/signup", { ...each, redirectTo: path })));
  expect(answers.filter(({ status }) => status === 302)).toHaveLength(1);
  expect(answers.every(({ status }) => [302, 403, 404, 429].includes(status))).toBe(true);
  expect(await accounts()).toBe(before + 1);
  const lucky = people[answers.findIndex(({ status }) => status === 302)]!;
  expect(await standing(lucky.email)).toMatchObject([{ role: "child" }]);
});

it("a link that was taken back, or is too old, makes no account", async () => {
  const [revoked, old] = [await makeLink("parent"), await makeLink("parent")];
  const ids = (await app.db.all<{ id: string }>("SELECT id FROM family_invitations WHERE accepted_at IS NULL ORDER BY created_at, id")).map(({ id }) => id);
  await mona.post(PEOPLE, { intent: "invitation-revoke", invitationId: ids[0]! });
  await app.db.batch([{ sql: "UPDATE family_invitations SET expires_at = ? WHERE id = ?", args: [Date.now(), ids[1]!] }]);
  const before = await accounts();
  for (const path of [revoked, old]) expect((await app.browser().post("/signup", { ...person(), redirectTo: path })).status).toBe(403);
  expect(await accounts()).toBe(before);
});
