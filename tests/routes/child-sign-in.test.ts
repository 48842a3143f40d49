/** Children sign in by family code, user name and PIN, and can do nothing outside their role then. Covers A3. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { LOCKS_MS, TRIES_A_LOCK } from "#app/domain/families/pin-attempts.server.ts";
import { FAMILY_ACTIONS, PERMISSIONS, type FamilyAction } from "#app/domain/families/policy.ts";
import { newId } from "#app/domain/ids.ts";
import { startApp, type TestApp, type TestBrowser } from "#tests/support/http.ts";

const LOGIN = "/login/child";
const MINUTE_MS = 60_000;
const LINA = { familyCode: "", userName: "lina", pin: "97531" };
const where = (answer: Response) => [answer.status, answer.headers.get("location")];
const problem = (html: string) => /<p id="[^"]*-error".*?<\/p>/s.exec(html)?.[0].replaceAll(/id="[^"]*"|\d+/g, "");

let app: TestApp;
let parent: TestBrowser;
let linaId: string;
beforeAll(async () => {
  app = await startApp();
  parent = app.browser();
  await parent.post("/signup", { name: "Hana", email: "hana@example.org", password: "three small words", timeZone: "UTC" });
  expect(where(await parent.post("/family", { intent: "family-create", name: "Nest", timeZone: "UTC", weekStart: "1" }))).toEqual([302, "/family"]);
  expect((await parent.post("/family", { intent: "child-create", name: "Lina", userName: LINA.userName, pin: LINA.pin })).status).toBe(302);
  const [row] = await app.db.all<{ code: string; userId: string }>("SELECT f.code, c.user_id AS userId FROM child_accounts c JOIN families f ON f.id = c.family_id WHERE c.user_name = ?", [LINA.userName]);
  [LINA.familyCode, linaId] = [row!.code, row!.userId];
});
afterAll(() => app.stop());
// Tries count by address, too: each test has its own share.
afterEach(() => app.db.transact(async (tx) => [await tx.all("DELETE FROM attempts"), await tx.all("DELETE FROM pin_attempts")]));

async function signedIn(): Promise<TestBrowser> {
  const browser = app.browser();
  expect(where(await browser.post(LOGIN, LINA))).toEqual([302, "/"]);
  return browser;
}

it("is found from the sign-in page, lets in, goes where one wanted to go, and knows the family again on this device", async () => {
  const browser = app.browser();
  expect(await (await browser.get("/login?redirectTo=%2Ffamily")).text()).toContain('href="/login/child?redirectTo=%2Ffamily"');
  expect(await (await browser.get(LOGIN)).text()).not.toContain(LINA.familyCode);
  expect(where(await browser.post(LOGIN, { ...LINA, familyCode: ` ${LINA.familyCode.toUpperCase()} `, userName: "LINA", pin: "٩٧٥٣١", redirectTo: "/family" }))).toEqual([302, "/family"]);
  expect(await (await browser.get("/family")).text()).toContain("Nest");
  expect(where(await browser.get(LOGIN))).toEqual([302, "/"]);
  await browser.post("/logout", {});
  expect(await (await browser.get(LOGIN)).text()).toContain(`value="${LINA.familyCode}"`);
  expect(await (await app.browser().get(LOGIN)).text()).not.toContain(LINA.familyCode);
});

it("leads to no other site, and reads no code from a cookie that is none", async () => {
  expect(where(await app.browser().post(LOGIN, { ...LINA, redirectTo: "https://elsewhere.example" }))).toEqual([302, "/"]);
  const planted = await app.browser().get(LOGIN, { cookie: `roost_family=${btoa(JSON.stringify('"><script>'))}` });
  expect([planted.status, (await planted.text()).includes('value="&quot;')]).toEqual([200, false]);
});

it("keeps what was typed but never the PIN", async () => {
  for (const [wrong, field, status] of [[{ familyCode: "a b" }, "familyCode", 422], [{ userName: "two words" }, "userName", 422], [{ pin: "97531x" }, "pin", 422], [{ pin: "86420" }, "pin", 401]] as const) {
    const typed = { ...LINA, ...wrong };
    const browser = app.browser();
    const answer = await browser.post(LOGIN, typed);
    const html = await answer.text();
    expect([field, answer.status, html.match(/aria-invalid="true"/g)?.length, html.includes(`value="${typed.userName}"`), html.includes(typed.pin), browser.cookies.size]).toEqual([field, status, 1, true, false, 0]);
    expect(html).toMatch(new RegExp(`name="${field}"[^>]*aria-invalid="true"|aria-invalid="true"[^>]*name="${field}"`));
  }
});

it("says the same to a wrong PIN, an unknown name and an unknown family, also once they are locked", async () => {
  const kinds = [{ pin: "0000" }, { userName: "nobody" }, { familyCode: "elsewhere" }];
  const answers = [];
  for (const wrong of kinds) {
    const tries = [];
    for (let tried = 0; tried <= TRIES_A_LOCK; tried++) {
      const answer = await app.browser().post(LOGIN, { ...LINA, ...wrong });
      tries.push([answer.status, problem(await answer.text())]);
    }
    answers.push(tries);
  }
  expect(answers[1]).toEqual(answers[0]);
  expect(answers[2]).toEqual(answers[0]);
  expect(answers[0]!.map(([status]) => status)).toEqual([...Array.from({ length: TRIES_A_LOCK }, () => 401), 429]);
});

it("locks after five wrong PINs for longer and longer, for the right one too, and says for how long", async () => {
  const [minute, longer] = LOCKS_MS;
  for (const lockMs of [minute, longer]) {
    for (let tried = 0; tried < TRIES_A_LOCK; tried++) expect((await app.browser().post(LOGIN, { ...LINA, pin: "0000" })).status).toBe(401);
    const browser = app.browser();
    const answer = await browser.post(LOGIN, LINA);
    expect([answer.status, browser.cookies.size]).toEqual([429, 0]);
    const [row] = await app.db.all<{ lockedMs: number }>("SELECT locked_until - last_at AS lockedMs FROM pin_attempts");
    expect(row!.lockedMs).toBe(lockMs);
    const minutes = Number(/until the next try: (\d) minutes?\./.exec(await answer.text())?.[1]);
    expect(minutes * MINUTE_MS).toBeLessThanOrEqual(lockMs);
    expect(minutes * MINUTE_MS).toBeGreaterThan(lockMs / 2);
    await app.db.transact((tx) => tx.all("UPDATE pin_attempts SET locked_until = 1"));
  }
  const arabic = { "accept-language": "ar" };
  await app.db.transact((tx) => tx.all("UPDATE pin_attempts SET locked_until = ?", [Date.now() + 2 * MINUTE_MS]));
  expect(await (await app.browser().post(LOGIN, LINA, arabic)).text()).toContain("دقيقتان");
  await app.db.transact((tx) => tx.all("UPDATE pin_attempts SET locked_until = 1"));
  await signedIn();
});

describe("a session by PIN", () => {
  const id = newId();
  const timer = { timerId: id, version: "1" };
  const stars = { memberId: id, amount: "5", reason: "Because", key: newId() };
  const chore = { name: "Dishes", recurrence: "daily", assignment: "first-come" };
  const promotion = { name: "Half", kind: "percent", value: "50", startsAt: "2026-03-01T00:00", endsAt: "2026-04-01T00:00", target: "all" };
  const settings = { name: "Mine", timeZone: "UTC", weekStart: "1" };
  /** What a child may not do at all, each as the form that would do it; a new action has no row and does not compile. Null: no form does it. */
  const FORMS: Record<ForbiddenToChildren, Record<string, string> | null> = {
    "family-change": settings,
    invite: { role: "parent" },
    "invitation-revoke": { invitationId: id },
    "child-create": { name: "Another", userName: "another", pin: "1234" },
    "child-reset-pin": { memberId: id, pin: "1234" },
    "member-remove": { memberId: id },
    "tablet-create": null,
    "tablet-revoke": null,
    "template-create": { name: "Games", minutes: "60" },
    "template-change": { templateId: id, name: "Games", minutes: "60" },
    "template-archive": { templateId: id },
    "timer-set-stars": { intent: "timer-start", name: "Games", minutes: "5", stars: "100" },
    "timer-extend": { ...timer, minutes: "5" },
    "timer-confirm": timer,
    "stars-add": stars,
    "stars-remove": stars,
    "stars-undo": { entryId: id },
    "chore-create": { ...chore, dueOn: "2026-03-01" },
    "chore-change": { ...chore, choreId: id },
    "chore-archive": { choreId: id },
    "chore-approve": { choreId: id, dueOn: "2026-03-01" },
    "chore-refuse": { choreId: id, dueOn: "2026-03-01" },
    "redemption-approve": { redemptionId: id },
    "redemption-refuse": { redemptionId: id },
    "redemption-undo": { redemptionId: id },
    "company-change": { name: "Mine" },
    "category-create": { name: "Shelf" },
    "category-change": { categoryId: id, name: "Shelf" },
    "category-move": { categoryId: id, to: "0" },
    "category-archive": { categoryId: id },
    "product-create": { name: "Games", price: "1" },
    "product-change": { productId: id, name: "Games", price: "1" },
    "product-archive": { productId: id },
    "promotion-create": promotion,
    "promotion-change": { ...promotion, promotionId: id },
    "promotion-archive": { promotionId: id },
  };
  const rows = Object.entries(FORMS).flatMap(([action, fields]): [string, Record<string, string>][] => (fields ? [[action, { intent: action, ...fields }]] : []));
  /** Which page has the form. */
  const pageOf = (fields: Record<string, string>) => (/^(redemption|company|category|product|promotion)-/.test(fields["intent"]!) ? "/rewards" : "/family");
  const everything = () => app.db.all("SELECT (SELECT max(seq) FROM outbox_events) AS events, (SELECT count(*) FROM timers) AS timers, (SELECT count(*) FROM star_ledger) AS stars, (SELECT count(*) FROM users) AS users, (SELECT count(*) FROM products) AS products, (SELECT count(*) FROM cache_tags) AS tags, (SELECT count(*) FROM family_invitations) AS invitations, (SELECT group_concat(name) FROM families) AS families");
  let lina: TestBrowser;
  beforeAll(async () => void (lina = await signedIn()));

  it("has a row for each action that children may not do", () => {
    expect(Object.keys(FORMS).sort()).toEqual(FAMILY_ACTIONS.filter((action) => PERMISSIONS[action].child === "none").sort());
  });

  it.each(rows)("may not: %s", async (_, fields) => {
    const before = await everything();
    expect((await lina.post(pageOf(fields), { ...fields, memberId: fields["memberId"] === undefined ? "" : linaId })).status).toBe(403);
    expect(await everything()).toEqual(before);
  });

  // Otherwise the test above would pass with forms that nobody is let through.
  it("is refused by its role, not by the forms: a parent is not forbidden one of them", async () => {
    for (const [action, fields] of rows) expect([action, (await parent.post(pageOf(fields), fields)).status]).not.toEqual([action, 403]);
  });

  it("has no password to change, makes no account beside its own, joins and begins no other family", async () => {
    const settingsPage = await lina.get("/settings");
    expect([settingsPage.status, (await settingsPage.text()).includes('value="password"')]).toEqual([200, false]);
    expect(await (await parent.get("/settings")).text()).toContain('value="password"');
    const before = await everything();
    expect((await lina.post("/settings", { intent: "password", currentPassword: LINA.pin, newPassword: "three small words" })).status).toBe(403);
    expect((await lina.post("/signup", { name: "Lina", email: "lina@example.org", password: "three small words", timeZone: "UTC" })).status).toBe(403);
    expect((await lina.post("/family", { intent: "family-create", ...settings })).status).toBe(409);
    expect(await everything()).toEqual(before);
  });

  it("is no way in by e-mail", async () => {
    for (const email of ["", "lina", "null", "lina@roost.test"]) expect([401, 422]).toContain((await app.browser().post("/login", { email, password: LINA.pin })).status);
  });

  it("ends with another PIN", async () => {
    expect((await lina.get("/family")).status).toBe(200);
    expect((await parent.post("/family", { intent: "child-reset-pin", memberId: linaId, pin: "24680" })).status).toBe(302);
    expect(where(await lina.get("/family"))).toEqual([302, "/login?redirectTo=%2Ffamily"]);
    expect((await app.browser().post(LOGIN, LINA)).status).toBe(401);
    expect(where(await app.browser().post(LOGIN, { ...LINA, pin: "24680" }))).toEqual([302, "/"]);
  });
});

type ForbiddenToChildren = Exclude<FamilyAction, "view" | "child-picture" | "timer-start" | "timer-pause" | "timer-resume" | "timer-cancel" | "timer-sync" | "chore-claim" | "chore-undo" | "redemption-ask" | "redemption-cancel" | "wish-set">;
