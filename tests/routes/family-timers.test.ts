/** Timers by plain forms, as browsers without JavaScript send them. Covers E1, E3, issue 5's bars 1 and 4 at the edge. */
import { beforeEach, describe, expect, test } from "vitest";
import type { TestApp, TestBrowser } from "#tests/support/http.ts";
import { appWithFamily } from "./app-with-family.ts";
import type { NewFamily } from "./new-family.ts";

let app: TestApp;
let house: NewFamily;
appWithFamily((started, made) => ([app, house] = [started, made]));
beforeEach(() => app.db.transact((tx) => tx.all("UPDATE timers SET state = 'cancelled' WHERE family_id = ?", [house.familyId])));

interface Row {
  id: string;
  state: string;
  version: number;
  durationMs: number;
  firstDurationMs: number;
}

const newest = async (): Promise<Row> => (await app.db.all<Row>("SELECT id, state, version, duration_ms AS durationMs, first_duration_ms AS firstDurationMs FROM timers WHERE family_id = ? ORDER BY id DESC LIMIT 1", [house.familyId]))[0]!;

async function start(fields: Record<string, string> = {}, browser = house.parent.browser): Promise<Row> {
  const answer = await browser.post("/family", { intent: "timer-start", name: "Tea <b>", minutes: "4", memberId: "", ...fields });
  expect([answer.status, answer.headers.get("location")]).toEqual([302, "/family"]);
  return newest();
}

/** Its time has come, for the app's clock too. */
const end = ({ id }: Row) => app.db.transact((tx) => tx.all("UPDATE timers SET ends_at = ? WHERE id = ?", [Date.now() - 1, id]));
const act = (verb: string, { id, version }: Row, more: Record<string, string> = {}, browser: TestBrowser = house.parent.browser) => browser.post("/family", { intent: `timer-${verb}`, timerId: id, version: String(version), ...more });

/** What the page offers for a timer: the intents of its forms. */
async function offeredIn(browser: TestBrowser, { id }: Row): Promise<string[]> {
  const html = await (await browser.get("/family")).text();
  const card = html.slice(html.indexOf(`data-timer="${id}"`)).split("</li>", 1)[0]!;
  return [...new Set([...card.matchAll(/value="timer-(\w+)"/g)].map(([, verb]) => verb!))].sort();
}

describe("a parent", () => {
  test("starts, halts, goes on, extends past the first length, and ends it", async () => {
    const started = await start();
    expect(started).toMatchObject({ state: "running", version: 1, firstDurationMs: 240_000 });
    expect(await offeredIn(house.parent.browser, started)).toEqual(["cancel", "extend", "pause"]);
    expect((await act("pause", started)).status).toBe(302);
    const paused = await newest();
    expect([paused.state, await offeredIn(house.parent.browser, paused)]).toEqual(["paused", ["cancel", "extend", "resume"]]);
    expect((await act("extend", paused, { minutes: "15" })).status).toBe(302);
    expect((await act("resume", await newest())).status).toBe(302);
    const longer = await newest();
    expect(longer).toMatchObject({ state: "running", version: 4, durationMs: 19 * 60_000, firstDurationMs: 240_000 });
    expect((await act("cancel", longer)).status).toBe(302);
    expect((await newest()).state).toBe("cancelled");
  });

  test("confirms what has ended, as often as the button is pressed, for stars once", async () => {
    const started = await start({ memberId: house.child.id, stars: "3" });
    expect((await act("confirm", started)).status).toBe(409);
    await end(started);
    const before = await balance();
    expect((await house.parent.browser.post("/family", { intent: "timer-sync", timerId: started.id })).status).toBe(302);
    const ended = await newest();
    expect([ended.state, await offeredIn(house.parent.browser, ended)]).toEqual(["expired", ["cancel", "confirm"]]);
    for (let press = 0; press < 3; press++) expect((await act("confirm", ended)).status).toBe(302);
    expect(await balance()).toBe(before + 3);
  });

  test("what is impossible, or not the timer that was seen: 409, with how it stands now", async () => {
    const started = await start();
    await act("pause", started);
    const again = await act("pause", await newest());
    expect(again.status).toBe(409);
    const html = await again.text();
    expect(html).toContain("The timer has moved on meanwhile");
    expect(html).toContain(`data-timer="${started.id}" data-state="paused"`);
    const stale = await act("resume", started);
    expect([stale.status, (await newest()).state]).toEqual([409, "paused"]);
    expect(await stale.text()).toContain("stale-version");
    // For programs, by name.
    const told = await (await house.parent.browser.post("/family.data", { intent: "timer-pause", timerId: started.id, version: "2" })).text();
    expect(told).toMatch(/"current".*"state".*"paused".*"version"/);
  });

  test("a refused form comes back with what was typed, and what is wrong at its field", async () => {
    const answer = await house.parent.browser.post("/family", { intent: "timer-start", name: "Homework", minutes: "0", memberId: "", stars: "many" });
    expect(answer.status).toBe(422);
    const html = await answer.text();
    expect(html).toContain("A whole number of minutes, please");
    expect(html).toContain("A whole number of stars, please");
    expect(html).toMatch(/name="name"[^>]*value="Homework"|value="Homework"[^>]*name="name"/);
    expect((await act("extend", await start(), { minutes: "1441" })).status).toBe(422);
    expect((await act("extend", await newest(), { minutes: "1440" })).status).toBe(422);
  });

  test("without JavaScript: when it ends, in a frame that loads itself anew while the page with its half-typed forms stays", async () => {
    const { browser } = house.parent;
    const started = await start();
    const around = await browser.get("/family");
    const html = await around.text();
    expect([around.headers.get("refresh"), /http-equiv="refresh"/i.test(html), /<noscript><iframe[^>]* src="\/family\/timers"/.test(html)]).toEqual([null, false, true]);
    const frame = async (by = browser) => {
      const answer = await by.get("/family/timers");
      return { status: answer.status, location: answer.headers.get("location"), refresh: Number(answer.headers.get("refresh")), policy: answer.headers.get("content-security-policy"), html: await answer.text() };
    };
    const calm = await frame();
    expect([calm.status, calm.refresh, calm.html.includes("<script"), calm.policy?.includes("frame-ancestors 'self'")]).toEqual([200, 15, false, true]);
    expect(calm.html).toMatch(/Ends at \d\d:\d\d/);
    expect(calm.html).toContain("Tea &lt;b&gt;");
    // What is pressed in the frame changes the page around it.
    expect(calm.html.match(/<form[^>]*>/g)!.every((form) => form.includes('target="_top"') && form.includes('action="/family"'))).toBe(true);
    await app.db.transact((tx) => tx.all("UPDATE timers SET ends_at = ? WHERE id = ?", [Date.now() + 4_000, started.id]));
    const soon = (await frame()).refresh;
    expect(soon).toBeGreaterThan(0);
    expect(soon).toBeLessThanOrEqual(5);
    // Refused: why stands above the frame.
    await act("pause", started);
    expect(await (await act("pause", started)).text()).toMatch(/<noscript><div role="alert".*The timer has moved on meanwhile.*<iframe/s);
    expect((await frame(house.child.browser)).html).toContain(started.id);
    expect((await frame(house.stranger.browser)).html).not.toContain(started.id);
    expect(await frame(app.browser())).toMatchObject({ status: 302, location: `/login?${new URLSearchParams({ redirectTo: "/family/timers" })}` });
    await app.db.batch([{ sql: "UPDATE family_members SET revoked_at = 1 WHERE family_id = ? AND user_id = ?", args: [house.familyId, house.child.id] }]);
    expect((await frame(house.child.browser)).status).toBe(404);
    await app.db.batch([{ sql: "UPDATE family_members SET revoked_at = NULL WHERE family_id = ? AND user_id = ?", args: [house.familyId, house.child.id] }]);
  });
});

describe("templates", () => {
  const page = "/family/templates";
  const fields = { name: "Piano", minutes: "20", stars: "2", icon: "music", hue: "6" };
  const templates = () => app.db.all<{ id: string; name: string; minutes: number }>("SELECT id, name, duration_ms / 60000 AS minutes FROM timer_templates WHERE family_id = ? AND archived_at IS NULL", [house.familyId]);

  test("are made, started, changed and taken off the list; runs keep what they were started with", async () => {
    const made = await house.parent.browser.post(page, { intent: "template-create", ...fields });
    expect([made.status, made.headers.get("location")]).toEqual([302, page]);
    const [piano] = await templates();
    expect(piano).toMatchObject({ name: "Piano", minutes: 20 });
    const run = await start({ templateId: piano!.id, memberId: house.child.id });
    await act("extend", run, { minutes: "30" });
    expect(await templates()).toEqual([piano]);
    expect((await house.parent.browser.post(page, { intent: "template-change", templateId: piano!.id, ...fields, name: "Violin", minutes: "10" })).status).toBe(302);
    expect([(await templates())[0]?.name, (await newest()).durationMs]).toEqual(["Violin", 50 * 60_000]);
    expect((await house.parent.browser.post(page, { intent: "template-archive", templateId: piano!.id })).status).toBe(302);
    expect([await templates(), (await newest()).state]).toEqual([[], "running"]);
    expect((await house.parent.browser.post(page, { intent: "template-create", ...fields, icon: "../x" })).status).toBe(422);
  });

  test("are not for children, nor for strangers", async () => {
    expect((await house.child.browser.get(page)).status).toBe(403);
    expect((await house.child.browser.post(page, { intent: "template-create", ...fields })).status).toBe(403);
    await house.parent.browser.post(page, { intent: "template-create", ...fields });
    const [piano] = await templates();
    expect((await house.stranger.browser.post(page, { intent: "template-archive", templateId: piano!.id })).status).toBe(404);
    expect((await house.stranger.browser.post("/family", { intent: "timer-start", templateId: piano!.id })).status).toBe(404);
    expect(await templates()).toEqual([piano]);
  });
});

describe("who may", () => {
  test("a child: its own, without more time and without confirming", async () => {
    const own = await start({ memberId: house.child.id }, house.child.browser);
    expect(await offeredIn(house.child.browser, own)).toEqual(["cancel", "pause"]);
    expect((await act("extend", own, { minutes: "5" }, house.child.browser)).status).toBe(403);
    expect((await act("pause", own, {}, house.child.browser)).status).toBe(302);
    await act("resume", await newest(), {}, house.child.browser);
    await end(own);
    await house.child.browser.post("/family", { intent: "timer-sync", timerId: own.id });
    const ended = await newest();
    expect((await act("confirm", ended, {}, house.child.browser)).status).toBe(403);
    expect(await (await house.child.browser.get("/family")).text()).toContain("A parent will confirm it");
    const others = await start({ memberId: house.parent.id });
    expect(await offeredIn(house.child.browser, others)).toEqual([]);
    expect((await act("pause", others, {}, house.child.browser)).status).toBe(403);
    expect((await house.child.browser.post("/family", { intent: "timer-start", name: "Mine", minutes: "1", memberId: house.parent.id })).status).toBe(403);
    expect((await house.child.browser.post("/family", { intent: "timer-start", name: "Mine", minutes: "1", memberId: house.child.id, stars: "9" })).status).toBe(403);
  });

  test("another family, nobody in particular, and nobody at all: as if it were not there", async () => {
    const started = await start();
    for (const verb of ["pause", "extend", "cancel", "sync", "confirm"]) {
      expect([verb, (await act(verb, started, { minutes: "1" }, house.stranger.browser)).status]).toEqual([verb, 404]);
      expect([verb, (await act(verb, started, { minutes: "1" }, app.browser())).headers.get("location")?.split("?")[0]]).toEqual([verb, "/login"]);
    }
    expect(await (await house.stranger.browser.get("/family")).text()).not.toContain(started.id);
    expect((await newest()).version).toBe(1);
  });
});

async function balance(): Promise<number> {
  const [row] = await app.db.all<{ total: number | null }>("SELECT sum(amount) AS total FROM star_ledger WHERE member_id = ?", [house.child.id]);
  return row?.total ?? 0;
}
