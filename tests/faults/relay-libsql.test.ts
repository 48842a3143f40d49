/**
 * A relay whose database is a real libSQL server 50 ms away: what a batch costs, how long the write lock is held, and that
 * whatever happens to the server or on the way loses nothing and doubles no row.
 */
import { mkdtemp, rm } from "node:fs/promises";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, test } from "vitest";
import { updateProfile } from "#app/domain/accounts/commands.server.ts";
import type { Context } from "#app/domain/context.ts";
import { openDirect, sendMessage } from "#app/domain/conversations/commands.server.ts";
import { createFamily } from "#app/domain/families/commands.server.ts";
import { newId } from "#app/domain/ids.ts";
import { markSeen } from "#app/domain/presence/commands.server.ts";
import { createRoom, inviteToRoom } from "#app/domain/rooms/commands.server.ts";
import { expireTimers, startTimer } from "#app/domain/timers/commands.server.ts";
import type { Viewer } from "#app/domain/viewer.ts";
import { openDatabase, type Database } from "#db/database.ts";
import { migrate } from "#db/migrate.ts";
import { appendStatements } from "#db/outbox/append.ts";
import { MINUTE_MS } from "#db/outbox/rollups.ts";
import { isDatabaseUnavailable } from "#db/unavailable.ts";
import { person } from "#tests/domain/people.ts";
import { House } from "#tests/equivalence/house.ts";
import { seeded } from "#tests/realtime/seeded.ts";
import { dataFolder } from "#tests/support/data-folder.ts";
import { startHranaProxy, type Cut, type HranaProxy, type HranaRequest } from "#tests/support/hrana-proxy.ts";
import { patient } from "#tests/support/patience.ts";
import { startSink, type HttpSink } from "#tests/support/sink.ts";
import { startSqld, type Sqld } from "#tests/support/sqld.ts";
import { startTcpProxy, type TcpProxy } from "#tests/support/tcp-proxy.ts";
import { until } from "#tests/support/wait.ts";
import { startRelayProcess, type RelayProcess } from "#tests/worker/relay/relay-process.ts";
import { commit, orderFaults, ping, pings } from "#tests/worker/relay/support.ts";
import { ATOMIC_CASES, atRandom, moveIn } from "./atomicity-cases.ts";
import { faultSuite } from "./size.ts";

const { size, full, seed, figures, replay } = faultSuite("libsql", {
  short: { backlog: 1_200, loadMs: 1_000, commands: 4, rounds: 1, longStalls: 0, events: 500, pauseMs: 100 },
  full: { backlog: 20_000, loadMs: 20_000, commands: Infinity, rounds: 40, longStalls: 3, events: 20_000, pauseMs: 250 },
});
const ROUND_TRIP_MS = 50;
/** The bound for a write transaction. */
const HELD_AT_MOST_MS = 1_000;
/** What a query takes on the server itself, and both proxies. */
const SERVER_TAKES_MS = 50;
const BACK_WITHIN_MS = 30_000;
/** With two statements an event, one after the other, these would hold the lock for three seconds. */
const MANY_ROOMS = 30;
const MANY_TIMERS = 30;
const FEW_ROUND_TRIPS = 10;
const EVENTS_A_COMMIT = 20;
const CHANNELS = Array.from({ length: 40 }, (_, n) => `private-chat-${n}`);
/** A command may have nothing to do, or be refused. */
const TRIES = 12;
/** People who are gone do nothing more. */
const LAST = ["families/removeMember", "accounts/eraseAccount"];

/** As the relay's requests are told apart. */
const FETCH = "outbox_events INDEXED BY outbox_events_pending";
const SETTLE = "UPDATE outbox_events SET";
const RENEW = "UPDATE leases SET beat";

/** A way to the server: what passes is read at the near end, and is late, held up or cut behind that. */
interface Way {
  network: TcpProxy;
  proxy: HranaProxy;
  requests: HranaRequest[];
  stop(): Promise<void>;
}

async function wayTo(server: Sqld): Promise<Way> {
  const network = await startTcpProxy({ host: "127.0.0.1", port: Number(new URL(server.wsUrl).port) });
  network.set({ latencyMs: ROUND_TRIP_MS / 2 });
  const requests: HranaRequest[] = [];
  const proxy = await startHranaProxy(`ws://127.0.0.1:${network.port}`, { onRequest: (request) => requests.push(request) });
  return {
    network,
    proxy,
    requests,
    async stop() {
      await proxy.stop();
      await network.stop();
    },
  };
}

const asks = (request: HranaRequest, what: string) => request.sql.some((sql) => sql.includes(what));

/**
 * How long each write transaction held the lock, in ms. One that is a single request had it no earlier than the one before it
 * let it go, and no earlier than the request can have arrived.
 */
function heldBy(requests: readonly HranaRequest[]): number[] {
  const held: number[] = [];
  const since = new Map<string, number>();
  let freeAt = -Infinity;
  for (const { connection, stream, type, sql, askedAt, answeredAt } of requests.toSorted((a, b) => a.answeredAt - b.answeredAt)) {
    const key = `${connection} ${stream}`;
    const begins = sql.some((text) => text.startsWith("BEGIN IMMEDIATE"));
    const ends = type === "close_stream" || sql.some((text) => /^(COMMIT|ROLLBACK)/.test(text));
    const begunAt = since.get(key);
    if (begins && ends) held.push(answeredAt - Math.max(freeAt, askedAt + ROUND_TRIP_MS));
    else if (begins) since.set(key, answeredAt);
    else if (ends && begunAt !== undefined) {
      held.push(answeredAt - begunAt);
      since.delete(key);
    } else continue;
    if (ends) freeAt = answeredAt;
  }
  return held;
}

let server: Sqld;
/** At the server itself. */
let db: Database;
let sink: HttpSink;
let dataDir: string;
let relay: RelayProcess | undefined;
const ways: Way[] = [];
const open: Database[] = [];

async function stopServer() {
  await db?.close();
  await server?.stop();
}
async function freshServer() {
  await stopServer();
  server = await startSqld();
  db = await openDatabase(server.url);
  await migrate(db);
}
beforeAll(freshServer);
afterAll(stopServer);
beforeEach(async () => {
  sink = await startSink();
  dataDir = await mkdtemp(path.join(dataFolder(), "roost-libsql-"));
});
afterEach(async () => {
  await relay?.end("SIGTERM");
  relay = undefined;
  for (const each of open.splice(0)) await each.close();
  for (const way of ways.splice(0)) await way.stop();
  await sink.close();
  await rm(dataDir, { recursive: true, force: true });
});

async function way(): Promise<Way> {
  const made = await wayTo(server);
  ways.push(made);
  return made;
}

async function databaseOver({ proxy }: Way): Promise<Database> {
  const opened = await openDatabase(proxy.url);
  open.push(opened);
  return opened;
}

const startRelay = async ({ proxy }: Way) => (relay = await startRelayProcess({ databaseUrl: proxy.url, dataDir, channels: sink.app }));
const drained = (timeout = BACK_WITHIN_MS) => until(async () => (await db.all("SELECT 1 FROM outbox_events WHERE state = 'pending' LIMIT 1")).length === 0, { timeout, interval: 50, what: "all to be delivered" });

/** Idempotent, as whoever gets no answer needs it: an event whose id is there already is not appended again. */
const once = (events: { id: string; channel: string }[]) =>
  events.flatMap(({ id, channel }) => appendStatements({ type: ping, payload: { n: 0 }, channel, when: { sql: "NOT EXISTS (SELECT 1 FROM outbox_events WHERE id = ?)", args: [id] } }, { now: Date.now, newId: () => id }));

interface Member {
  viewer: Viewer;
  chats: string[];
}

/** Four people, each with each other, and a room of all. */
async function household(): Promise<Member[]> {
  const ctx: Context = { db, now: Date.now, newId };
  const members: Member[] = [];
  for (const name of ["Amal", "Badr", "Chadi", "Dana"]) members.push({ viewer: await person(ctx, `${name}${newId()}`), chats: [] });
  const [first, ...others] = members as [Member, ...Member[]];
  const { conversationId: room } = await createRoom(ctx, first.viewer, { name: "Room", access: "closed" });
  for (const { viewer } of others) await inviteToRoom(ctx, first.viewer, { conversationId: room, userId: viewer.userId });
  for (const [index, member] of members.entries()) {
    member.chats.push(room);
    for (const other of members.slice(index + 1)) {
      const { conversationId } = await openDirect(ctx, member.viewer, { userId: other.viewer.userId });
      member.chats.push(conversationId);
      other.chats.push(conversationId);
    }
  }
  return members;
}

describe("at 50 ms", () => {
  it("fetching a batch is one request, and so is settling one", async () => {
    for (let left = size.backlog; left > 0; left -= 500) await commit(db, pings(Math.min(left, 500), CHANNELS));
    const road = await way();
    const startedAt = performance.now();
    await startRelay(road);
    const readyAt = performance.now();
    await drained(120_000);
    const seconds = (performance.now() - readyAt) / 1_000;

    const settles = () => road.requests.filter((request) => asks(request, SETTLE));
    // The last answer is still on its way.
    await until(() => settles().reduce((sum, { sql, rows }) => sum + rows[sql.findIndex((text) => text.includes(SETTLE))]!, 0) === size.backlog, { what: "each event to be settled once" });
    const fetches = road.requests.filter((request) => asks(request, FETCH));
    for (const { sql, type, answersBefore } of fetches) expect({ type, answersBefore, statements: sql.length }).toEqual({ type: "execute", answersBefore: 0, statements: 1 });
    for (const { type, answersBefore, connection, stream, askedAt, answeredAt } of settles()) {
      expect({ type, answersBefore }).toEqual({ type: "batch", answersBefore: 0 });
      // Nothing else goes over its stream: no BEGIN before it, no COMMIT after it.
      expect(road.requests.filter((other) => other.connection === connection && other.stream === stream && other.askedAt >= askedAt && other.answeredAt <= answeredAt).map((other) => other.type)).toEqual(["batch"]);
    }
    // Batches they are, not single events.
    expect(settles().length).toBeLessThanOrEqual(size.backlog / 50 + 5);
    expect(Math.max(...fetches.map(({ rows }) => rows[0]!))).toBe(500);
    const took = [...fetches, ...settles()].map(({ askedAt, answeredAt }) => answeredAt - askedAt).sort((a, b) => a - b);
    expect(took[0]).toBeGreaterThanOrEqual(ROUND_TRIP_MS - 1);
    expect(took[Math.floor(took.length / 2)]).toBeLessThan(ROUND_TRIP_MS + patient(SERVER_TAKES_MS));
    figures({ "requests to settle": settles().length, "events a settle": Math.round(size.backlog / settles().length), "fetch or settle, median ms": Math.round(took[Math.floor(took.length / 2)]!), "drained events/s at 50 ms": Math.round(size.backlog / seconds), "until it led, ms": Math.round(readyAt - startedAt) });
    expect(sink.taken).toHaveLength(size.backlog);
  }, 600_000);

  it("what takes two round trips, or holds the lock, is seen to", async () => {
    const road = await way();
    const far = await databaseOver(road);
    await far.transact(async (tx) => {
      await tx.all("UPDATE outbox_log SET pruned_seq = pruned_seq");
      await pause(HELD_AT_MOST_MS);
      await tx.all(`/* ${FETCH} */ SELECT 1 FROM leases`);
    });
    expect(road.requests.filter((request) => asks(request, FETCH)).map(({ answersBefore }) => answersBefore > 0)).toEqual([true]);
    expect(heldBy(road.requests)[0]).toBeGreaterThan(HELD_AT_MOST_MS);
  });

  it("what many chats are told of somebody takes as many round trips as what one is", async () => {
    const members = await household();
    const { viewer } = members[0]!;
    for (let n = 0; n < MANY_ROOMS; n++) await createRoom({ db, now: Date.now, newId }, viewer, { name: `Room ${n}`, access: "closed" });
    const road = await way();
    const ctx = { db: await databaseOver(road), now: Date.now, newId };
    const turns = async (command: () => Promise<unknown>) => {
      road.requests.length = 0;
      await command();
      const held = heldBy(road.requests);
      expect(Math.max(...held)).toBeLessThan(patient(HELD_AT_MOST_MS));
      return new Set(road.requests.filter(({ sql }) => sql.length > 0).map(({ answersBefore }) => answersBefore)).size;
    };
    const profile = { language: null, digits: null, timeZone: null };
    const told = async (event: string) => (await db.all<{ n: number }>("SELECT count(*) AS n FROM outbox_events WHERE event = ?", [event]))[0]!.n;
    const before = await told("member-changed");
    expect(await turns(() => updateProfile(ctx, viewer, { ...profile, name: "Another" }))).toBeLessThanOrEqual(FEW_ROUND_TRIPS);
    expect((await told("member-changed")) - before).toBe(MANY_ROOMS + 4);
    const present = members.map((member) => member.viewer.userId);
    expect(await turns(() => markSeen(ctx, new Map(present.map((userId) => [userId, Date.now()]))))).toBeLessThanOrEqual(FEW_ROUND_TRIPS);
    expect(await told("user-status-change")).toBe(present.length);

    // With a minute that began two minutes ago: all are due at once.
    const earlier = { db, now: () => Date.now() - 120_000, newId };
    await createFamily(earlier, viewer, { name: "Family", timeZone: "UTC", weekStart: 0, choresCountAtOnce: true });
    for (let n = 0; n < MANY_TIMERS; n++) await startTimer(earlier, viewer, { templateId: null, name: `Timer ${n}`, minutes: 1, memberId: viewer.userId, stars: 0 });
    expect(await turns(() => expireTimers(ctx))).toBeLessThanOrEqual(FEW_ROUND_TRIPS);
    expect(await told("timer:expired")).toBe(MANY_TIMERS);
  });

  it("several writers and the relay hold the lock for less than a second", async () => {
    const [road, theirs] = [await way(), await way()];
    await startRelay(road);
    const house = await household();
    const endsAt = performance.now() + size.loadMs;
    let sent = 0;
    let waited = 0;
    const far = await Promise.all(house.map(() => databaseOver(theirs)));
    const writers = house.map(async ({ viewer, chats }, index) => {
      const ctx = { db: far[index]!, now: Date.now, newId };
      for (let n = 0; performance.now() < endsAt; n++) {
        // Several statements with the lock held, then what people do all the time.
        if (n % 4 === 0) await createRoom(ctx, viewer, { name: `Room ${n}`, access: "closed" });
        else await sendMessage(ctx, viewer, { conversationId: chats[n % chats.length]!, clientId: newId(), body: "hello" });
        sent++;
      }
    });
    // Somebody near the server, who shares it with them.
    const near = (async () => {
      while (performance.now() < endsAt) {
        const startedAt = performance.now();
        await db.batch([{ sql: "UPDATE outbox_log SET pruned_seq = pruned_seq" }]);
        waited = Math.max(waited, performance.now() - startedAt);
        await pause(20);
      }
    })();
    await Promise.all([...writers, near]);
    const held = heldBy([...theirs.requests, ...road.requests]);
    figures({ "commands at 50 ms": sent, "write transactions": held.length, "longest held, ms": Math.round(Math.max(...held)), "longest wait of a near writer, ms": Math.round(waited) });
    expect(held.length).toBeGreaterThan(sent);
    expect(Math.max(...held)).toBeLessThan(patient(HELD_AT_MOST_MS));
    await drained();
  }, 300_000);
});

test("no command of the app holds the write lock for a second at 50 ms", { timeout: 3_600_000 }, async () => {
  const random = seeded(seed);
  const road = await way();
  const far = await databaseOver(road);
  const house = await House.over(db, seed);
  await moveIn(house);
  const longest = new Map<string, number>();
  const names = Object.keys(ATOMIC_CASES)
    .map((name) => ({ name, turn: random() + (LAST.includes(name) ? 1 : 0) }))
    .sort((a, b) => a.turn - b.turn)
    .slice(0, size.commands);
  for (const { name } of names) {
    for (let tries = 0; tries < TRIES && !longest.has(name); tries++) {
      const { who, picks } = atRandom(house, random);
      await house.attempt(async () => {
        const command = await ATOMIC_CASES[name]!.prepare(house, who, picks);
        road.requests.length = 0;
        house.ctx.db = far;
        try {
          await command();
        } finally {
          house.ctx.db = db;
        }
        const held = heldBy(road.requests);
        if (held.length > 0) longest.set(name, Math.max(...held));
      });
    }
  }
  const [slowest] = [...longest].sort(([, a], [, b]) => b - a);
  figures({ "commands measured": longest.size, "the longest hold of a command, ms": `${Math.round(slowest![1])} (${slowest![0]})` });
  expect([...longest].filter(([, held]) => held >= patient(HELD_AT_MOST_MS)), replay).toEqual([]);
  if (full) expect(longest.size).toBeGreaterThan(0.8 * names.length);
});

test("whatever becomes of the server or the way to it: nothing is lost, no row is there twice, order holds, the relay lives", { timeout: 3_600_000 }, async () => {
  await freshServer();
  const random = seeded(seed);
  const members = await household();
  const [road, theirs] = [await way(), await way()];
  await startRelay(road);
  let stopped = false;
  let triedAgain = 0;

  /** As a device and its server do: what did not work is tried again under the same id, if the app would say "unavailable". */
  async function persist(work: () => Promise<unknown>): Promise<void> {
    for (;;) {
      try {
        await work();
        return;
      } catch (error) {
        if (!isDatabaseUnavailable(error)) throw error;
        triedAgain++;
        await pause(20);
      }
    }
  }

  const sent: string[] = [];
  const theirDatabases = await Promise.all(members.map(() => databaseOver(theirs)));
  const bulk = await databaseOver(theirs);
  const lives = members.map(async ({ viewer, chats }, index) => {
    const ctx: Context = { db: theirDatabases[index]!, now: Date.now, newId };
    while (!stopped) {
      const clientId = newId();
      const conversationId = chats[Math.floor(random() * chats.length)]!;
      await persist(() => sendMessage(ctx, viewer, { conversationId, clientId, body: "hello" }));
      sent.push(clientId);
      await pause(random() * 100);
    }
  });
  const appended: string[] = [];
  async function appendMany(count: number) {
    for (let left = count; left > 0; left -= EVENTS_A_COMMIT) {
      const events = Array.from({ length: Math.min(left, EVENTS_A_COMMIT) }, () => ({ id: newId(), channel: CHANNELS[Math.floor(random() * CHANNELS.length)]! }));
      await persist(() => bulk.batch(once(events)));
      appended.push(...events.map(({ id }) => id));
    }
  }
  /** Struck when a request of that kind comes by, which it does while events do. */
  const struck = async ({ proxy }: Way, cut: Cut) => {
    proxy.arm(cut);
    await until(() => proxy.hasCut, { what: `a request to strike at: ${JSON.stringify(cut)}`, interval: 5 });
  };
  const stall = async ({ network }: Way, ms: number) => {
    network.set({ stalled: true });
    await pause(ms);
    network.set({ stalled: false });
  };
  const refuse = async ({ network }: Way) => {
    await network.refuse();
    network.reset();
    await pause(random() * 600);
    await network.heal();
    network.set({ latencyMs: ROUND_TRIP_MS / 2 });
  };

  const faults: Record<string, () => unknown> = {
    "server killed": () => server.restart("SIGKILL"),
    "server stopped and started": () => server.restart("SIGTERM"),
    "relay cut off": () => road.network.reset(),
    "writers cut off": () => theirs.network.reset(),
    "relay kept out": () => refuse(road),
    "relay held up": () => stall(road, 300 + random() * 10 * size.pauseMs),
    "answer to a settle lost": () => struck(road, { answerOf: SETTLE }),
    "answer to a fetch lost": () => struck(road, { answerOf: FETCH }),
    "answer to a renewal lost": () => struck(road, { answerOf: RENEW }),
    "answer to a commit lost": () => struck(theirs, { answerOf: "COMMIT" }),
    "stream of a settle expired": () => struck(road, { refuse: SETTLE, code: "STREAM_EXPIRED" }),
    "stream of a fetch expired": () => struck(road, { refuse: FETCH, code: "STREAM_EXPIRED" }),
    "transaction of a settle timed out": () => struck(road, { refuse: SETTLE, code: "TRANSACTION_TIMEOUT" }),
  };
  const names = Object.keys(faults);
  const plan = Array.from({ length: size.rounds }, () => names.map((name) => ({ name, turn: random() })).sort((a, b) => a.turn - b.turn)).flat();
  const slowest: Record<string, number> = {};

  async function spoil(name: string, fault: () => unknown) {
    // Something is under way all the time, and the fault comes at any moment of it.
    sink.delayMs = Math.floor(random() * 30);
    const before = sink.taken.length;
    const committing = appendMany(Math.ceil(size.events / plan.length));
    await pause(random() * size.pauseMs);
    await fault();
    await committing;
    const healedAt = performance.now();
    const last = appended.at(-1)!;
    await until(() => sink.taken.slice(before).some(({ stamp }) => stamp.id === last), { timeout: BACK_WITHIN_MS, what: `delivery after: ${name}` });
    slowest[name] = Math.max(slowest[name] ?? 0, Math.round(performance.now() - healedAt));
  }

  const spoiling = (async () => {
    for (const { name } of plan) await spoil(name, faults[name]!);
    // Beyond the time in which the driver gives an answer up.
    for (let n = 0; n < size.longStalls; n++) await spoil("held up for 25 s", () => Promise.all([stall(road, 25_000), n % 2 === 0 ? stall(theirs, 25_000) : undefined]));
  })();
  try {
    // Whoever is told something that no device tries again ends it at once.
    await Promise.race([spoiling, Promise.all(lives)]);
  } finally {
    stopped = true;
  }
  await Promise.all(lives);
  await drained();

  const none = async (what: string, sql: string) => expect(await db.all(sql), what).toEqual([]);
  const [messages] = await db.all(`SELECT count(*) AS "all", count(DISTINCT client_id) AS once FROM messages`);
  expect(messages, "each message once").toEqual({ all: sent.length, once: sent.length });
  expect((await db.all<{ id: string }>("SELECT id FROM outbox_events WHERE event = 'test-ping'")).map(({ id }) => id).sort(), "each event once").toEqual([...appended].sort());
  await none("each message is told once", "SELECT m.id FROM messages m LEFT JOIN (SELECT payload ->> '$.id' AS id, count(*) AS told FROM outbox_events WHERE event = 'new-message' GROUP BY 1) e ON e.id = m.id WHERE e.told IS NOT 1");
  await none("messages are numbered without a hole", "SELECT conversation_id FROM messages GROUP BY conversation_id HAVING count(*) <> max(seq) OR min(seq) <> 1");
  await none("offsets are given without a hole", 'SELECT c.channel FROM outbox_channels c JOIN outbox_events e ON e.channel = c.channel GROUP BY c.channel HAVING count(*) <> c.last_offset OR max(e."offset") <> c.last_offset OR count(DISTINCT e."offset") <> count(*)');
  await none("nothing is held against an event", "SELECT seq, state, attempts, last_error FROM outbox_events WHERE state <> 'delivered' OR attempts <> 1 OR last_error IS NOT NULL");
  const rows = await db.all<{ id: string; seq: number; offset: number | null }>('SELECT id, seq, "offset" FROM outbox_events ORDER BY seq');
  const counted = await db.all("SELECT sum(count) AS accepted FROM outbox_rollups WHERE measure = 'accepted' AND span = ?", [MINUTE_MS]);
  expect(counted, "each delivery is counted once").toEqual([{ accepted: rows.length }]);

  const known = new Map(rows.map((row) => [row.id, row]));
  const seen = new Set<string>();
  for (const { stamp } of sink.taken) {
    expect({ seq: stamp.seq, offset: stamp.offset }, stamp.id).toEqual({ seq: known.get(stamp.id)?.seq, offset: known.get(stamp.id)?.offset });
    seen.add(stamp.id);
  }
  expect(rows.filter(({ id }) => !seen.has(id)), "all came").toEqual([]);
  expect(orderFaults(sink.taken.filter(({ stamp }) => stamp.offset !== null))).toEqual([]);
  expect(relay!.child.exitCode ?? relay!.child.signalCode).toBeNull();
  // Connections that were given up are closed: one is used, and now and then the next is opened before it goes.
  await until(() => road.network.connections <= 2, { what: "no connection to be left over" });
  figures({ "faults": plan.length + size.longStalls, "messages": sent.length, "events": rows.length, "tried again by writers": triedAgain, "sent twice by the relay": sink.taken.length - new Set(sink.taken.map(({ channel, stamp }) => `${channel} ${stamp.id}`)).size });
  figures(Object.fromEntries(Object.entries(slowest).map(([name, ms]) => [`${name}: back after ms`, ms])));
});
