/** Realtime and database on the console over HTTP: without JavaScript, as programs ask, and with the database gone (G1, G2, G4; bars 1, 3). */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startChannelsServer, type ChannelsServer } from "#worker/channels/server.ts";
import { CHANNELS_APP, channelsEnv } from "#tests/support/broken-channels.ts";
import { startApp, type TestApp, type TestBrowser } from "#tests/support/http.ts";
import { startSqld } from "#tests/support/sqld.ts";
import { databaseTokens } from "#tests/support/tokens.ts";

const ADMIN = "admin@roost.test";
const TURSO_TOKEN = "provider-token-of-the-test";

/** Stands in for the provider's API. */
let provider: Server;
let answerWith = { status: 200, body: JSON.stringify({ subscription: { name: "scaler", plan: "scaler", overages: false, timeline: "monthly" } }) };
let asked: { path: string; authorization: string | undefined }[] = [];
let channels: ChannelsServer;
let app: TestApp;
let admin: TestBrowser;
beforeAll(async () => {
  provider = createServer((request, response) => {
    asked.push({ path: request.url ?? "", authorization: request.headers.authorization });
    response.writeHead(answerWith.status, { "content-type": "application/json" }).end(answerWith.body);
  });
  await new Promise<void>((resolve) => provider.listen(0, "127.0.0.1", resolve));
  channels = await startChannelsServer({ host: "127.0.0.1", port: 0, app: CHANNELS_APP });
  const turso = `http://127.0.0.1:${(provider.address() as AddressInfo).port}`;
  app = await startApp({ ...channelsEnv(channels.port), TURSO_API_TOKEN: TURSO_TOKEN, TURSO_ORGANIZATION: "our-house", TURSO_API_URL: turso });
  admin = await app.signedIn(ADMIN);
});
afterAll(async () => {
  await app.stop();
  await channels.close();
  await new Promise((resolve) => provider.close(resolve));
});

const json = async (browser: TestBrowser, path: string, value: unknown) => {
  const answer = await browser.postJson(path, value);
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
};
const step = (value: object) => json(admin, "/api/admin/live-test", value);
const keptRow = async (name: string) => (await app.db.all<{ healthy: number; result: string; at: number }>("SELECT healthy, result, at FROM health_results WHERE name = ?", [name]))[0];

describe("without JavaScript", () => {
  it("the server subscribes itself, says in how many milliseconds it arrived, and keeps the result", async () => {
    const page = await (await admin.post("/admin", { intent: "realtime-test" }, { "accept-language": "en" })).text();
    expect(page).toMatch(/Received in <!-- -->|Received in \d/);
    expect(await keptRow("realtime")).toMatchObject({ healthy: 1 });
    expect(await (await admin.get("/admin")).text()).toContain("Ping received");
    expect([channels.connectionCount, channels.channelCount]).toEqual([0, 0]);
  });

  it("the settings are asked for by name, and no value is anywhere on the page", async () => {
    const page = await (await admin.post("/admin", { intent: "env-check" })).text();
    expect(page).toContain("Live delivery");
    expect(page).not.toContain(CHANNELS_APP.secret);
    expect(page).not.toContain(TURSO_TOKEN);
  });

  it("the database's figures and its provider's plan are shown", async () => {
    asked = [];
    const page = await (await admin.post("/admin", { intent: "db-check" })).text();
    for (const shown of ["roost.db", "Turso · scaler", "Write-ahead log", "Events in the log"]) expect(page).toContain(shown);
    expect(asked).toEqual([{ path: "/v1/organizations/our-house/subscription", authorization: `Bearer ${TURSO_TOKEN}` }]);
    expect(page).not.toContain(TURSO_TOKEN);
    expect(await keptRow("database")).toMatchObject({ healthy: 1 });
  });
});

describe("as a browser's test asks", () => {
  it("settings, credentials, a ping, and the result kept with the server's own time", async () => {
    expect((await step({ step: "configuration" })).body).toEqual({ configured: true, missing: [] });
    expect((await step({ step: "credentials" })).body).toEqual({ ok: true });
    expect((await step({ step: "trigger", ts: 1 })).body).toEqual({ ok: true });
    const stages = ["configuration", "credentials", "connect", "subscribe", "trigger", "receive"].map((stage) => ({ stage, outcome: "passed", ms: 2 }));
    const result = { at: 1, by: "doctor", state: "verified", cause: null, settings: [], receivedMs: 42, stages, reconnects: 0 };
    const before = Date.now();
    expect((await step({ step: "keep", result })).status).toBe(200);
    const row = await keptRow("realtime");
    expect(row!.at).toBeGreaterThanOrEqual(before);
    expect(JSON.parse(row!.result)).toEqual({ ...result, at: row!.at, by: "browser" });
    expect(await (await admin.get("/admin", { "accept-language": "en" })).text()).toMatch(/Received in .{0,12}42 ms/);
  });

  it.each([{}, { step: "trigger" }, { step: "trigger", ts: "now" }, { step: "trigger", ts: -1 }, { step: "keep" }, { step: "keep", result: { state: "verified" } }, { step: "other" }, "text"])("refuses %j", async (value) => {
    expect((await json(admin, "/api/admin/live-test", value)).status).toBe(422);
  });

  it("a provider that refuses the token, or answers what no provider does, is said so, and the rest stands", async () => {
    for (const [answer, expected] of [
      [{ status: 401, body: "{}" }, { state: "failed", name: "Turso", code: "UNAUTHORIZED" }],
      [{ status: 200, body: "<html>" }, { state: "failed", name: "Turso", code: "UNREACHABLE" }],
      [{ status: 500, body: "{}" }, { state: "failed", name: "Turso", code: "UNREACHABLE" }],
    ] as const) {
      answerWith = answer;
      const { status, body } = await json(admin, "/api/admin/database", {});
      expect([status, body["code"], body["provider"]]).toEqual([200, null, expected]);
    }
  });
});

it("is nobody's but admins'", async () => {
  const member = await app.signedIn("parent@roost.test");
  const stranger = app.browser();
  for (const path of ["/api/admin/live-test", "/api/admin/database"]) {
    expect((await member.postJson(path, { step: "configuration" })).status).toBe(403);
    expect((await stranger.postJson(path, { step: "configuration" })).status).toBe(401);
  }
  const before = await keptRow("realtime");
  for (const intent of ["env-check", "realtime-test", "db-check"]) {
    expect((await member.post("/admin", { intent })).status).toBe(403);
    expect((await stranger.post("/admin", { intent })).headers.get("location")).toContain("/login");
  }
  expect(await keptRow("realtime")).toEqual(before);
});

it("a database that refuses the token, and one that is away: the card is told which, and nothing crashes", { timeout: 300_000 }, async () => {
  const { publicKey, token } = databaseTokens();
  const server = await startSqld({ tokenKey: publicKey });
  const house = await startApp({ DATABASE_URL: server.url, DATABASE_AUTH_TOKEN: token });
  const browser = await house.signedIn(ADMIN);
  expect((await json(browser, "/api/admin/database", {})).body).toMatchObject({ code: null, facts: { walBytes: null }, provider: { state: "not-configured" } });
  // Nothing of Channels is set here.
  expect((await json(browser, "/api/admin/live-test", { step: "configuration" })).body).toEqual({ configured: false, missing: ["PUSHER_APP_ID", "PUSHER_KEY", "PUSHER_SECRET", "PUSHER_CLUSTER"] });
  const notConfigured = await (await browser.post("/admin", { intent: "realtime-test" })).text();
  for (const shown of ["CONFIG_MISSING", "PUSHER_SECRET", "Not configured"]) expect(notConfigured).toContain(shown);

  const why = async () => {
    // Nobody's mistake, and soon over: 503 at every kind of door, and no stack in the log.
    for (const answer of [await browser.postJson("/api/admin/database", {}), await browser.postJson("/api/messages", { conversationId: "c", clientId: "k", body: "hello" }), await browser.get("/api/sync")])
      expect([answer.status, await answer.json()]).toMatchObject([503, { error: { code: "unavailable" } }]);
    for (const answer of [await browser.get("/chats"), await browser.post("/admin", { intent: "db-check" }), await browser.post("/settings", { intent: "profile", name: "Mona" })]) expect(answer.status).toBe(503);
    const ready = await browser.get("/readyz");
    return [ready.status, ((await ready.json()) as { reason: string }).reason];
  };
  await server.restart("SIGTERM", databaseTokens().publicKey);
  expect(await why()).toEqual([503, "database-refused"]);
  await server.stop();
  expect(await why()).toEqual([503, "database-unreachable"]);
  expect(house.roost.log("app")).not.toContain("unexpected error");
  await house.stop();
});
