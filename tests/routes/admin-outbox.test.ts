/** The outbox's pages over HTTP: what admins see and do, also without JavaScript, and that nobody else does (G5, G7, bar 4). */
import { afterAll, beforeAll, expect, it } from "vitest";
import { newId } from "#app/domain/ids.ts";
import { startApp, type TestApp, type TestBrowser } from "#tests/support/http.ts";

const OUTBOX = "/admin/outbox";
const ERROR = "bad-request: 400 no";

let app: TestApp;
let admin: TestBrowser;
let member: TestBrowser;
let ids: string[];
beforeAll(async () => {
  app = await startApp();
  [admin, member] = [await app.signedIn("admin@roost.test"), await app.signedIn("parent@roost.test")];
  await app.db.batch([
    { sql: "UPDATE outbox_events SET state = 'delivered', published_at = created_at + 9, latency_ms = 9" },
    { sql: "UPDATE outbox_events SET state = 'dead', published_at = NULL, first_error = ?, last_error = ?, signature = ? WHERE event = 'new-message'", args: [ERROR, ERROR, ERROR] },
  ]);
  ids = (await app.db.all<{ id: string }>("SELECT id FROM outbox_events WHERE state = 'dead' ORDER BY seq")).map(({ id }) => id);
  expect(ids.length).toBeGreaterThan(2);
});
afterAll(() => app.stop());

const deadNow = async () => (await app.db.all<{ n: number }>("SELECT count(*) AS n FROM outbox_events WHERE state = 'dead'"))[0]!.n;
const where = (answer: Response) => [answer.status, answer.headers.get("location")];

it("shows what is stuck and why, asks before it does something to all, does exactly that, and once", async () => {
  const page = await (await admin.get(OUTBOX)).text();
  expect(page).toContain(ERROR);
  expect(page).toContain(`${OUTBOX}?state=dead&amp;signature=`);

  const confirm = await (await admin.get(`${OUTBOX}?state=dead&confirm=retry`)).text();
  const upTo = /name="upTo" value="(\d+)"/.exec(confirm)![1]!;
  expect(confirm).toContain('value="retry"');
  const before = await deadNow();
  const fields = { intent: "retry", filter: "state=dead", upTo };
  expect(where(await admin.post(`${OUTBOX}?state=dead`, fields))).toEqual([302, `${OUTBOX}?state=dead&done=retry&changed=${before}`]);
  expect(await deadNow()).toBe(0);
  expect(where(await admin.post(`${OUTBOX}?state=dead`, fields))).toEqual([302, `${OUTBOX}?state=dead&done=retry&changed=0`]);
  expect(await app.db.all("SELECT kind, item_count AS items, state FROM operations")).toEqual([{ kind: "outbox-retry", items: before, state: "succeeded" }]);
});

it("drops and puts back those that were ticked, from the list and from an event's own page", async () => {
  const [first, second] = ids as [string, string];
  const body = new URLSearchParams([["intent", "drop"], ["ids", first], ["ids", second]]);
  expect(where(await admin.send(OUTBOX, { method: "POST", body, headers: { origin: app.origin } }))).toEqual([302, `${OUTBOX}?done=drop&changed=2`]);
  const own = await (await admin.get(`${OUTBOX}/${first}`)).text();
  expect(own).toContain('value="requeue"');
  expect(own).toContain(ERROR);
  expect(where(await admin.post(`${OUTBOX}/${first}`, { intent: "requeue", ids: first }))).toEqual([302, `${OUTBOX}/${first}?done=requeue&changed=1`]);
  expect(await app.db.all("SELECT state FROM outbox_events WHERE id IN (?, ?) ORDER BY seq", [first, second])).toEqual([{ state: "pending" }, { state: "dropped" }]);
});

it("does the same from the page of the log, and says there what it did", async () => {
  const [first] = ids as [string];
  const [status, location] = where(await admin.post("/admin/operations", { intent: "drop", ids: first }));
  expect([status, location]).toEqual([302, "/admin/operations?done=drop&changed=1"]);
  expect(await (await admin.get(String(location))).text()).toContain("1 event");
  expect(await app.db.all("SELECT state FROM outbox_events WHERE id = ?", [first])).toEqual([{ state: "dropped" }]);
  expect((await admin.post("/admin/operations", { intent: "drop", ids: "x" })).status).toBe(422);
});

it("keeps the log's own filter, without what in its address is none and at its newest", async () => {
  const [, second] = ids as [string, string];
  const [{ id: adminId }] = (await app.db.all<{ id: string }>("SELECT id FROM users WHERE email = 'admin@roost.test'")) as [{ id: string }];
  const filter = `kind=outbox-drop&state=succeeded&actorId=${adminId}`;
  const address = `/admin/operations?signature=x&done=drop&changed=7&before=1-${newId()}&${filter}`;
  const [status, location] = where(await admin.post(address, { intent: "requeue", ids: second }));
  expect([status, location]).toEqual([302, `/admin/operations?${filter}&done=requeue&changed=1`]);
  const page = await (await admin.get(String(location))).text();
  for (const chosen of ["outbox-drop", "succeeded", adminId]) expect(page).toMatch(new RegExp(`<option value="${chosen}" selected=""`));
  expect(where(await admin.post("/admin/operations?kind=x&state=dead", { intent: "drop", ids: second }))).toEqual([302, "/admin/operations?done=drop&changed=1"]);
});

it("takes any address, and refuses what it cannot do with a sentence", async () => {
  for (const odd of ["?state=nothing&before=-1&range=x&measure=y&confirm=z", `?channel=${"x".repeat(900)}`, "?event=%00%FF&signature=%22", "?before=99999999999999999999", "?state=dead&state=pending"]) expect([odd, (await admin.get(OUTBOX + odd)).status]).toEqual([odd, 200]);
  for (const fields of [{ intent: "retry" }, { intent: "drop", ids: "x" }, { intent: "drop", ids: Array.from({ length: 201 }, newId).join(",") }, { intent: "requeue", filter: "", upTo: "-1" }] as Record<string, string>[]) expect((await admin.post(OUTBOX, fields)).status).toBe(422);
  expect((await admin.get(`${OUTBOX}/${newId()}`)).status).toBe(404);
});

it("is nobody else's: a member is refused, whoever is not signed in is asked to", async () => {
  for (const path of [OUTBOX, `${OUTBOX}/${ids[0]}`]) {
    expect((await member.get(path)).status).toBe(403);
    expect((await app.browser().get(path)).status).toBe(302);
    for (const intent of ["retry", "requeue", "drop"]) expect((await member.post(path, { intent, filter: "" })).status).toBe(403);
  }
});

it("a browser reports only what it may have received; nobody does who is not signed in", async () => {
  const samples = [{ id: ids[0]!, at: Date.now() }];
  expect(await (await member.postJson("/api/received", { samples })).json()).toEqual({ taken: 0 });
  expect((await member.postJson("/api/received", { samples: Array.from({ length: 11 }, () => samples[0]) })).status).toBe(422);
  expect((await app.browser().postJson("/api/received", { samples })).status).toBe(401);
});
