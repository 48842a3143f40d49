/**
 * Pressed twice, sent again, or sent by many at once over HTTP: it happens once, and everybody gets the same answer.
 * Covers issue 5's bar 5.
 */
import { afterAll, beforeAll, expect, it } from "vitest";
import { newId } from "#app/domain/ids.ts";
import { startApp, type TestApp, type TestBrowser } from "#tests/support/http.ts";
import { newFamily, type NewFamily } from "./new-family.ts";

let app: TestApp;
let house: NewFamily;
beforeAll(async () => {
  app = await startApp();
  house = await newFamily(app);
});
afterAll(() => app.stop());

const MANY = 20;
const times = <T>(count: number, act: (turn: number) => Promise<T>) => Promise.all(Array.from({ length: count }, (_, turn) => act(turn)));
/** All of an answer that a program could tell from another. */
const whole = async (answer: Response) => ({ status: answer.status, location: answer.headers.get("location"), body: await answer.text() });
const one = async <T>(sql: string, args: string[]): Promise<T> => (await app.db.all<T>(sql, args))[0]!;
const count = async (sql: string, ...args: string[]) => (await one<{ n: number }>(`SELECT count(*) AS n FROM ${sql}`, args)).n;
const eventsOf = async (event: string, about: string) => count("outbox_events WHERE event = ? AND instr(payload, ?) > 0", event, about);
/** The key that the page's forms carry. */
const keyIn = (html: string) => /name="key" value="([\w-]+)"/.exec(html)?.[1];

it("50 confirmations at once, by two parents, as documents and by script: one entry, one award, one timer:completed, one stars:updated, the same answers", async () => {
  const { parent, child, familyId } = house;
  // A second parent presses, too.
  const second = await signedInParent();
  await parent.browser.post("/family", { intent: "timer-start", name: "Piano", minutes: "5", memberId: child.id, stars: "4" });
  const { id } = await one<{ id: string }>("SELECT id FROM timers WHERE family_id = ? ORDER BY id DESC LIMIT 1", [familyId]);
  await app.db.transact((tx) => tx.all("UPDATE timers SET ends_at = ? WHERE id = ?", [Date.now() - 1, id]));
  await parent.browser.post("/family", { intent: "timer-sync", timerId: id });
  const confirm = (path: string) => (turn: number) => (turn % 2 ? parent.browser : second).post(path, { intent: "timer-confirm", timerId: id, version: "2" }).then(whole);
  const [documents, scripts] = await Promise.all([times(25, confirm("/family")), times(25, confirm("/family.data"))]);
  expect(documents[0]).toMatchObject({ status: 302, location: "/family" });
  expect(new Set(documents.map((answer) => JSON.stringify(answer))).size).toBe(1);
  expect([scripts[0]!.status < 400, new Set(scripts.map((answer) => JSON.stringify(answer))).size]).toEqual([true, 1]);
  expect(await app.db.all("SELECT amount, balance, cause_key AS cause FROM star_ledger WHERE member_id = ?", [child.id])).toEqual([{ amount: 4, balance: 4, cause: `timer:${id}` }]);
  expect([await eventsOf("timer:completed", id), await eventsOf("stars:updated", child.id)]).toEqual([1, 1]);
  // Nobody else's press is among them.
  expect((await child.browser.post("/family", { intent: "timer-confirm", timerId: id, version: "2" })).status).toBe(403);
  expect((await house.stranger.browser.post("/family", { intent: "timer-confirm", timerId: id, version: "2" })).status).toBe(404);
});

it("a timer is started once by one page, however often the button is pressed, and again by the next page", async () => {
  const { browser } = house.parent;
  const key = keyIn(await (await browser.get("/family")).text());
  const press = (more: Record<string, string> = {}, by: TestBrowser = browser) => by.post("/family", { intent: "timer-start", name: "Tea", minutes: "4", memberId: "", key: key!, ...more });
  const teas = () => count("timers WHERE name = 'Tea' AND family_id = ?", house.familyId);
  expect((await times(MANY, () => press())).map(({ status }) => status)).toEqual(Array<number>(MANY).fill(302));
  expect(await teas()).toBe(1);
  const other = await press({ minutes: "5" });
  const html = await other.text();
  // The page that says so has another key: pressed there, it is a wish of its own.
  expect([other.status, html.includes("key-reused"), keyIn(html) === key]).toEqual([422, true, false]);
  expect((await press({ key: "short" })).status).toBe(422);
  expect(await teas()).toBe(1);
  expect((await press({ key: keyIn(html)! })).status).toBe(302);
  // Programs that send none start one each; another's key is not one's own.
  expect((await browser.post("/family", { intent: "timer-start", name: "Tea", minutes: "4", memberId: "" })).status).toBe(302);
  expect((await press({ memberId: house.child.id }, house.child.browser)).status).toBe(302);
  expect(await teas()).toBe(4);
});

it("a room is made once by one page, and everybody is led to it", async () => {
  const { browser } = house.parent;
  const key = keyIn(await (await browser.get("/chats/new")).text());
  const press = (more: Record<string, string> = {}, by: TestBrowser = browser) => by.post("/chats", { intent: "create-room", name: "Pantry", access: "closed", key: key!, ...more });
  const pantries = () => count("conversations WHERE name = 'Pantry'");
  const answers = await times(MANY, () => press().then(whole));
  expect([answers[0]!.status, answers[0]!.location]).toEqual([302, expect.stringMatching(/^\/chats\/[0-9a-f]{32}$/)]);
  expect(new Set(answers.map(({ location }) => location)).size).toBe(1);
  expect(await pantries()).toBe(1);
  const refused = await press({ access: "open" });
  expect([refused.status, keyIn(await refused.text()) === key, await pantries()]).toEqual([422, false, 1]);
  const theirs = await press({}, house.stranger.browser);
  expect([theirs.status, theirs.headers.get("location") === answers[0]!.location, await pantries()]).toEqual([302, false, 2]);
  expect((await press({ key: newId() }, app.browser())).headers.get("location")).toMatch(/^\/login/);
});

async function signedInParent(): Promise<TestBrowser> {
  await house.parent.browser.post("/family/people", { intent: "invite", role: "parent" });
  const [, token] = /\/join\/([\w-]{43})/.exec(await (await house.parent.browser.get("/family/people")).text())!;
  const second = await app.signedIn("admin@roost.test");
  await app.db.batch([{ sql: "UPDATE family_members SET revoked_at = 1 WHERE user_id = (SELECT id FROM users WHERE email = 'admin@roost.test')", args: [] }]);
  expect((await second.post(`/join/${token}`, {})).status).toBe(302);
  return second;
}
