/** The household at a glance: timers, chores and stars on the first page, for whom they are. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { startApp, type TestApp, type TestBrowser } from "#tests/support/http.ts";

let app: TestApp;
let parent: TestBrowser;
let child: TestBrowser;
let stranger: TestBrowser;
let childId: string;

async function signedUp(name: string): Promise<TestBrowser> {
  const browser = app.browser();
  await browser.post("/signup", { name, email: `${name}@example.org`, password: "three small words", timeZone: "UTC" });
  return browser;
}
const done = async (browser: TestBrowser, fields: Record<string, string>) => expect([fields["intent"], (await browser.post("/family", fields)).status]).toEqual([fields["intent"], 302]);
const home = async (browser: TestBrowser) => {
  const answer = await browser.get("/");
  expect(answer.status).toBe(200);
  // What is seen, without the data for the script.
  return (await answer.text()).replaceAll(/<script[\s\S]*?<\/script>/g, "");
};

beforeAll(async () => {
  app = await startApp();
  [parent, stranger] = [await signedUp("hana"), await signedUp("stranger")];
  await done(parent, { intent: "family-create", name: "Nest", timeZone: "UTC", weekStart: "1" });
  await done(parent, { intent: "child-create", name: "Lina", userName: "lina", pin: "97531" });
  const [row] = await app.db.all<{ id: string; code: string; familyId: string }>("SELECT c.user_id AS id, f.code, f.id AS familyId FROM child_accounts c JOIN families f ON f.id = c.family_id WHERE f.name = 'Nest'");
  childId = row!.id;
  child = app.browser();
  expect((await child.post("/login/child", { familyCode: row!.code, userName: "lina", pin: "97531" })).status).toBe(302);
  const [hana] = await app.db.all<{ id: string }>("SELECT id FROM users WHERE email = 'hana@example.org'");
  await done(parent, { intent: "timer-start", name: "Homework", minutes: "30", memberId: childId });
  const chore = { intent: "chore-create", recurrence: "once", assignment: "fixed" };
  await done(parent, { ...chore, name: "Feed the cat", assignees: childId, dueOn: "2020-01-01" });
  await done(parent, { ...chore, name: "Water the plants", assignees: hana!.id, dueOn: "2020-01-01" });
  await done(parent, { ...chore, name: "Paint the fence", assignees: childId, dueOn: "2999-01-01" });
  await done(parent, { intent: "stars-add", memberId: childId, amount: "7", reason: "Helped", key: "a-key-of-this-test" });
});
afterAll(() => app.stop());

it("shows a parent what runs, with its end and a page that looks again by itself, what is due for everybody, and stars", async () => {
  const html = await home(parent);
  for (const seen of ["Homework", "Ends at", 'http-equiv="refresh"', "Feed the cat", "Water the plants", "Overdue", "7 stars"]) expect(html).toContain(seen);
  expect(html).not.toContain("Paint the fence");
});

it("shows a child only its own chores", async () => {
  const html = await home(child);
  for (const seen of ["Homework", "Feed the cat", "7 stars"]) expect(html).toContain(seen);
  for (const hidden of ["Water the plants", "Paint the fence"]) expect(html).not.toContain(hidden);
});

it("shows a parent what a child says is done, until it is confirmed, and its child no more", async () => {
  const [row] = await app.db.all<{ id: string }>("SELECT id FROM chores WHERE name = 'Feed the cat'");
  const occurrence = { choreId: row!.id, dueOn: "2020-01-01" };
  await done(child, { intent: "chore-claim", ...occurrence });
  expect(await home(child)).not.toContain("Feed the cat");
  expect(await home(parent)).toMatch(/Feed the cat.*Have a look/s);
  await done(parent, { intent: "chore-approve", ...occurrence });
  expect(await home(parent)).not.toContain("Feed the cat");
});

it("shows nothing of it to somebody outside, in the data neither", async () => {
  const html = await (await stranger.get("/")).text();
  for (const hidden of ["Homework", "Water the plants", "Nest", "7 stars"]) expect(html).not.toContain(hidden);
  expect(html).toContain("stranger");
});
