/** The shop over HTTP: its forms, what each refusal answers, pages that are kept and asked about, two processes on one database. Covers E7, F3, issue 7's bars 5 and 7. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { newId } from "#app/domain/ids.ts";
import { openDatabase, type Database } from "#db/database.ts";
import { startApp, TestBrowser, type TestApp } from "#tests/support/http.ts";
import { startRoost, type Roost } from "#tests/support/processes.ts";

let app: TestApp;
let parent: TestBrowser;
let child: TestBrowser;
beforeAll(async () => {
  app = await startApp();
  parent = await app.signedIn("parent@roost.test");
  child = app.browser();
  expect((await child.post("/login/child", { familyCode: "demo", userName: "child", pin: "2468" })).status).toBe(302);
});
afterAll(() => app?.stop());

const productId = async (name: string) => (await app.db.all<{ id: string }>("SELECT id FROM products WHERE name LIKE ?", [`${name}%`]))[0]!.id;
const newest = async () => (await app.db.all<{ id: string; state: string }>("SELECT id, state FROM redemptions ORDER BY asked_at DESC, id DESC LIMIT 1"))[0]!;
const nonceOf = (answer: Response) => /'nonce-([^']+)'/.exec(answer.headers.get("content-security-policy") ?? "")?.[1];

it("asks once for a form that is sent twice, and goes back to the shop", async () => {
  const form = { intent: "redeem", productId: await productId("Half an hour"), key: newId() };
  for (const press of ["first", "second"]) {
    const answer = await child.post("/rewards", form);
    expect([press, answer.status, answer.headers.get("location")]).toEqual([press, 302, "/rewards"]);
  }
  expect(await app.db.all("SELECT count(*) AS n FROM redemptions WHERE product_id = ?", [form.productId])).toEqual([{ n: 1 }]);
  expect((await child.post("/rewards", { ...form, productId: await productId("Ice cream") })).status).toBe(422);
  const asked = await newest();
  expect((await parent.post("/rewards", { intent: "redemption-approve", redemptionId: asked.id })).status).toBe(302);
  expect((await parent.post("/rewards", { intent: "redemption-refuse", redemptionId: asked.id })).status).toBe(409);
  expect((await parent.post("/rewards", { intent: "redemption-undo", redemptionId: asked.id })).status).toBe(302);
  expect((await newest()).state).toBe("undone");
});

it.each<[string, number, (who: { parent: TestBrowser; child: TestBrowser; other: TestBrowser }) => Promise<Response>]>([
  ["more than there are stars for", 409, async (who) => who.child.post("/rewards", { intent: "redeem", productId: await productId("Swimming"), key: newId() })],
  ["a reward that is none", 404, (who) => who.child.post("/rewards", { intent: "redeem", productId: newId(), key: newId() })],
  ["a key that is none", 422, async (who) => who.child.post("/rewards", { intent: "redeem", productId: await productId("Ice"), key: "x" })],
  ["a parent who asks", 403, async (who) => who.parent.post("/rewards", { intent: "redeem", productId: await productId("Ice"), key: newId() })],
  ["a child at the catalogue", 403, (who) => who.child.get("/rewards/manage")],
  ["somebody without a family who decides", 404, async (who) => who.other.post("/rewards", { intent: "redemption-approve", redemptionId: (await newest()).id })],
  ["a discount that ends before it begins", 422, (who) => who.parent.post("/rewards/manage", { intent: "promotion-create", name: "P", kind: "percent", value: "10", startsAt: "2026-03-02T10:00", endsAt: "2026-03-01T10:00", target: "all" })],
  ["nobody", 302, () => app.browser().get("/rewards")],
])("answers %s with %i", async (_name, status, ask) => {
  // Robin has no family.
  const other = await app.signedIn("admin@roost.test");
  const answer = await ask({ parent, child, other });
  await answer.arrayBuffer();
  expect(answer.status).toBe(status);
});

it("shows a shop to whoever has none how one begins", async () => {
  const answer = await (await app.signedIn("admin@roost.test")).get("/rewards", { "accept-language": "en" });
  expect([answer.status, (await answer.text()).includes("The shop belongs to a family")]).toEqual([200, true]);
});

/** A page and its question an instant later: in one minute of the clock, or else again. */
async function askedAgain(who: TestBrowser, path: string): Promise<{ first: Response; again: Response }> {
  for (;;) {
    const minute = Math.floor(Date.now() / 60_000);
    const first = await who.get(path);
    await first.text();
    const again = await who.get(path, { "if-none-match": first.headers.get("etag") ?? "" });
    if (Math.floor(Date.now() / 60_000) === minute) return { first, again };
  }
}

it("keeps pages with the viewer's own data in the browser alone, answers 304 while they hold, with the policy that the copy runs under", async () => {
  for (const path of ["/rewards", "/rewards/manage"]) {
    const { first, again } = await askedAgain(parent, path);
    expect(first.headers.get("cache-control")).toBe("private, no-cache");
    expect([again.status, await again.text()]).toEqual([304, ""]);
    expect(nonceOf(again)).toBe(nonceOf(first));
    expect(again.headers.get("etag")).toBe(first.headers.get("etag"));
    expect(again.headers.get("cache-control")).toBe("private, no-cache");
  }
  const { first } = await askedAgain(parent, "/rewards");
  const tag = first.headers.get("etag")!;
  const asks = async (who: TestBrowser, headers: Record<string, string> = {}) => {
    const answer = await who.get("/rewards", { "if-none-match": tag, ...headers });
    await answer.arrayBuffer();
    return [answer.status, nonceOf(answer) === nonceOf(first)];
  };
  // Another person's copy, another language, a made-up nonce: none of it holds.
  expect(await asks(child)).toEqual([200, false]);
  expect(await asks(app.browser())).toEqual([302, false]);
  const forged = await parent.get("/rewards", { "if-none-match": tag.replace(/\.[^"]+/, "." + "' *; x") });
  expect([forged.status, forged.headers.get("content-security-policy")?.includes("*")]).toEqual([200, false]);
  await forged.arrayBuffer();
  // What has changed, has changed.
  expect((await parent.post("/rewards/manage", { intent: "company-change", name: "Another sign", motto: "", hue: "2" })).status).toBe(302);
  expect(await asks(parent)).toEqual([200, false]);
  expect(await (await parent.get("/rewards")).text()).toContain("Another sign");
  // Pages that do not say so are kept nowhere.
  expect((await parent.get("/family")).headers.get("cache-control")).toBe("private, no-store");
});

it("serves the catalogue from memory, and what one process changes, the other shows at once", { timeout: 300_000 }, async () => {
  const second: Roost = await startRoost({ relay: false, channels: "none", env: { DATABASE_URL: app.roost.databaseUrl, SESSION_SECRET: app.roost.env["SESSION_SECRET"]! } });
  const db: Database = await openDatabase(app.roost.databaseUrl);
  try {
    const other = new TestBrowser(second.url);
    expect((await other.post("/login", { email: "other@roost.test", password: "roost-demo-pass" })).status).toBe(302);
    const shown = async (who: TestBrowser, text: string) => (await (await who.get("/rewards")).text()).includes(text);
    expect(await shown(other, "Ice cream")).toBe(true);
    // By hand, past the app: both go on serving what they have.
    await db.batch([{ sql: "UPDATE products SET name = 'Sorbet' WHERE name LIKE 'Ice cream%'" }]);
    expect([await shown(parent, "Sorbet"), await shown(other, "Sorbet")]).toEqual([false, false]);
    expect((await parent.post("/rewards/manage", { intent: "product-create", name: "Tree house", price: "9", stock: "", description: "", categoryId: "", isActive: "on" })).status).toBe(302);
    expect([await shown(other, "Tree house"), await shown(other, "Sorbet")]).toEqual([true, true]);
    expect((await other.post("/rewards/manage", { intent: "company-change", name: "From the other door", motto: "", hue: "0" })).status).toBe(302);
    expect(await shown(parent, "From the other door")).toBe(true);
  } finally {
    await db.close();
    await second.stop();
  }
});
