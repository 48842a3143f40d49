/**
 * Who is here, with the real app and the real embedded Channels server: browsers closed, killed and cut off, servers
 * that restart, no webhooks at all. Covers B8 and issue 4's bar 5. In the short size time passes by making what was
 * seen older; in the full size (`npm run faults -- presence`) it is waited for, and the relay's own jobs do the work.
 */
import { createHmac } from "node:crypto";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { userPresenceChannel } from "#app/domain/channels.ts";
import { newId } from "#app/domain/ids.ts";
import { tellVisibility } from "#app/domain/presence/commands.server.ts";
import { OFFLINE_AFTER_MS } from "#app/domain/presence/policy.ts";
import { presenceOf } from "#app/domain/presence/rows.server.ts";
import type { Statuses } from "#app/domain/presence/statuses.ts";
import { openDatabase, type Database } from "#db/database.ts";
import { DEMO_PASSWORD, TestBrowser } from "#tests/support/http.ts";
import { freePort } from "#tests/support/ports.ts";
import { startRoost, type Roost } from "#tests/support/processes.ts";
import { startTcpProxy, type TcpProxy } from "#tests/support/tcp-proxy.ts";
import { until } from "#tests/support/wait.ts";
import { startChannelsServer, type ChannelsServer } from "#worker/channels/server.ts";
import { PresentBrowser, type SignedInPerson } from "./present-browser.ts";
import { faultSuite } from "./size.ts";

const { full, figures } = faultSuite("presence", { short: {}, full: {} });

/** Offline for others at the latest so long after the protocol could know. */
const PROMISE_MS = 10_000;
/** Without webhooks: the next question of the relay (30 s), the last sign of life (60 s), the next look (10 s), and a little. */
const SLOW_PROMISE_MS = 120_000;
/** Channels waits so long before it says that somebody left; the real one 3 s. */
const LEAVE_DELAY_MS = full ? 3_000 : 300;
const LIMITS = { activityTimeoutMs: 1_000, pongTimeoutMs: 1_000, webhookLeaveDelayMs: LEAVE_DELAY_MS };
const APP = { id: "presence-app", key: "presence-key", secret: "presence-secret-of-the-test" };
const CRON = "cron-secret-of-the-test";

let roost: Roost;
let db: Database;
let channels: ChannelsServer;
let proxy: TcpProxy;
let port: number;
let anna: SignedInPerson;
let ben: SignedInPerson;
let stranger: SignedInPerson;
const open: PresentBrowser[] = [];

beforeAll(async () => {
  port = await freePort();
  roost = await startRoost({
    channels: "none",
    relay: full,
    env: { PUSHER_APP_ID: APP.id, PUSHER_KEY: APP.key, PUSHER_SECRET: APP.secret, PUSHER_HOST: "127.0.0.1", PUSHER_PORT: String(port), PUSHER_USE_TLS: "off", RELAY_MODE: full ? "worker" : "inline", CRON_SECRET: CRON },
  });
  db = await openDatabase(roost.databaseUrl);
  await startChannels();
  proxy = await startTcpProxy({ host: "127.0.0.1", port });
  [anna, ben, stranger] = [await signedIn("parent@roost.test"), await signedIn("other@roost.test"), await signedIn("admin@roost.test")];
});
afterEach(async () => {
  const people = [...new Set(open.map(({ person }) => person.userId))];
  for (const browser of open.splice(0)) browser.kill();
  await until(async () => (await presenceOf(db, people)).every((row) => !row.occupied), { timeout: LEAVE_DELAY_MS + PROMISE_MS, what: "everybody to be gone" });
  // What the next test's browsers are told is of their own time.
  await until(async () => (await db.all("SELECT 1 FROM outbox_events WHERE state = 'pending' AND event = 'user-status-change'")).length === 0, { what: "all to be told" });
  await db.batch([{ sql: "UPDATE user_presence SET online = 0, seen_at = 0, occupied_at = 0" }]);
});
afterAll(async () => {
  await proxy?.stop();
  await channels?.close();
  await db?.close();
  await roost?.stop();
});

async function startChannels(withWebhooks = true) {
  channels = await startChannelsServer({ host: "127.0.0.1", port, app: APP, limits: LIMITS, ...(withWebhooks && { webhookUrl: `${roost.url}/api/pusher/webhook` }) });
}

async function signedIn(email: string): Promise<SignedInPerson> {
  const http = new TestBrowser(roost.url);
  expect((await http.post("/login", { email, password: DEMO_PASSWORD })).status).toBe(302);
  const [user] = await db.all<{ id: string }>("SELECT id FROM users WHERE email = ?", [email]);
  return { userId: user!.id, http };
}

async function browse(person: SignedInPerson, at = port): Promise<PresentBrowser> {
  const browser = await PresentBrowser.open(at, APP.key, person);
  open.push(browser);
  return browser;
}

const statusFor = async (viewer: SignedInPerson, of: SignedInPerson) => ((await (await viewer.http.get(`/api/presence?ids=${of.userId}`)).json()) as Statuses).statuses[0];
const row = async (person: SignedInPerson) => (await presenceOf(db, [person.userId]))[0]!;

/** Once the watcher was told, by push, and a question says the same. */
async function sees(watcher: PresentBrowser, of: SignedInPerson, online: boolean, timeout: number): Promise<number> {
  const from = performance.now();
  await until(() => watcher.last(of.userId)?.online === online, { timeout, what: `${online ? "online" : "offline"} to be told` });
  expect(await statusFor(watcher.person, of)).toMatchObject({ online });
  return Math.round(performance.now() - from);
}

/** The relay's jobs, as a platform's cron has them run; in the full size the relay runs them itself. */
async function chores() {
  if (full) return;
  const answer = await fetch(`${roost.url}/api/outbox/drain`, { method: "POST", headers: { authorization: `Bearer ${CRON}` } });
  expect(answer.status, roost.log("app")).toBe(200);
}

/** Nobody who is here asks meanwhile. */
async function aMinutePasses() {
  if (!full) await db.batch([{ sql: "UPDATE user_presence SET seen_at = seen_at - ? WHERE seen_at > 0", args: [OFFLINE_AFTER_MS] }]);
}

test("closed or killed: offline for the other within 10 s of what the protocol allows, with the moment of leaving", async () => {
  const watcher = await browse(ben);
  for (const how of ["close", "kill"] as const) {
    const browser = await browse(anna);
    await sees(watcher, anna, true, PROMISE_MS);
    const leftAt = Date.now();
    browser[how]();
    const took = await sees(watcher, anna, false, LEAVE_DELAY_MS + PROMISE_MS);
    figures({ [`offline after ${how}, ms`]: took });
    const { lastActive } = watcher.last(anna.userId)!;
    // As Channels tells it, less the 3 s that the real one waits.
    expect(lastActive).toBeGreaterThan(leftAt - 3_500);
    expect(lastActive).toBeLessThanOrEqual(leftAt + took);
  }
});

test("a network that goes without a word: offline within 10 s of the missed pong", async () => {
  const watcher = await browse(ben);
  await browse(anna, proxy.port);
  await sees(watcher, anna, true, PROMISE_MS);
  const before = Date.now();
  proxy.halfOpen();
  const took = await sees(watcher, anna, false, LIMITS.activityTimeoutMs + LIMITS.pongTimeoutMs + LEAVE_DELAY_MS + PROMISE_MS);
  figures({ "offline after a silent network, ms": took });
  expect(watcher.last(anna.userId)!.lastActive).toBeLessThanOrEqual(Date.now());
  expect(watcher.last(anna.userId)!.lastActive).toBeGreaterThan(before - 5_000);
});

test("twenty tabs count as one", async () => {
  const watcher = await browse(ben);
  const tabs = await Promise.all(Array.from({ length: 20 }, () => browse(anna)));
  await sees(watcher, anna, true, PROMISE_MS);
  const sentinel = await browse(stranger);
  await until(async () => (await row(stranger)).online, { what: "the sentinel" });
  for (const tab of tabs.slice(1)) tab.close();
  // Told after them all: what was to be said of the nineteen has been said by then.
  sentinel.close();
  await until(async () => !(await row(stranger)).online, { timeout: LEAVE_DELAY_MS + PROMISE_MS, what: "the sentinel to be gone" });
  expect(watcher.told.filter(({ userId }) => userId === anna.userId).map(({ online }) => online)).toEqual([true]);
  tabs[0]!.close();
  await sees(watcher, anna, false, LEAVE_DELAY_MS + PROMISE_MS);
});

test("who hides is offline on the wire and in answers, whatever happens, until shown again", async () => {
  const watcher = await browse(ben);
  const browser = await browse(anna);
  await sees(watcher, anna, true, PROMISE_MS);
  const show = async (shown: boolean) => {
    await db.transact(async (tx) => {
      await tx.all("UPDATE users SET show_last_active = ? WHERE id = ?", [Number(shown), anna.userId]);
      await tellVisibility(tx, { db, now: Date.now, newId }, { userId: anna.userId, shown });
    });
    await chores();
  };
  await show(false);
  await until(() => watcher.last(anna.userId)?.online === false, { what: "hiding to be told" });
  expect(watcher.last(anna.userId)!.lastActive).toBe(0);
  expect(await statusFor(ben, anna)).toBeUndefined();
  const heard = watcher.told.length;
  browser.close();
  await until(async () => !(await row(anna)).online, { timeout: LEAVE_DELAY_MS + PROMISE_MS, what: "leaving to be noted" });
  await browse(anna);
  await until(async () => (await row(anna)).online, { what: "coming back to be noted" });
  await chores();
  expect(await statusFor(ben, anna)).toBeUndefined();
  await show(true);
  await sees(watcher, anna, true, PROMISE_MS);
  expect(watcher.told.slice(heard).map(({ online }) => online)).toEqual([true]);
});

test("a stranger is told nothing, neither by push nor by asking", async () => {
  const outsider = await browse(stranger);
  const watcher = await browse(ben);
  const browser = await browse(anna);
  await sees(watcher, anna, true, PROMISE_MS);
  browser.kill();
  await sees(watcher, anna, false, LEAVE_DELAY_MS + PROMISE_MS);
  expect(outsider.told).toEqual([]);
  expect(await statusFor(stranger, anna)).toBeUndefined();
  expect((await new TestBrowser(roost.url).get(`/api/presence?ids=${anna.userId}`)).status).toBe(401);
  for (const ids of ["x", `${anna.userId},'`, Array.from({ length: 201 }, () => newId()).join(",")]) expect((await ben.http.get(`/api/presence?ids=${ids}`)).status).toBe(400);
  expect((await ben.http.get("/api/presence")).status).toBe(200);
  // Nor may anybody listen on somebody else's own channel.
  expect((await stranger.http.post("/api/pusher/auth", { socket_id: "1.1", channel_name: userPresenceChannel(anna.userId) })).status).toBe(403);
});

test("no ghosts after the Channels server restarts: who is gone meanwhile is offline, who is back stays", async () => {
  await browse(anna);
  await browse(ben);
  await until(async () => (await row(anna)).occupied && (await row(ben)).occupied, { what: "both to be here" });
  await channels.close();
  await startChannels();
  const watcher = await browse(ben);
  await chores();
  if (!full) expect((await row(anna)).occupied).toBe(false);
  await aMinutePasses();
  await watcher.sync();
  await chores();
  await sees(watcher, anna, false, SLOW_PROMISE_MS);
  expect(await row(ben)).toMatchObject({ online: true, occupied: true });
});

test("no ghosts after the app restarts: what Channels could not tell meanwhile it tells afterwards", async () => {
  const browser = await browse(anna);
  await until(async () => (await row(anna)).online, { what: "being here to be noted" });
  await roost.kill("app", "SIGKILL");
  browser.kill();
  await roost.restart("app");
  const watcher = await browse(ben);
  await until(async () => !(await row(anna)).online, { timeout: LEAVE_DELAY_MS + PROMISE_MS, what: "leaving to be noted" });
  expect(await statusFor(ben, anna)).toMatchObject({ online: false });
  await browse(anna);
  await sees(watcher, anna, true, PROMISE_MS);
});

test("without webhooks, and without an answer of Channels: slower, and right", async () => {
  await channels.close();
  await startChannels(false);
  try {
    const watcher = await browse(ben);
    const browser = await browse(anna);
    // The first sync check says it.
    await sees(watcher, anna, true, PROMISE_MS);
    await chores();
    if (!full) expect(await row(anna)).toMatchObject({ occupied: true });
    const from = performance.now();
    browser.kill();
    await until(() => channels.connectionCount === 1, { what: "the server to notice" });
    await chores();
    await aMinutePasses();
    await watcher.sync();
    await chores();
    await sees(watcher, anna, false, SLOW_PROMISE_MS);
    figures({ "offline without webhooks, ms": Math.round(performance.now() - from) });
    // Connected but not asking, as a hidden page may be: here all the same.
    await browse(anna);
    await chores();
    await sees(watcher, anna, true, PROMISE_MS);
    await aMinutePasses();
    await chores();
    if (!full) expect(await row(anna)).toMatchObject({ online: true, occupied: true });
  } finally {
    for (const browser of open) browser.kill();
    await channels.close();
    await startChannels();
    // After the restart nobody is there, and the relay asks.
    if (full) await until(async () => (await db.all("SELECT 1 FROM user_presence WHERE occupied = 1")).length === 0, { timeout: SLOW_PROMISE_MS });
    await chores();
  }
});

test("a webhook is believed by its own time, and only when it is signed", async () => {
  const at = Date.now();
  const send = (occupied: boolean, timeMs: number, secret = APP.secret) => {
    const body = JSON.stringify({ time_ms: timeMs, events: [{ name: occupied ? "channel_occupied" : "channel_vacated", channel: userPresenceChannel(anna.userId) }] });
    return new TestBrowser(roost.url).send("/api/pusher/webhook", { method: "POST", body, headers: { "content-type": "application/json", "x-pusher-key": APP.key, "x-pusher-signature": createHmac("sha256", secret).update(body).digest("hex") } });
  };
  expect((await send(false, at + 2)).status).toBe(200);
  expect((await send(true, at + 1)).status).toBe(200);
  expect(await row(anna)).toMatchObject({ occupied: false });
  expect((await send(true, at + 3, "another secret")).status).toBe(401);
  expect(await row(anna)).toMatchObject({ occupied: false });
  expect((await send(true, at + 3)).status).toBe(200);
  expect((await send(true, at + 3)).status).toBe(200);
  expect((await send(false, at + 2)).status).toBe(200);
  expect(await row(anna)).toMatchObject({ occupied: true, online: true });
  expect((await send(false, at + 4)).status).toBe(200);
});

test("sync checks write little: twenty tabs for some seconds, one write", async () => {
  const writes = () => db.all<{ seen: number }>("SELECT seen_at AS seen FROM user_presence WHERE user_id = ?", [anna.userId]);
  for (let turn = 0; turn < 20; turn++) await (await anna.http.get("/api/sync")).arrayBuffer();
  await until(async () => (await row(anna)).online, { what: "being here to be noted" });
  const [first] = await writes();
  for (let turn = 0; turn < 20; turn++) await (await anna.http.get("/api/sync")).arrayBuffer();
  expect(await writes()).toEqual([first]);
});
