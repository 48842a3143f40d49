/** The console's revalidation over HTTP: each of its forms, who may, one at a time, what failed, what stays (G3, G7). */
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { CACHE_TAGS } from "#app/cache/tags.ts";
import { newId } from "#app/domain/ids.ts";
import { startApp, TestBrowser, type TestApp } from "#tests/support/http.ts";
import { startRoost } from "#tests/support/processes.ts";
import { newFamily, type NewFamily } from "./new-family.ts";

let app: TestApp;
let admin: TestBrowser;
let family: NewFamily;

beforeAll(async () => {
  app = await startApp();
  admin = await app.signedIn("admin@roost.test");
  family = await newFamily(app);
});
afterAll(() => app.stop());
afterEach(() => app.db.batch([{ sql: "DELETE FROM operations" }]));

const operations = () => app.db.all<{ kind: string; state: string; items: string; stepsDone: number; stepsTotal: number; failures: string }>("SELECT kind, state, items, steps_done AS stepsDone, steps_total AS stepsTotal, failures FROM operations ORDER BY id");
const versions = async () => Object.fromEntries((await app.db.all<{ tag: string; version: string }>("SELECT tag, version FROM cache_tags")).map(({ tag, version }) => [tag, version]));
const told = async () =>
  (await app.db.all<{ channel: string; payload: string }>("SELECT channel, payload FROM outbox_events WHERE event = 'cache:revalidated' ORDER BY seq")).map(({ channel, payload }) => ({ channel, ...(JSON.parse(payload) as { tags: string[]; paths: string[] }) }));

const FORMS: Record<string, Record<string, string>> = {
  "revalidate-tags": { tags: "templates,company" },
  "revalidate-paths": { paths: "/family" },
  "refresh-all": {},
};

describe("what an admin may", () => {
  test("by tags: those and no others, all families told once, written down", async () => {
    const [before, toldBefore] = [await versions(), await told()];
    const answer = await admin.post("/admin", { intent: "revalidate-tags", tags: "templates, company" });
    expect([answer.status, answer.headers.get("location")]).toEqual([302, "/admin"]);
    const after = await versions();
    expect(Object.keys(after).filter((tag) => after[tag] !== before[tag]).sort()).toEqual(["company", "templates"]);
    const fresh = (await told()).slice(toldBefore.length);
    const families = await app.db.all<{ id: string }>("SELECT id FROM families");
    expect(fresh.map(({ channel }) => channel).sort()).toEqual(families.map(({ id }) => `private-family-${id}`).sort());
    expect(fresh[0]).toMatchObject({ tags: ["templates", "company"], paths: ["/", "/family", "/rewards"] });
    expect(await operations()).toEqual([{ kind: "revalidate-tags", state: "succeeded", items: '["templates","company"]', stepsDone: 3, stepsTotal: 3, failures: "[]" }]);
  });

  test("by paths: what a page shows; a page that shows nothing cached is a partial failure, and alone a failed one", async () => {
    const before = await versions();
    const answer = await admin.send("/admin", { method: "POST", headers: { origin: app.origin }, body: new URLSearchParams([["intent", "revalidate-paths"], ["paths", "/family"], ["paths", "/chats"]]) });
    expect(answer.status).toBe(302);
    const after = await versions();
    expect(Object.keys(after).filter((tag) => after[tag] !== before[tag]).sort()).toEqual(["company", "templates"]);
    expect(await operations()).toMatchObject([{ kind: "revalidate-paths", state: "partial", failures: '[{"item":"/chats","code":"not-found"}]' }]);
    await admin.post("/admin", { intent: "revalidate-paths", paths: "/chats" });
    expect((await operations())[1]).toMatchObject({ state: "failed" });
  });

  test("all of it: every tag, then every page", async () => {
    const before = await versions();
    expect((await admin.post("/admin", { intent: "refresh-all" })).status).toBe(302);
    const after = await versions();
    for (const tag of CACHE_TAGS) expect(after[tag], tag).not.toBe(before[tag]);
    expect(await operations()).toMatchObject([{ kind: "refresh-all", state: "succeeded", items: JSON.stringify([...CACHE_TAGS, "/", "/family", "/rewards"]) }]);
  });

  test("what breaks in one step is recorded with its reason, and the others are done", async () => {
    await app.db.batch([{ sql: "CREATE TRIGGER broken BEFORE UPDATE ON cache_tags WHEN NEW.tag = 'company' BEGIN SELECT RAISE(ABORT, 'disk on fire'); END" }]);
    try {
      const before = await versions();
      expect((await admin.post("/admin", { intent: "revalidate-tags", tags: "company,templates" })).status).toBe(302);
      const after = await versions();
      expect([after["company"], after["templates"] === before["templates"]]).toEqual([before["company"], false]);
      expect(await operations()).toMatchObject([{ state: "partial", failures: '[{"item":"company","code":"internal"}]' }]);
      expect((await told()).at(-1)).toMatchObject({ tags: ["templates"] });
      expect(await (await admin.get("/admin")).text()).not.toContain("disk on fire");
    } finally {
      await app.db.batch([{ sql: "DROP TRIGGER broken" }]);
    }
  });

  test.each([
    ["revalidate-tags", {}, "tags", ""],
    ["revalidate-tags", { tags: "passwords" }, "tags", "passwords"],
    ["revalidate-paths", {}, "paths", ""],
    ["revalidate-paths", { paths: "//elsewhere.test/family" }, "paths", "//elsewhere.test/family"],
    ["revalidate-paths", { paths: "family" }, "paths", "family"],
  ])("%s with %o is told at its field, and nothing is done", async (intent, fields, field, kept) => {
    const answer = await admin.post("/admin.data", { intent, ...(fields as Record<string, string>) });
    expect(answer.status).toBe(422);
    const said = await answer.text();
    expect(said).toContain(`"${field}"`);
    if (kept) expect(said).toContain(kept);
    expect(await operations()).toEqual([]);
  });
});

describe("two app processes on one database", () => {
  test("both serve from memory; what an admin declares out of date at one, the other reads anew at once; so does a family's own change", async () => {
    const other = await startRoost({ relay: false, channels: "none", env: { DATABASE_URL: app.roost.databaseUrl, SESSION_SECRET: app.roost.env["SESSION_SECRET"]! } });
    try {
      const here = family.parent.browser;
      const there = new TestBrowser(other.url);
      for (const [name, value] of here.cookies) there.cookies.set(name, value);
      const shown = () =>
        Promise.all(
          [here, there].map(async (browser) => {
            const page = await (await browser.get("/family/templates")).text();
            return ["Piano", "Violin", "Drums"].filter((name) => page.includes(name)).join();
          }),
        );
      expect((await here.post("/family/templates", { intent: "template-create", name: "Piano", minutes: "5", stars: "0", icon: "music", hue: "1" })).status).toBe(302);
      expect(await shown()).toEqual(["Piano", "Piano"]);
      // By hand: nobody is told, and memory is what is served.
      await app.db.batch([{ sql: "UPDATE timer_templates SET name = 'Violin' WHERE family_id = ?", args: [family.familyId] }]);
      expect(await shown()).toEqual(["Piano", "Piano"]);
      expect((await admin.post("/admin", { intent: "revalidate-tags", tags: "templates" })).status).toBe(302);
      expect(await shown()).toEqual(["Violin", "Violin"]);
      const [template] = await app.db.all<{ id: string }>("SELECT id FROM timer_templates WHERE family_id = ?", [family.familyId]);
      expect((await here.post("/family/templates", { intent: "template-change", templateId: template!.id, name: "Drums", minutes: "5", stars: "0", icon: "music", hue: "1" })).status).toBe(302);
      expect(await shown()).toEqual(["Drums", "Drums"]);
    } finally {
      await other.stop();
    }
  });
});

describe("one at a time", () => {
  const run = (beatAt: number, state = "running") =>
    app.db.batch([
      {
        sql: "INSERT INTO operations (id, kind, actor_id, items, item_count, state, exclusive, steps_done, steps_total, started_at, beat_at) SELECT ?, 'refresh-all', id, '[\"templates\"]', 1, ?, 'revalidation', 1, 4, ?, ? FROM users WHERE email = 'admin@roost.test'",
        args: [newId(), state, beatAt, beatAt],
      },
    ]);

  test("while another's runs, every form is refused with 409, and the page shows how far that one is", async () => {
    await run(Date.now());
    for (const [intent, fields] of Object.entries(FORMS)) {
      const answer = await admin.post("/admin", { intent, ...fields }, { "accept-language": "en" });
      expect(answer.status, intent).toBe(409);
    }
    expect(await operations()).toHaveLength(1);
    const page = await (await admin.get("/admin")).text();
    expect(page).toMatch(/role="progressbar"[^>]*aria-valuemax="4"[^>]*aria-valuenow="1"/);
  });

  test("twelve at once: none runs beside another, none is lost without an answer", async () => {
    const answers = await Promise.all(Array.from({ length: 12 }, () => admin.post("/admin", { intent: "refresh-all" })));
    const statuses = answers.map(({ status }) => status);
    expect(statuses.filter((status) => status !== 302 && status !== 409)).toEqual([]);
    const done = await app.db.all<{ startedAt: number; finishedAt: number; state: string }>("SELECT started_at AS startedAt, finished_at AS finishedAt, state FROM operations ORDER BY started_at, id");
    expect(done).toHaveLength(statuses.filter((status) => status === 302).length);
    for (const [index, { startedAt, state }] of done.entries()) {
      expect(state).toBe("succeeded");
      if (index > 0) expect(startedAt).toBeGreaterThanOrEqual(done[index - 1]!.finishedAt);
    }
  });

  test("one whose process was killed is shown as interrupted and holds nobody up", async () => {
    await run(Date.now() - 60_000);
    expect(await (await admin.get("/admin", { "accept-language": "en" })).text()).toContain("Interrupted");
    expect((await admin.post("/admin", { intent: "refresh-all" })).status).toBe(302);
    expect((await operations()).map(({ state }) => state).sort()).toEqual(["interrupted", "succeeded"]);
  });
});

describe("the log", () => {
  test("the card shows the last five, the page all of them, by kind, result and person; after a restart the same", async () => {
    const [me] = await app.db.all<{ id: string }>("SELECT id FROM users WHERE email = 'admin@roost.test'");
    await app.db.batch(
      Array.from({ length: 40 }, (_, index) => ({
        sql: "INSERT INTO operations (id, kind, actor_id, items, item_count, state, steps_done, steps_total, started_at, beat_at, finished_at) VALUES (?, ?, ?, '[]', 0, ?, 1, 1, ?, ?, ?)",
        args: [newId(), index % 4 === 0 ? "user-disable" : "revalidate-tags", index % 2 ? me!.id : family.parent.id, index % 8 === 0 ? "failed" : "succeeded", 1_000 * index, 1_000 * index, 1_000 * index + 40],
      })),
    );
    await app.roost.restart("app");
    const rows = async (path: string) => ((await (await admin.get(path)).text()).match(/<time /g) ?? []).length;
    expect(await rows("/admin")).toBe(5);
    expect(await rows("/admin/operations")).toBe(30);
    expect(await rows("/admin/operations?kind=user-disable")).toBe(10);
    expect(await rows("/admin/operations?state=failed&kind=user-disable")).toBe(5);
    expect(await rows(`/admin/operations?actorId=${me!.id}`)).toBe(20);
    // What no filter is counts as not said, and a page further back begins where this one ends.
    expect(await rows("/admin/operations?kind=%00&state=asleep&actorId=../etc&before=1-1")).toBe(30);
    const further = /\/admin\/operations\?before=[\w-]+/.exec(await (await admin.get("/admin/operations")).text())![0];
    expect(await rows(further)).toBe(10);
  });
});

describe("everybody else", () => {
  const others: [string, () => Promise<TestBrowser>][] = [
    ["a member", () => app.signedIn("other@roost.test")],
    ["a parent", async () => family.parent.browser],
    ["a child", async () => family.child.browser],
    ["a stranger", async () => family.stranger.browser],
  ];

  test.each(others)("%s: 403 at every form and page, and nothing is done", async (_, browser) => {
    const who = await browser();
    const before = await versions();
    for (const [intent, fields] of Object.entries(FORMS)) {
      expect((await who.post("/admin", { intent, ...fields })).status, intent).toBe(403);
      expect((await who.post("/admin.data", { intent, ...fields })).status, intent).toBe(403);
    }
    for (const path of ["/admin", "/admin.data", "/admin/operations", "/admin/operations.data"]) expect((await who.get(path)).status, path).toBe(403);
    expect(await (await who.get("/settings")).text()).not.toContain('href="/admin"');
    expect([await versions(), await operations()]).toEqual([before, []]);
  });

  test("somebody signed out goes to the sign-in page", async () => {
    for (const [intent, fields] of Object.entries(FORMS)) {
      const answer = await app.browser().post("/admin", { intent, ...fields });
      expect([answer.status, answer.headers.get("location")]).toEqual([302, "/login?redirectTo=%2Fadmin"]);
    }
    expect(await operations()).toEqual([]);
  });
});
