/**
 * Every door of the console, knocked at by everybody who is no admin. The doors are read off the routes themselves
 * (which access a loader or action asks for, and which forms a page takes), so a new one is in the matrix by being there.
 * Covers G7.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { doorOf, type Door } from "#app/http/args.server.ts";
import { newId } from "#app/domain/ids.ts";
import { DEMO_PASSWORD, startApp, type TestApp, type TestBrowser } from "#tests/support/http.ts";

type RouteModule = Record<string, unknown>;
const modules = import.meta.glob<RouteModule>("/app/routes/*/route.{ts,tsx}", { eager: true });

interface Route {
  /** Of the file: `admin_.outbox_.$id`. */
  id: string;
  /** With parameters by name: `/admin/outbox/:id`. */
  pattern: string;
  isPage: boolean;
  loader: Door | null;
  action: Door | null;
}

const doorIn = (module: RouteModule, name: "loader" | "action") => (typeof module[name] === "function" ? doorOf(module[name]) : null);

/** By the naming of flat routes: a dot is a slash, a trailing underscore is not written, brackets mean what is in them. */
function patternOf(id: string): string {
  const parts = id.replaceAll("[.]", "\0").split(".").map((part) => part.replace(/_$/, "").replaceAll("\0", ".").replace(/^\$/, ":"));
  return `/${parts.join("/")}`;
}

const ROUTES: Route[] = Object.entries(modules).map(([file, module]) => {
  const id = file.split("/").at(-2)!;
  return { id, pattern: patternOf(id), isPage: module["default"] !== undefined, loader: doorIn(module, "loader"), action: doorIn(module, "action") };
});
const asksAdmin = (route: Route) => [route.loader, route.action].some((door) => door?.access === "admin");
const CONSOLE = ROUTES.filter(asksAdmin);

let app: TestApp;
let admin: TestBrowser;
/** Everybody who is no admin, or no longer. */
let people: Record<string, TestBrowser>;
/** What stands in place of a route's parameters, and in the fields of every form. */
let params: Record<string, string>;
let fields: Record<string, string>;

beforeAll(async () => {
  app = await startApp();
  admin = await app.signedIn("admin@roost.test");
  const id = async (email: string) => (await app.db.all<{ id: string }>("SELECT id FROM users WHERE email = ?", [email]))[0]!.id;
  const [member, dismissed, disabled] = [await signUp("Member"), await signUp("Dismissed"), await signUp("Disabled")];
  // Admins once, with the sessions of then.
  await app.db.batch([{ sql: "UPDATE users SET role = 'admin' WHERE id IN (?, ?)", args: [dismissed.id, disabled.id] }]);
  for (const { browser } of [dismissed, disabled]) expect((await browser.get("/admin")).status).toBe(200);
  await app.db.batch([
    { sql: "UPDATE users SET role = 'member' WHERE id = ?", args: [dismissed.id] },
    { sql: "UPDATE users SET disabled_at = ? WHERE id = ?", args: [Date.now(), disabled.id] },
  ]);
  people = { "signed out": app.browser(), member: member.browser, parent: await app.signedIn("parent@roost.test"), child: await childOfTheHouse(), tablet: await tablet(), "somebody at the tablet": await atTheTablet(), "no longer admin": dismissed.browser, "disabled admin": disabled.browser };
  await app.db.batch([{ sql: "UPDATE outbox_events SET state = 'dead', last_error = 'refused' WHERE seq = (SELECT min(seq) FROM outbox_events)" }]);
  const [event] = await app.db.all<{ id: string; seq: number }>("SELECT id, seq FROM outbox_events ORDER BY seq LIMIT 1");
  params = { id: event!.id };
  fields = { userId: await id("other@roost.test"), tags: "products", paths: "/", ids: event!.id, filter: "state=dead", q: "", state: "dead" };
});
afterAll(() => app.stop());

async function signUp(name: string): Promise<{ id: string; browser: TestBrowser }> {
  const browser = app.browser();
  const email = `${name.toLowerCase()}-${newId()}@roost.test`;
  expect((await browser.post("/signup", { name, email, password: DEMO_PASSWORD, timeZone: "UTC" })).status).toBe(302);
  return { id: (await app.db.all<{ id: string }>("SELECT id FROM users WHERE email = ?", [email]))[0]!.id, browser };
}

async function childOfTheHouse(): Promise<TestBrowser> {
  const browser = app.browser();
  expect((await browser.post("/login/child", { familyCode: "demo", userName: "child", pin: "2468" })).status).toBe(302);
  return browser;
}

/** A wall tablet of the demo family. */
async function tablet(): Promise<TestBrowser> {
  const browser = await app.signedIn("parent@roost.test");
  expect((await browser.post("/settings", { intent: "tablet-create", name: "Hall" })).status).toBe(302);
  return browser;
}

/** The same, while the family's child stands before it. */
async function atTheTablet(): Promise<TestBrowser> {
  const browser = await tablet();
  const [child] = await app.db.all<{ id: string }>("SELECT user_id AS id FROM child_accounts LIMIT 1");
  expect((await browser.post("/family/tablet", { intent: "enter", memberId: child!.id, pin: "2468" })).status).toBe(302);
  return browser;
}

const addressOf = ({ pattern }: Route) => pattern.replaceAll(/:(\w+)/g, (_, name: string) => params[name] ?? newId());

/** Every way to knock at a route: as a document, as data, as data of this route alone, and with each of its forms. */
function knocks(route: Route): [string, (browser: TestBrowser) => Promise<Response>][] {
  const address = addressOf(route);
  const data = route.isPage ? [["data", (browser: TestBrowser) => browser.get(`${address}.data`)] as const, ["data alone", (browser: TestBrowser) => browser.get(`${address}.data?${new URLSearchParams({ _routes: `routes/${route.id}` })}`)] as const] : [];
  const reads = route.loader ? [["read", (browser: TestBrowser) => browser.get(address)] as const, ...data] : [];
  const writes = !route.action
    ? []
    : route.isPage
      ? (route.action.intents ?? [""]).flatMap((intent) => [
          [`form ${intent}`, (browser: TestBrowser) => browser.post(address, { ...fields, intent })] as const,
          [`form ${intent} by script`, (browser: TestBrowser) => browser.post(`${address}.data`, { ...fields, intent })] as const,
        ])
      : [["post", (browser: TestBrowser) => browser.postJson(address, fields)] as const];
  return [...reads, ...writes].map(([name, knock]) => [`${name} ${route.pattern}`, knock]);
}

/** All that the console shows or changes. */
const house = () =>
  app.db.all(`SELECT (SELECT json_group_array(json_array(id, role, disabled_at, password_hash)) FROM users ORDER BY id) AS users, (SELECT count(*) FROM password_resets) AS resets, (SELECT count(*) FROM operations) AS operations,
    (SELECT json_group_array(json_array(tag, version)) FROM cache_tags) AS tags, (SELECT json_group_array(json_array(seq, state, attempts)) FROM outbox_events) AS events, (SELECT json_group_array(json_array(name, at)) FROM health_results) AS health`);

/** On no page for others: an address that only the list of users shows. */
const INSIDE = /diagnostics\.json|roost-diagnostics|adminShell|other@roost\.test/;

async function refused(answer: Response): Promise<boolean> {
  const body = await answer.text();
  const location = answer.headers.get("location") ?? body;
  const toSignIn = [302, 202].includes(answer.status) && location.includes("/login?redirectTo=");
  return (toSignIn || answer.status === 401 || answer.status === 403) && !INSIDE.test(body);
}

it("knows every door: what lies under the console's addresses asks for an admin, and what asks for one is listed", () => {
  const under = ROUTES.filter(({ pattern }) => /^\/(api\/)?admin(\/|$)/.test(pattern));
  for (const { pattern, loader, action } of under) for (const door of [loader, action]) expect([pattern, door?.access ?? "admin"]).toEqual([pattern, "admin"]);
  expect(CONSOLE.map(({ pattern }) => pattern)).toEqual(under.map(({ pattern }) => pattern));
  expect(CONSOLE.map(({ pattern }) => pattern)).toEqual(expect.arrayContaining(["/admin", "/admin/diagnostics.json", "/admin/operations", "/admin/users"]));
  expect(CONSOLE.find(({ pattern }) => pattern === "/admin")!.action!.intents).toEqual(expect.arrayContaining(["user-disable", "user-reset-link", "revalidate-tags", "refresh-all", "env-check", "realtime-test", "db-check"]));
});

describe.each(["signed out", "member", "parent", "child", "tablet", "somebody at the tablet", "no longer admin", "disabled admin"])("somebody %s", (who) => {
  it("is refused at every door, and nothing has changed", async () => {
    const before = await house();
    let knocked = 0;
    for (const route of CONSOLE) {
      for (const [name, knock] of knocks(route)) {
        const answer = await knock(people[who]!);
        expect([name, answer.status, await refused(answer)]).toEqual([name, answer.status, true]);
        knocked++;
      }
    }
    expect(knocked).toBeGreaterThan(25);
    expect(await house()).toEqual(before);
  });

  it("does not listen to the admins' channel", async () => {
    expect([401, 403, 404]).toContain((await people[who]!.post("/api/pusher/auth", { socket_id: "1.2", channel_name: "private-admin" })).status);
  });
});

it("an admin gets the diagnostics as a file", async () => {
  const answer = await admin.get("/admin/diagnostics.json");
  expect([answer.status, answer.headers.get("content-disposition"), answer.headers.get("cache-control")]).toEqual([200, 'attachment; filename="diagnostics.json"', "private, no-store"]);
  const file = (await answer.json()) as { versions: { app: string }; configuration: Record<string, boolean> };
  expect(file).toMatchObject({ format: "roost-diagnostics", versions: { app: expect.stringMatching(/^\d+\.\d+\.\d+$/), remix: expect.stringMatching(/^2\./), schema: { pending: 0 } }, configuration: { SESSION_SECRET: true, PUSHER_SECRET: false } });
  for (const secret of [app.roost.env["SESSION_SECRET"]!, DEMO_PASSWORD, app.roost.dataDir]) expect(JSON.stringify(file)).not.toContain(secret);
});

// Otherwise all of the above would pass with every door walled up.
it("an admin comes in at every door", async () => {
  for (const route of CONSOLE) {
    if (route.loader) expect([route.pattern, (await admin.get(addressOf(route))).status]).toEqual([route.pattern, 200]);
    for (const intent of route.action?.intents ?? []) {
      // Without fields, so that nothing happens: a form is shown again, or nothing was to be filled in.
      const { status } = await admin.post(addressOf(route), { intent });
      expect([route.pattern, intent, [200, 302, 409, 422, 502, 503].includes(status) ? "in" : status]).toEqual([route.pattern, intent, "in"]);
    }
  }
});
