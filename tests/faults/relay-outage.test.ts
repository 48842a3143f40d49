/**
 * The service is away for ten minutes in each of seven ways, in real time, with a relay process for each: what is committed
 * meanwhile waits without a word against it, the service is asked no more than once a second, and once it is back the
 * first event is there within two seconds and the others at full speed, in order, each once.
 */
import { readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { createServer, type Server } from "node:tls";
import { pathToFileURL } from "node:url";
import { once } from "node:events";
import { afterEach, expect, test } from "vitest";
import type { Database } from "#db/database.ts";
import { mutex } from "#db/drivers/mutex.ts";
import { selfSigned } from "#tests/support/certificate.ts";
import { dataFolder } from "#tests/support/data-folder.ts";
import { testDatabase } from "#tests/support/database.ts";
import { patient } from "#tests/support/patience.ts";
import { startSink, type HttpReply, type HttpSink } from "#tests/support/sink.ts";
import { startTcpProxy, type TcpProxy } from "#tests/support/tcp-proxy.ts";
import { until } from "#tests/support/wait.ts";
import { startRelayProcess, type RelayProcess } from "#tests/worker/relay/relay-process.ts";
import { commit, countOf, orderFaults, pings } from "#tests/worker/relay/support.ts";
import { faultSuite } from "./size.ts";

const { size, full, seed, figures } = faultSuite("outage", {
  short: { lastsMs: 3_000, probes: 1, events: 600, channels: 50, slices: 5, retryAfterS: 2, answers: 1 },
  full: { lastsMs: 600_000, probes: 10, events: 60_000, channels: 200, slices: 600, retryAfterS: 7, answers: 3 },
});
/** The bounds. */
const FIRST_WITHIN_MS = 2_000;
const EVENTS_A_SECOND = 2_000;
const OPENS_WITHIN_MS = 30_000;
/** Between a moment and its note. */
const CLOCKS_DIFFER_MS = 20;
const DRAINED_WITHIN_MS = 120_000;
const CHANNELS = Array.from({ length: size.channels }, (_, n) => `private-chat-${n}`);
const NOTES_REQUESTS = pathToFileURL(path.resolve(import.meta.dirname, "note-requests.mjs")).href;

interface Way {
  /** What the relay says of it. */
  reason: string;
  begin(house: House): unknown;
  end(house: House): unknown;
  /** How long the service itself asks to be left alone. */
  retryAfterMs?: number;
  /** The relay expects TLS. */
  tls?: boolean;
}

const answering = (reason: string, reply: HttpReply): Way => ({ reason, begin: ({ sink }) => void (sink.script = () => reply), end: ({ sink }) => void (sink.script = () => undefined) });

const trusted = selfSigned();
/** Which of them comes matters to the relay's first look at an answer only: a short run takes one. */
const ANSWERS: [string, Way][] = [
  ["500", answering("server-error", { status: 500, body: "Internal Server Error" })],
  ["503", answering("server-error", { status: 503, body: "<html>Service Unavailable</html>" })],
  ["403 over quota", answering("forbidden", { status: 403, body: "Account is over its daily message quota" })],
];
const turned = seed % ANSWERS.length;
/** The slowest to be noticed comes first. */
const WAYS: [string, Way][] = [
  ["black hole", { reason: "timeout", begin: ({ proxy }) => proxy.set({ swallowToServer: true, swallowToClient: true }), end: ({ proxy }) => proxy.heal() }],
  ["refused", { reason: "network", begin: ({ proxy }) => proxy.refuse().then(() => proxy.reset()), end: ({ proxy }) => proxy.heal() }],
  ...[...ANSWERS.slice(turned), ...ANSWERS.slice(0, turned)].slice(0, size.answers),
  ["429", { ...answering("rate-limited", { status: 429, body: "Too Many Requests", headers: { "retry-after": String(size.retryAfterS) } }), retryAfterMs: size.retryAfterS * 1_000 }],
  [
    "TLS",
    {
      reason: "tls",
      tls: true,
      begin({ front, proxy }) {
        front!.setSecureContext(selfSigned());
        proxy.reset();
      },
      end: ({ front }) => front!.setSecureContext(trusted),
    },
  ],
];

/** A relay with a database and a service of its own, and a network between them. */
class House {
  committed = 0;
  /** When the service went away, ms since 1970. */
  awaySince = Infinity;

  private constructor(
    readonly db: Database,
    readonly sink: HttpSink,
    readonly front: Server | null,
    readonly proxy: TcpProxy,
    readonly relay: RelayProcess,
    private readonly notes: string,
    private readonly cleanups: (() => unknown)[],
  ) {}

  static async open({ tls = false }: Way): Promise<House> {
    const cleanups: (() => unknown)[] = [];
    const folder = await mkdtemp(path.join(dataFolder(), "roost-outage-"));
    cleanups.push(() => rm(folder, { recursive: true, force: true }));
    const database = await testDatabase();
    cleanups.push(() => database.close());
    const sink = await startSink();
    cleanups.push(() => sink.close());
    const front = tls ? await tlsFront(sink.app.port!) : null;
    if (front) cleanups.push(() => front.close());
    const proxy = await startTcpProxy({ host: "127.0.0.1", port: front ? (front.address() as { port: number }).port : sink.app.port! });
    cleanups.push(() => proxy.stop());
    const notes = path.join(folder, "requests");
    const authority = path.join(folder, "authority.pem");
    await Promise.all([writeFile(notes, ""), writeFile(authority, trusted.cert)]);
    const env = { NODE_OPTIONS: `--import=${NOTES_REQUESTS}`, NOTE_REQUESTS_IN: notes, ...(tls && { PUSHER_USE_TLS: "on", NODE_EXTRA_CA_CERTS: authority }) };
    const relay = await startRelayProcess({ databaseUrl: database.url, dataDir: folder, channels: { ...sink.app, port: proxy.port }, env });
    cleanups.push(() => relay.end("SIGKILL"));
    return new House(database.db, sink, front, proxy, relay, notes, cleanups);
  }

  async add(events: number) {
    await commit(this.db, pings(events, CHANNELS));
    this.committed += events;
  }

  /** The relay's own word that it sends nothing more: when it came first (ms since 1970), and its reason. */
  get outage(): { time: number; reason: string } | null {
    const lines = this.relay.output().split("\n").filter((text) => text.includes("Channels takes nothing"));
    // A machine that is very busy may have had it believe so before.
    return lines.map((line) => JSON.parse(line) as { time: number; reason: string }).find(({ time }) => time >= this.awaySince) ?? null;
  }

  /** When it has asked since then (ms since 1970). */
  get probes(): number[] {
    const from = this.outage?.time ?? Infinity;
    return readFileSync(this.notes, "utf8").split("\n").filter(Boolean).map(Number).filter((at) => at > from);
  }

  async close() {
    for (const cleanup of this.cleanups.splice(0).reverse()) await cleanup();
  }
}

/** Speaks TLS before a server that does not. */
async function tlsFront(port: number): Promise<Server> {
  const front = createServer(trusted, (socket) => {
    const inner = connect(port, "127.0.0.1");
    socket.pipe(inner).pipe(socket);
    for (const each of [socket, inner]) each.on("error", () => undefined).on("close", () => (socket.destroy(), inner.destroy()));
  });
  front.listen(0, "127.0.0.1");
  await once(front, "listening");
  return front;
}

const houses: House[] = [];
afterEach(async () => {
  for (const house of houses.splice(0)) await house.close();
});

const sum = (house: House, sql: string) => house.db.all<{ n: number }>(sql).then((rows) => rows[0]!.n);

/** @returns how many probes a minute there were */
async function outage(house: House, way: Way): Promise<number> {
  await house.add(CHANNELS.length);
  await until(async () => (await countOf(house.db, "delivered")) === house.committed, { what: "all to be delivered before" });
  const [before, taken] = [house.committed, house.sink.taken.length];
  house.awaySince = Date.now();
  await way.begin(house);
  const startedAt = performance.now();
  for (let slice = 1; slice <= size.slices; slice += 1) {
    await house.add(size.events / size.slices);
    await pause(Math.max(0, startedAt + (slice * size.lastsMs) / size.slices - performance.now()));
  }
  await until(() => house.probes.length >= size.probes, { timeout: OPENS_WITHIN_MS, interval: 50, what: `${size.probes} probes` });

  const waiting = house.committed - before;
  const { time, reason } = house.outage!;
  const probes = house.probes;
  const seconds = (Date.now() - time) / 1_000;
  expect(reason, house.relay.output()).toBe(way.reason);
  expect(probes.length).toBeLessThanOrEqual(seconds + 1);
  if (way.retryAfterMs) for (const [index, at] of probes.entries()) expect(at - (index === 0 ? time : probes[index - 1]!)).toBeGreaterThanOrEqual(way.retryAfterMs - CLOCKS_DIFFER_MS);
  expect(house.sink.taken).toHaveLength(taken);
  expect(await sum(house, "SELECT count(*) AS n FROM outbox_events WHERE state = 'pending' AND attempts = 0 AND first_error IS NULL AND last_error IS NULL")).toBe(waiting);
  expect(await sum(house, "SELECT (SELECT count(*) FROM outbox_attempts) + (SELECT count(*) FROM outbox_events WHERE state = 'dead') AS n")).toBe(0);
  return (probes.length / seconds) * 60;
}

async function recovery(house: House, way: Way): Promise<{ firstMs: number; perSecond: number }> {
  const { sink, db } = house;
  const published = () => sink.requests.filter(({ path: at }) => at.endsWith("/events") || at.endsWith("/batch_events"));
  const waiting = await countOf(db, "pending");
  const taken = sink.taken.length;
  // The service may have asked to be left alone for longer than it was away.
  const untilAt = way.retryAfterMs ? published().at(-1)!.at + way.retryAfterMs : 0;
  const backAt = Math.max(performance.now(), untilAt);
  const since = performance.now();
  await way.end(house);
  await until(() => sink.taken.length > taken, { timeout: OPENS_WITHIN_MS, interval: 5, what: "the first delivery" });
  await until(async () => (await db.all("SELECT 1 FROM outbox_events WHERE state = 'pending' LIMIT 1")).length === 0, { timeout: DRAINED_WITHIN_MS, what: "all to be delivered" });
  const settledAt = performance.now();
  const firstAt = published().find(({ at }) => at >= since)!.at;

  expect(sink.taken).toHaveLength(house.committed);
  expect(new Set(sink.taken.map(({ stamp }) => stamp.id)).size).toBe(house.committed);
  expect(orderFaults(sink.taken)).toEqual([]);
  expect(await sum(house, "SELECT count(*) AS n FROM outbox_events WHERE state = 'delivered' AND attempts = 1 AND last_error IS NULL")).toBe(house.committed);
  expect(house.relay.child.exitCode).toBeNull();
  return { firstMs: firstAt - backAt, perSecond: (waiting / (settledAt - firstAt)) * 1_000 };
}

test("ten minutes in each way: nothing is held against an event, one probe a second, then all in order at full speed", { timeout: 3_600_000 }, async () => {
  // What is measured has the machine for itself.
  const alone = full ? mutex() : <T>(work: () => Promise<T>) => work();
  const outages = WAYS.map(async ([name, way]) => {
    const house = await House.open(way);
    houses.push(house);
    return { name, way, house, probesAMinute: await outage(house, way) };
  });
  // In full size nobody recovers while others are still away: seven relays idle beside the one that works.
  const ready = full ? (await Promise.all(outages)).map((each) => Promise.resolve(each)) : outages;
  const results = await Promise.all(
    ready.map(async (each) => {
      const { name, way, house, probesAMinute } = await each;
      const { firstMs, perSecond } = await alone(() => recovery(house, way));
      figures({ [`${name}, probes a minute`]: Math.round(probesAMinute), [`${name}, first delivery after ms`]: Math.round(firstMs), [`${name}, drained events/s`]: Math.round(perSecond) });
      await house.close();
      return { name, firstMs, perSecond };
    }),
  );
  expect(results.filter(({ firstMs }) => firstMs >= patient(FIRST_WITHIN_MS)), "first delivery too late").toEqual([]);
  if (full) expect(results.filter(({ perSecond }) => perSecond < EVENTS_A_SECOND), "drained too slowly").toEqual([]);
});
