/** Routes that programs call: health, figures, cron, webhooks. */
import { createHmac } from "node:crypto";
import { once } from "node:events";
import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createFamily } from "#app/domain/families/commands.server.ts";
import { startTimer } from "#app/domain/timers/commands.server.ts";
import { contextOver, person } from "#tests/domain/people.ts";
import { CHANNELS, startApp, type TestApp } from "#tests/support/http.ts";
import { until } from "#tests/support/wait.ts";

const CRON = "cron-secret-of-the-test";
const METRICS = "metrics-token-of-the-test";
let app: TestApp;
beforeAll(async () => void (app = await startApp({ ...CHANNELS, CRON_SECRET: CRON, METRICS_TOKEN: METRICS })));
afterAll(() => app.stop());

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const call = (path: string, init: RequestInit = {}) => app.browser().send(path, init);

it("is healthy and ready, and not ready while a migration is missing", async () => {
  expect((await call("/healthz")).status).toBe(200);
  expect([(await call("/readyz")).status, await (await call("/readyz")).json()]).toEqual([200, { ready: true, reason: "ready" }]);
  const [last] = await app.db.all<{ tag: string; hash: string; applied_at: number }>("SELECT * FROM roost_migrations ORDER BY tag DESC LIMIT 1");
  await app.db.batch([{ sql: "DELETE FROM roost_migrations WHERE tag = ?", args: [last!.tag] }]);
  const pending = await call("/readyz");
  expect([pending.status, await pending.json()]).toEqual([503, { ready: false, reason: "migrations-pending" }]);
  await app.db.batch([{ sql: "INSERT INTO roost_migrations (tag, hash, applied_at) VALUES (?, ?, ?)", args: [last!.tag, last!.hash, last!.applied_at] }]);
  expect((await call("/readyz")).status).toBe(200);
});

it("tells the time", async () => {
  const before = Date.now();
  const { now } = (await (await call("/api/time")).json()) as { now: number };
  expect(now).toBeGreaterThanOrEqual(before);
  expect(now).toBeLessThanOrEqual(Date.now());
});

describe("figures", () => {
  it("need the token", async () => {
    expect((await call("/metrics")).status).toBe(401);
    expect((await call("/metrics", { headers: bearer(`${METRICS}x`) })).status).toBe(401);
  });
  it("count requests by route, not by id, and the outbox", async () => {
    await call("/api/time");
    const text = await (await call("/metrics", { headers: bearer(METRICS) })).text();
    expect(text).toMatch(/roost_http_request_duration_seconds_count\{method="GET",route="\/api\/time",status="200"\} \d+/);
    expect(text).toMatch(/roost_outbox_events\{state="pending"\} \d+/);
    expect(text).toContain("roost_nodejs_eventloop_lag_seconds");
  });
  it("are all explained, end with their unit, and speak of delivery, connections and relays", async () => {
    const slot = Math.floor(Date.now() / 3_600_000) * 3_600_000;
    await app.db.batch([{ sql: "INSERT INTO outbox_rollups (measure, span, at, bucket, count) VALUES ('accepted', 3600000, ?, 3, 5), ('accepted', 3600000, ?, 40, 2), ('accepted', 60000, ?, 3, 5), ('dead', 3600000, ?, 0, 1)", args: [slot, slot, slot, slot] }]);
    // Asked for again at once there is nothing to take a mean of: the figures of an empty time are well written, too.
    const [, , answer] = await Promise.all([1, 2, 3].map(() => call("/metrics", { headers: bearer(METRICS) })));
    expect(answer!.headers.get("content-type")).toMatch(/^text\/plain; version=0\.0\.4/);
    const lines = (await answer!.text()).split("\n").filter((line) => line !== "");
    const kinds = new Set(lines.flatMap((line) => /^# TYPE (\S+) (?:counter|gauge|histogram|summary)$/.exec(line)?.[1] ?? []));
    for (const name of kinds) expect(lines.filter((line) => line.startsWith(`# HELP ${name} `)).length, name).toBe(1);
    for (const line of lines.filter((each) => !each.startsWith("#"))) {
      const name = /^([a-z0-9_:]+)(?:\{[^}]*\})? (?:[-+.\deE]+|NaN)$/.exec(line)?.[1];
      expect(name, line).toBeDefined();
      expect(kinds.has(name!) || kinds.has(name!.replace(/_(?:bucket|sum|count)$/, "")), line).toBe(true);
    }
    const value = (series: string) => Number(lines.find((line) => line.startsWith(`${series} `))?.split(" ").at(-1));
    expect(value("roost_outbox_published_total")).toBe(7);
    expect(value("roost_outbox_dead_total")).toBe(1);
    expect(["0.0025", "0.005", "0.05", "+Inf"].map((le) => value(`roost_outbox_latency_seconds_bucket{le="${le}"}`))).toEqual([0, 5, 7, 7]);
    expect(value("roost_outbox_latency_seconds_count")).toBe(7);
    expect(value("roost_outbox_latency_seconds_sum")).toBeCloseTo(0.095, 3);
    expect(value("roost_outbox_last_seq")).toBeGreaterThan(0);
    expect(value("roost_http_connections")).toBeGreaterThan(0);
    for (const name of ["roost_outbox_oldest_pending_seconds", "roost_relay_in_flight", "roost_users_online", 'roost_relays{role="leading"}']) expect(value(name), name).toBeGreaterThanOrEqual(0);
    await app.db.batch([{ sql: "DELETE FROM outbox_rollups" }]);
  });
});

describe("the cron route", () => {
  it("needs the secret", async () => {
    expect((await call("/api/outbox/drain", { method: "POST" })).status).toBe(401);
    expect((await call("/api/outbox/drain", { method: "POST", headers: bearer("wrong") })).status).toBe(401);
    expect((await call("/api/outbox/drain", { headers: bearer(CRON) })).status).toBeGreaterThanOrEqual(400);
  });
  it("drains and runs the jobs", async () => {
    await app.signedIn("parent@roost.test");
    await app.db.batch([{ sql: "UPDATE sessions SET expires_at = 1" }]);
    const answer = await call("/api/outbox/drain", { method: "POST", headers: bearer(CRON) });
    expect(answer.status, app.roost.log("app")).toBe(200);
    // Nothing listens on the Channels port of this test: all of it stays, but for notifications of what was read already, which reach nobody.
    expect(await app.db.all("SELECT event FROM outbox_events WHERE state = 'delivered' AND event <> 'message-notification'")).toEqual([]);
    expect(await answer.json()).toEqual({ published: expect.any(Number), retried: expect.any(Number), dead: 0, pending: expect.any(Number), expiredTimers: 0, tookMs: expect.any(Number) });
    expect(await app.db.all("SELECT id FROM sessions")).toEqual([]);
  });
});

it("the cron route expires timers whose time has come, and says how many", async () => {
  const ctx = contextOver(app.db, Date.now() - 120_000);
  const parent = await person(ctx, "Cron");
  await createFamily(ctx, parent, { name: "Cron", timeZone: "UTC", weekStart: 0, choresCountAtOnce: false });
  for (const minutes of [1, 1, 60]) await startTimer(ctx, parent, { templateId: null, name: "T", minutes, memberId: null, stars: null });
  const drained = async () => (await (await call("/api/outbox/drain", { method: "POST", headers: bearer(CRON) })).json()) as { expiredTimers: number };
  expect((await drained()).expiredTimers).toBe(2);
  expect(await app.db.all("SELECT state, count(*) AS count FROM timers GROUP BY state ORDER BY state")).toEqual([{ state: "expired", count: 2 }, { state: "running", count: 1 }]);
  expect((await drained()).expiredTimers).toBe(0);
});

it("is not ready without its database, alive all the same, and ready once it is back", async () => {
  await app.db.batch([{ sql: "ALTER TABLE roost_migrations RENAME TO gone" }]);
  expect((await call("/readyz")).status).toBe(503);
  expect((await call("/healthz")).status).toBe(200);
  await app.db.batch([{ sql: "ALTER TABLE gone RENAME TO roost_migrations" }]);
  expect((await call("/readyz")).status).toBe(200);
});

it("is not ready once it was told to stop: who asks on an open connection is told, others are refused", async () => {
  const stopping = await startApp();
  try {
    const socket = connect(Number(new URL(stopping.roost.url).port), "127.0.0.1");
    let said = "";
    socket.setEncoding("utf8").on("data", (text: string) => (said += text));
    await once(socket, "connect");
    // Half a request: its connection is not idle, so it outlives the first steps of a stop.
    socket.write("GET /readyz HTTP/1.1\r\nHost: roost.test\r\n");
    const gone = stopping.roost.kill("app");
    await until(() => fetch(`${stopping.roost.url}/healthz`).then(() => false, () => true), { what: "no new connections" });
    socket.write("\r\n");
    await until(() => said.includes("\r\n\r\n"), { what: "an answer" });
    expect(said).toMatch(/^HTTP\/1\.1 503 /);
    expect(said).toContain('"reason":"stopping"');
    socket.destroy();
    await gone;
  } finally {
    await stopping.stop();
  }
});

it("hides what is not configured", async () => {
  const bare = await startApp();
  try {
    const answers = await Promise.all([
      bare.browser().get("/metrics", bearer(METRICS)),
      bare.browser().send("/api/outbox/drain", { method: "POST", headers: bearer(CRON) }),
      bare.browser().send("/api/pusher/webhook", { method: "POST", body: "{}" }),
    ]);
    expect(answers.map((answer) => answer.status)).toEqual([404, 404, 404]);
  } finally {
    await bare.stop();
  }
});

describe("webhooks", () => {
  const sign = (body: string) => createHmac("sha256", CHANNELS.PUSHER_SECRET).update(body).digest("hex");
  const send = (body: string, headers: Record<string, string>) => call("/api/pusher/webhook", { method: "POST", body, headers: { "content-type": "application/json", ...headers } });
  const signed = (body: string) => send(body, { "x-pusher-key": CHANNELS.PUSHER_KEY, "x-pusher-signature": sign(body) });
  const webhook = (timeMs = Date.now()) => JSON.stringify({ time_ms: timeMs, events: [{ name: "channel_occupied", channel: "presence-user-1" }] });

  it("are taken when signed", async () => expect((await signed(webhook())).status).toBe(200));
  it("are refused otherwise", async () => {
    const body = webhook();
    const refused = [
      await send(body, {}),
      await send(body, { "x-pusher-key": CHANNELS.PUSHER_KEY }),
      await send(body, { "x-pusher-signature": sign(body) }),
      await send(body, { "x-pusher-key": "other", "x-pusher-signature": sign(body) }),
      await send(`${body} `, { "x-pusher-key": CHANNELS.PUSHER_KEY, "x-pusher-signature": sign(body) }),
      await send(body, { "x-pusher-key": CHANNELS.PUSHER_KEY, "x-pusher-signature": "not-hex" }),
      await signed(webhook(Date.now() - 60 * 60_000)),
    ];
    expect(refused.map((answer) => answer.status)).toEqual([401, 401, 401, 401, 401, 401, 401]);
  });
  it("never break anything", async () => {
    for (const body of ["", "null", "[]", "{", '{"time_ms":"x"}', '{"time_ms":1e999,"events":[]}', JSON.stringify({ time_ms: Date.now(), events: {} }), "\u0000", "x".repeat(300_000)]) {
      const { status } = await signed(body);
      expect(status, body.slice(0, 40)).toBeGreaterThanOrEqual(400);
      expect(status, body.slice(0, 40)).toBeLessThan(500);
    }
  });
});
