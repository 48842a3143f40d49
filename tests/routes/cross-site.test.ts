/** Posts from other sites, in every form that Remix accepts: refused with 403 before any handler runs. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { faultSuite } from "#tests/faults/size.ts";
import { CHANNELS, startApp, type TestApp, type TestBrowser } from "#tests/support/http.ts";

let app: TestApp;
let parent: TestBrowser;
beforeAll(async () => {
  app = await startApp({ ...CHANNELS, CRON_SECRET: "cron-secret-of-the-test" });
  parent = await app.signedIn("parent@roost.test");
});
afterAll(() => app.stop());

const FOREIGN: Record<string, Record<string, string>> = {
  "another origin": { origin: "https://evil.example" },
  "another port of this host": { origin: "http://127.0.0.1:1" },
  "this host over https": { origin: "https://127.0.0.1" },
  "an opaque origin": { origin: "null" },
  "an origin that is none": { origin: "evil" },
  "Sec-Fetch-Site: cross-site": { "sec-fetch-site": "cross-site" },
  "Sec-Fetch-Site: same-site": { "sec-fetch-site": "same-site" },
  "another origin that claims same-origin": { origin: "https://evil.example", "sec-fetch-site": "same-origin" },
  "an old browser's Referer": { referer: "https://evil.example/page" },
  "a forged X-Forwarded-Host": { origin: "https://evil.example", "x-forwarded-host": "evil.example", "x-forwarded-proto": "https" },
};

const TARGETS = [
  "/login",
  "/signup",
  "/logout",
  "/settings",
  "/chats",
  "/login.data",
  "/logout.data",
  "/settings.data",
  "/chats.data",
  "/logout?_data=routes%2Flogout",
  "/settings?_data=routes%2Fsettings",
  "/api/messages",
  "/api/images",
  "/api/images.data",
  "/api/files",
  "/api/uploads/cancel",
  "/api/messages?_data=routes%2Fapi.messages",
  "/api/messages.data",
  "/api/pusher/auth",
  "/api/pusher/user-auth",
  "/api/pusher/webhook",
  "/api/outbox/drain",
];

const PROFILE = { intent: "profile", name: "Taken over", language: "", digits: "", timeZone: "" };
const multipart = () => {
  const body = new FormData();
  for (const [name, value] of Object.entries(PROFILE)) body.set(name, value);
  return body;
};
const BODIES: Record<string, () => { body: BodyInit; type?: string }> = {
  form: () => ({ body: new URLSearchParams(PROFILE) }),
  multipart: () => ({ body: multipart() }),
  "text/plain": () => ({ body: "intent=profile&name=Taken", type: "text/plain" }),
  JSON: () => ({ body: JSON.stringify(PROFILE), type: "application/json" }),
  nothing: () => ({ body: "" }),
};

/** In its short size one body for each origin and target, so that each pair of origin, target and body comes up. */
const { full } = faultSuite("cross-site", { short: {}, full: {} });
const bodiesOf = (origin: number, target: number) => Object.entries(BODIES).filter((_, index) => full || index === (origin + target) % Object.keys(BODIES).length);

describe.each(Object.entries(FOREIGN).map(([from, headers], origin) => ({ from, headers, origin })))("from $from", ({ headers, origin }) => {
  it.each(TARGETS.map((target, index) => ({ target, index })))("refuses $target", async ({ target, index }) => {
    const before = await everything();
    for (const [name, make] of bodiesOf(origin, index)) {
      const { body, type } = make();
      const answer = await parent.send(target, { method: "POST", body, headers: { ...headers, ...(type ? { "content-type": type } : {}) } });
      expect(answer.status, name).toBe(403);
      expect(answer.headers.getSetCookie(), name).toEqual([]);
      await answer.arrayBuffer();
    }
    expect(await everything()).toEqual(before);
  });
});

it("says so to people in their language and to programs as JSON", async () => {
  const document = await parent.send("/settings", { method: "POST", body: new URLSearchParams(PROFILE), headers: { origin: "https://evil.example", "accept-language": "ar" } });
  expect(await document.text()).toContain('lang="ar"');
  const json = await parent.send("/api/messages", { method: "POST", body: "{}", headers: { origin: "https://evil.example", "content-type": "application/json" } });
  expect(await json.json()).toMatchObject({ error: { code: "cross-site" } });
});

it("lets its own pages, and programs that name no page, through", async () => {
  for (const headers of [{ origin: app.origin }, { "sec-fetch-site": "same-origin" }, { referer: `${app.origin}/settings` }, {}] as Record<string, string>[]) {
    const answer = await parent.send("/settings", { method: "POST", body: new URLSearchParams({ ...PROFILE, name: "Mona" }), headers });
    expect(answer.status).toBe(302);
  }
});

it("leaves reading alone: a link from another site opens the page", async () => {
  for (const path of ["/settings", "/settings.data"]) {
    const answer = await parent.get(path, { "sec-fetch-site": "cross-site", origin: "https://evil.example" });
    expect(answer.status).toBe(200);
  }
});

/** What a handler could have changed. */
async function everything() {
  return {
    names: await app.db.all("SELECT id, name FROM users ORDER BY id"),
    sessions: await app.db.all("SELECT id FROM sessions ORDER BY id"),
    messages: await app.db.all("SELECT count(*) AS n FROM messages"),
    attempts: await app.db.all("SELECT key, points FROM attempts ORDER BY key"),
    leases: await app.db.all("SELECT name, token FROM leases"),
  };
}
