/** Security headers on every kind of answer, a policy with a nonce on every page, nothing secret in the log (H5). */
import { connect } from "node:net";
import { afterAll, beforeAll, expect, it } from "vitest";
import { CHANNELS, startApp, type TestApp, type TestBrowser } from "#tests/support/http.ts";
import { until } from "#tests/support/wait.ts";

let app: TestApp;
let parent: TestBrowser;
beforeAll(async () => {
  app = await startApp({ ...CHANNELS, PUSHER_PORT: "6789" });
  parent = await app.signedIn("parent@roost.test");
});
afterAll(() => app.stop());

const ALWAYS = { "x-content-type-options": "nosniff", "referrer-policy": "same-origin", "x-frame-options": "SAMEORIGIN", "cross-origin-resource-policy": "same-origin", "cross-origin-opener-policy": "same-origin" };

it.each<[string, number, (browser: TestBrowser) => Promise<Response>]>([
  ["a page", 200, (browser) => browser.get("/settings")],
  ["the sign-in page", 302, (browser) => browser.get("/login")],
  ["a page's data", 200, (browser) => browser.get("/settings.data")],
  ["a data request that redirects", 202, () => app.browser().get("/settings.data")],
  ["a redirect to sign in", 302, () => app.browser().get("/settings")],
  ["a missing page", 404, (browser) => browser.get("/no/such/page")],
  ["somebody else's chat", 404, (browser) => browser.get(`/chats/${"0".repeat(32)}`)],
  ["a refused form", 422, (browser) => browser.post("/settings", { intent: "profile", name: "" })],
  ["a refused form's data", 422, (browser) => browser.post("/settings.data", { intent: "profile", name: "" })],
  ["a form that succeeded", 302, (browser) => browser.post("/settings", { intent: "end-other-sessions" })],
  ["a cross-site post", 403, (browser) => browser.post("/settings", {}, { origin: "https://evil.example" })],
  ["an unknown method on a page", 405, (browser) => browser.send("/settings", { method: "OPTIONS" })],
  ["a resource", 200, (browser) => browser.get("/api/time")],
  ["a resource refused", 401, () => app.browser().get("/api/sync")],
  ["a JSON action refused", 422, (browser) => browser.postJson("/api/messages", {})],
  ["a resource without actions", 405, (browser) => browser.post("/api/time", {})],
  ["the retired data protocol", 400, (browser) => browser.get("/settings?_data=routes%2Fsettings")],
  ["a route that is switched off", 404, (browser) => browser.get("/metrics")],
])("%s (%i)", async (_, status, ask) => {
  const answer = await ask(parent);
  const body = await answer.text();
  expect(answer.status).toBe(status);
  for (const [name, value] of Object.entries(ALWAYS)) expect(answer.headers.get(name), name).toBe(value);
  expect(answer.headers.get("content-security-policy")).toContain("frame-ancestors 'self'");
  expect(answer.headers.get("x-request-id")).toMatch(/^[0-9a-f]{32}$/);
  if (status !== 405) expect(answer.headers.get("cache-control")).toBe("private, no-store");
  expect(body).not.toMatch(/node_modules|\.server\.ts|at .*\(.*:\d+:\d+\)/);
});

it("believes nobody's word about their own arrival", async () => {
  const given = "0".repeat(32);
  const answer = await parent.send("/api/time", { headers: { "X-Roost-Arrival": given } });
  const requestId = answer.headers.get("x-request-id");
  await answer.arrayBuffer();
  expect([answer.status, requestId === given]).toEqual([200, false]);
  await until(() => app.roost.log("app").includes(requestId!), { what: "the log line" });
  const line = app.roost.log("app").split("\n").find((one) => one.includes(requestId!) && one.includes('"msg":"request"'))!;
  expect(JSON.parse(line)).toMatchObject({ requestId, route: "/api/time", status: 200 });
});

it("says the length of JSON, so that short answers are neither cut into chunks nor compressed", async () => {
  const answer = await parent.send("/api/sync", { headers: { "Accept-Encoding": "gzip" } });
  const bytes = (await answer.arrayBuffer()).byteLength;
  expect([answer.status, answer.headers.get("content-encoding"), answer.headers.get("content-length")]).toEqual([200, null, String(bytes)]);
});

it("has them on files, too", async () => {
  const page = await (await parent.get("/settings")).text();
  const script = /\/assets\/[\w.-]+\.js/.exec(page)![0];
  const answer = await parent.get(script);
  await answer.arrayBuffer();
  expect([answer.status, answer.headers.get("x-content-type-options")]).toEqual([200, "nosniff"]);
  expect(answer.headers.get("cache-control")).toContain("immutable");
});

it("lets only scripts with this page's nonce run, and names the Channels host", async () => {
  const first = await parent.get("/settings");
  const second = await parent.get("/settings");
  const policy = first.headers.get("content-security-policy")!;
  const nonce = /'nonce-([^']+)'/.exec(policy)![1]!;
  expect(Buffer.from(nonce, "base64")).toHaveLength(16);
  expect(second.headers.get("content-security-policy")).not.toContain(nonce);
  const scriptSources = /script-src ([^;]+)/.exec(policy)![1]!;
  expect(scriptSources).toBe(`'self' 'nonce-${nonce}'`);
  expect(/connect-src ([^;]+)/.exec(policy)![1]).toBe("'self' ws://127.0.0.1:6789 http://127.0.0.1:6789");
  const html = await first.text();
  const scripts = html.match(/<script[^>]*>/g) ?? [];
  expect(scripts.length).toBeGreaterThan(2);
  for (const script of scripts) expect(script).toContain(`nonce="${nonce}"`);
  expect(html).not.toMatch(/<style(?![^>]*nonce=)/);
  expect(html).not.toMatch(/\son[a-z]+=/);
});

it("says HSTS and gives a __Host- cookie behind https", async () => {
  const secure = await startApp({ PUBLIC_ORIGIN: "https://roost.example" });
  try {
    const answer = await secure.browser().post("/login", { email: "parent@roost.test", password: "roost-demo-pass" }, { origin: "https://roost.example" });
    expect(answer.status).toBe(302);
    expect(answer.headers.get("strict-transport-security")).toContain("max-age=31536000");
    expect(answer.headers.getSetCookie()).toEqual([expect.stringMatching(/^__Host-roost_session=.*; Path=\/; HttpOnly; Secure; SameSite=Lax$/)]);
    expect((await secure.browser().post("/login", {})).status).toBe(403);
  } finally {
    await secure.stop();
  }
});

it("logs method, path, route, status and time; never a query, a body or a cookie", async () => {
  await parent.get("/chats?token=query-secret-1&redirectTo=x");
  await parent.post("/login?code=query-secret-2", { email: "body-secret@roost.test", password: "body-secret-3" });
  await app.browser().get(`/reset/${"t".repeat(43)}`);
  await until(() => app.roost.log("app").includes("/reset/"), { what: "the log line" });
  const log = app.roost.log("app");
  for (const secret of ["query-secret", "body-secret", parent.cookies.get("roost_session")!, "t".repeat(43), "roost-demo-pass"]) expect(log).not.toContain(secret);
  const lines = log.split("\n").filter((line) => line.startsWith("{")).map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(lines).toContainEqual(expect.objectContaining({ msg: "request", method: "GET", path: "/chats", route: "/chats", status: 200, ms: expect.any(Number), requestId: expect.stringMatching(/^[0-9a-f]{32}$/) }));
  // remix-serve's own access log would be a line that is no JSON.
  expect(log.split("\n").filter((line) => /^(GET|POST) /.test(line))).toEqual([]);
});

/** As bytes: fetch sends none of these. @returns status and headers, as they came */
function knock(lines: string[]): Promise<string> {
  const { hostname, port } = new URL(app.origin);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => socket.write(`${[...lines, "Connection: close"].join("\r\n")}\r\n\r\n`));
    let answer = "";
    socket.on("data", (bytes: Buffer) => (answer += bytes.toString("latin1"))).on("end", () => resolve(answer)).on("error", reject);
  });
}

it.each<[string, number, string[]]>([
  ["a Host with a blank", 400, ["GET /chats HTTP/1.1", "Host: a b"]],
  ["a Host with a port that is none", 400, ["GET /chats HTTP/1.1", "Host: roost.example:99999"]],
  ["a Host that would become a path", 400, ["GET /healthz HTTP/1.1", "Host: roost.example/admin"]],
  ["a form with such a Host", 400, ["POST /login HTTP/1.1", "Host: a b", "Content-Length: 0"]],
  ["an address that is a star", 400, ["OPTIONS * HTTP/1.1", "Host: roost.example"]],
  ["an address with another scheme", 400, ["GET ftp://roost.example/ HTTP/1.1", "Host: roost.example"]],
  ["an address as a proxy is sent it", 200, ["GET http://roost.example/healthz HTTP/1.1", "Host: roost.example"]],
  ["such an address of a page", 302, ["GET http://roost.example/chats?x=1 HTTP/1.1", "Host: roost.example"]],
  ["TRACE of a page", 405, ["TRACE /login HTTP/1.1", "Host: roost.example"]],
  ["TRACE of a resource", 405, ["TRACE /api/time HTTP/1.1", "Host: roost.example"]],
])("%s: %i, and no stack in the log", async (_, status, lines) => {
  const answer = await knock(lines);
  expect(answer.split("\r\n")[0]).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  for (const name of Object.keys(ALWAYS).filter((each) => each !== "cross-origin-opener-policy")) expect(answer.toLowerCase()).toContain(`${name}: `);
  expect(app.roost.log("app")).not.toMatch(/^\s+at .*node_modules/m);
});
