/** Chores over HTTP: planned, claimed, approved, refused, undone, and who may. Covers A2, E6. */
import { expect, it } from "vitest";
import { dateIn } from "#app/domain/calendar-days.ts";
import type { TestApp, TestBrowser } from "#tests/support/http.ts";
import { appWithFamily } from "./app-with-family.ts";
import type { NewFamily } from "./new-family.ts";

let app: TestApp;
let family: NewFamily;
appWithFamily((started, made) => ([app, family] = [started, made]));

const PLAN = "/family/chores";
/** As the form sends it, with the fields of the other recurrences at their beginnings. */
const fields = (more: Record<string, string> = {}) => ({ intent: "chore-create", name: "Water the plants", stars: "3", recurrence: "daily", from: "due", everyDays: "2", monthDay: "1", assignment: "first-come", icon: "leaf", dueOn: dateIn("UTC", Date.now()), ...more });
const choreNamed = async (name: string) => (await app.db.all<{ id: string }>("SELECT id FROM chores WHERE name = ?", [name]))[0]!.id;
const occurrences = (id: string) => app.db.all<{ dueOn: string; state: string }>("SELECT due_on AS dueOn, state FROM chore_occurrences WHERE chore_id = ? ORDER BY turn", [id]);
const balance = async () => (await app.db.all<{ stars: number }>("SELECT coalesce(sum(amount), 0) AS stars FROM star_ledger WHERE member_id = ?", [family.child.id]))[0]!.stars;
const say = (browser: TestBrowser, verb: string, choreId: string, dueOn: string) => browser.post("/family", { intent: `chore-${verb}`, choreId, dueOn });

it("is planned by a parent, claimed once by a child, approved once; undone, the stars go back", async () => {
  expect((await family.parent.browser.post(PLAN, fields())).status).toBe(302);
  const id = await choreNamed("Water the plants");
  const { dueOn } = (await occurrences(id))[0]!;
  const claims = await Promise.all(Array.from({ length: 10 }, () => say(family.child.browser, "claim", id, dueOn)));
  expect(claims.map(({ status }) => status)).toEqual(Array<number>(10).fill(302));
  expect(await balance()).toBe(0);
  expect(await (await family.parent.browser.get("/family")).text()).toMatch(/value="chore-approve"/);
  const approvals = await Promise.all(Array.from({ length: 10 }, () => say(family.parent.browser, "approve", id, dueOn)));
  expect(approvals.map(({ status }) => status)).toEqual(Array<number>(10).fill(302));
  expect([await balance(), (await occurrences(id)).map(({ state }) => state)]).toEqual([3, ["done", "open"]]);
  expect((await say(family.parent.browser, "undo", id, dueOn)).status).toBe(302);
  expect([await balance(), await occurrences(id)]).toEqual([0, [{ dueOn, state: "open" }]]);
  expect((await say(family.parent.browser, "approve", id, dueOn)).status).toBe(409);
});

it("a refused claim is open again, and a child takes only an own claim back", async () => {
  const id = await choreNamed("Water the plants");
  const { dueOn } = (await occurrences(id))[0]!;
  await say(family.child.browser, "claim", id, dueOn);
  expect((await say(family.parent.browser, "refuse", id, dueOn)).status).toBe(302);
  await say(family.child.browser, "claim", id, dueOn);
  expect((await say(family.child.browser, "undo", id, dueOn)).status).toBe(302);
  expect(await occurrences(id)).toEqual([{ dueOn, state: "open" }]);
  await say(family.parent.browser, "claim", id, dueOn);
  expect((await say(family.child.browser, "undo", id, dueOn)).status).toBe(403);
});

it.each([
  ["name", { name: "" }],
  ["stars", { stars: "-1" }],
  ["weekdays", { recurrence: "weekdays" }],
  ["everyDays", { recurrence: "every-n-days", everyDays: "0" }],
  ["monthDay", { recurrence: "monthly", monthDay: "32" }],
  ["assignees", { assignment: "fixed" }],
  ["assignees", { assignment: "rotating" }],
  ["dueOn", { dueOn: "2026-02-30" }],
])("marks %s when it is %j, and keeps the rest", async (field, wrong) => {
  const answer = await family.parent.browser.post(PLAN, fields({ name: "Kept words", ...wrong }));
  const html = await answer.text();
  expect(answer.status).toBe(422);
  expect(html).toMatch(new RegExp(`name="${field}"[^>]*aria-invalid="true"|aria-invalid="true"[^>]*name="${field}"`));
  if (field !== "name") expect(html).toContain('value="Kept words"');
  expect(await app.db.all("SELECT 1 FROM chores WHERE name = 'Kept words'")).toEqual([]);
});

it("keeps what was ticked when something else is wrong", async () => {
  const body = new URLSearchParams(fields({ recurrence: "weekdays", stars: "x" }));
  for (const day of ["2", "5"]) body.append("weekdays", day);
  const answer = await family.parent.browser.send(PLAN, { method: "POST", body, headers: { origin: app.origin } });
  const boxes = (await answer.text()).match(/<input[^>]*name="weekdays"[^>]*>/g)!.filter((box) => box.includes("checked"));
  expect([answer.status, new Set(boxes.map((box) => /value="(\d)"/.exec(box)![1]))]).toEqual([422, new Set(["2", "5"])]);
});

it("is changed and taken off the list; what was done stays in the books", async () => {
  const choreId = await choreNamed("Water the plants");
  const { dueOn: _once, ...rest } = fields({ intent: "chore-change", name: "Water all plants", assignment: "fixed" });
  expect((await family.parent.browser.post(PLAN, { ...rest, choreId, assignees: family.child.id })).status).toBe(302);
  expect(await (await family.parent.browser.get(PLAN)).text()).toContain("Water all plants");
  expect((await family.parent.browser.post(PLAN, { intent: "chore-archive", choreId })).status).toBe(302);
  expect(await (await family.parent.browser.get("/family")).text()).not.toContain(`data-chore="${choreId}"`);
  expect(await app.db.all("SELECT 1 AS one FROM chore_claims WHERE chore_id = ? LIMIT 1", [choreId])).toHaveLength(1);
});

it("a child plans nothing, another family and somebody not signed in reach nothing", async () => {
  await family.parent.browser.post(PLAN, fields({ name: "Feed the cat" }));
  const choreId = await choreNamed("Feed the cat");
  const before = await occurrences(choreId);
  const { dueOn } = before[0]!;
  expect((await family.child.browser.get(PLAN)).status).toBe(403);
  for (const attempt of [fields({ name: "Forged" }), { ...fields({ intent: "chore-change" }), choreId }, { intent: "chore-archive", choreId }]) {
    expect([attempt.intent, (await family.child.browser.post(PLAN, attempt)).status]).toEqual([attempt.intent, 403]);
  }
  for (const verb of ["approve", "refuse"]) expect((await say(family.child.browser, verb, choreId, dueOn)).status).toBe(403);
  for (const verb of ["claim", "approve", "refuse", "undo"]) expect((await say(family.stranger.browser, verb, choreId, dueOn)).status).toBe(404);
  expect((await family.stranger.browser.post(PLAN, { intent: "chore-archive", choreId })).status).toBe(404);
  expect((await app.browser().get(PLAN)).headers.get("location")).toMatch(/^\/login/);
  expect((await say(app.browser(), "claim", choreId, dueOn)).headers.get("location")).toMatch(/^\/login/);
  const html = await (await family.child.browser.get("/family")).text();
  expect([html.includes(`data-chore="${choreId}"`), html.includes('value="chore-claim"'), html.includes('value="chore-approve"'), html.includes(`href="${PLAN}"`)]).toEqual([true, true, false, false]);
  expect(await occurrences(choreId)).toEqual(before);
});
