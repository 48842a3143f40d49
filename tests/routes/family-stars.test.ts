/** The ledger of stars over HTTP: given, taken and undone once each, however often a form is sent. Covers A2, E5. */
import { expect, it } from "vitest";
import { newId } from "#app/domain/ids.ts";
import type { TestApp, TestBrowser } from "#tests/support/http.ts";
import { appWithFamily } from "./app-with-family.ts";
import type { NewFamily } from "./new-family.ts";

let app: TestApp;
let family: NewFamily;
appWithFamily((started, made) => ([app, family] = [started, made]));

const change = (browser: TestBrowser, intent: "stars-add" | "stars-remove", amount: number, key: string = newId(), reason = "Homework") => browser.post("/family", { intent, memberId: family.child.id, amount: String(amount), reason, key });
const undo = (browser: TestBrowser, entryId: string) => browser.post("/family", { intent: "stars-undo", entryId });
const ledger = () => app.db.all<{ id: string; amount: number; balance: number; kind: string }>("SELECT id, amount, balance, kind FROM star_ledger WHERE member_id = ? ORDER BY seq", [family.child.id]);
const balance = async () => (await ledger()).at(-1)?.balance ?? 0;
const statuses = (answers: Response[]) => answers.map(({ status }) => status).sort();

it("gives stars once, however often the form is sent; the same key with other content is refused", async () => {
  const key = newId();
  const answers = await Promise.all(Array.from({ length: 20 }, () => change(family.parent.browser, "stars-add", 10, key)));
  expect(statuses(answers)).toEqual(Array<number>(20).fill(302));
  expect(await ledger()).toMatchObject([{ amount: 10, balance: 10, kind: "manual" }]);
  expect((await change(family.parent.browser, "stars-add", 11, key)).status).toBe(422);
  expect(await balance()).toBe(10);
});

it("of 20 removals of all there is at once, one succeeds and the others say why not", async () => {
  const answers = await Promise.all(Array.from({ length: 20 }, () => change(family.parent.browser, "stars-remove", 10)));
  expect(statuses(answers)).toEqual([302, ...Array<number>(19).fill(409)]);
  expect(await balance()).toBe(0);
  expect(await answers.find(({ status }) => status === 409)!.text()).toContain("not-enough-stars");
});

it("undoes an entry by its exact opposite, once, and shows both as one that was undone", async () => {
  await change(family.parent.browser, "stars-add", 7, newId(), "Set the table");
  const { id } = (await ledger()).at(-1)!;
  expect(statuses(await Promise.all(Array.from({ length: 10 }, () => undo(family.parent.browser, id))))).toEqual(Array<number>(10).fill(302));
  expect((await ledger()).slice(-2)).toMatchObject([{ amount: 7 }, { amount: -7, balance: 0, kind: "reversal" }]);
  const html = await (await family.parent.browser.get("/family")).text();
  expect([html.match(/data-entry="/g)!.length, html.includes(`data-entry="${id}"`), html.includes(`value="${id}"`)]).toEqual([(await ledger()).length - 1, true, false]);
});

it.each([
  ["amount", { amount: "0" }],
  ["amount", { amount: "1.5" }],
  ["amount", { amount: "1001" }],
  ["reason", { reason: " " }],
  ["reason", { reason: "x".repeat(121) }],
])("marks %s when it is %j, and keeps what was typed", async (field, wrong) => {
  const before = await ledger();
  const answer = await family.parent.browser.post("/family", { intent: "stars-add", memberId: family.child.id, amount: "3", reason: "Kept words", key: newId(), ...wrong });
  const html = await answer.text();
  expect(answer.status).toBe(422);
  expect(html).toMatch(new RegExp(`name="${field}"[^>]*aria-invalid="true"|aria-invalid="true"[^>]*name="${field}"`));
  expect(html).toContain(field === "reason" ? 'value="3"' : 'value="Kept words"');
  expect(await ledger()).toEqual(before);
});

it("a child, another family and somebody not signed in change nothing, and the child is offered nothing", async () => {
  await change(family.parent.browser, "stars-add", 5);
  const before = await ledger();
  const { id } = before.at(-1)!;
  for (const attempt of [(by: TestBrowser) => change(by, "stars-add", 100), (by: TestBrowser) => change(by, "stars-remove", 1), (by: TestBrowser) => undo(by, id)]) {
    expect((await attempt(family.child.browser)).status).toBe(403);
    expect((await attempt(family.stranger.browser)).status).toBe(404);
    expect((await attempt(app.browser())).headers.get("location")).toMatch(/^\/login/);
  }
  expect(await ledger()).toEqual(before);
  const html = await (await family.child.browser.get("/family")).text();
  expect([html.includes(`data-entry="${id}"`), html.includes('value="stars-')]).toEqual([true, false]);
  expect(await (await family.stranger.browser.get("/family")).text()).not.toContain(family.child.id);
});
