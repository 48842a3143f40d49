/**
 * A house under steady load for a long time (issue 8, bar 12): 200 events a second are committed and delivered, people write,
 * admins' pages ask for figures every two seconds, and one reader after the other keeps a read transaction open for a
 * minute. Nothing grows: neither the WAL, nor the database (what has grown old is pruned as fast as new rows come), nor the
 * processes' memory and files.
 */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import BetterSqlite from "better-sqlite3";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { memoryStorage } from "#app/realtime/queue-storage.ts";
import { KEEP_MS } from "#db/outbox/prune.ts";
import { steady } from "#tests/bench/measure/load.ts";
import { cpuMeter } from "#tests/bench/measure/cpu.ts";
import { seeded } from "#tests/realtime/seeded.ts";
import type { ProcessName } from "#tests/support/processes.ts";
import { until } from "#tests/support/wait.ts";
import { commit, countOf, pings } from "#tests/worker/relay/support.ts";
import { nudgeClient } from "#worker/relay/nudge.ts";
import { startHousehold, type Household } from "./household.ts";
import { faultSuite } from "./size.ts";
import { Tab, wholeChat } from "./tab.ts";

const { size, seed, figures } = faultSuite("soak", { short: { seconds: 120 }, full: { seconds: 3_600 } });

const IS_SHORT = size.seconds < 1_200;
const EVENTS_PER_SECOND = 200;
/**
 * A read transaction keeps every page that is written meanwhile in the WAL, which is SQLite's nature: a commit writes some
 * fifteen to thirty, however few or many its events. A hundred commits a second would fill 240 MB in a reader's minute.
 */
const COMMITS_PER_SECOND = 5;
const EVENTS_A_COMMIT = EVENTS_PER_SECOND / COMMITS_PER_SECOND;
const CHANNELS_A_COMMIT = 2;
const CHANNELS = Array.from({ length: 200 }, (_, n) => `private-chat-soak-${n}`);
const MESSAGES_PER_SECOND = 1;
const ADMIN_EVERY_MS = 2_000;
const ADMIN_PAGES = ["/admin", "/admin/outbox", "/admin/users", "/admin/outbox?state=dead", "/admin/operations"];
const READER_MS = 60_000;
/** Between two readers: a read transaction without end lets no WAL be emptied, whoever writes it. */
const READER_PAUSES_MS = 30_000;
const SAMPLE_MS = 1_000;

const MB = 1024 * 1024;
const MOST_WAL_BYTES = 64 * MB;
const MOST_GROWN_BYTES = 30 * MB;
/** Connections that are kept for a while come and go. */
const MOST_MORE_FILES = 8;
/** The messages themselves stay, with their index of words (1 to 2 KB each), and the figures of minutes and hours. */
const MOST_LARGER = 1.1;
const PROCESSES: ProcessName[] = ["app", "relay", "channels"];

interface Sample {
  atSeconds: number;
  wal: number;
  file: number;
  rss: Record<ProcessName, number>;
  files: Record<ProcessName, number>;
}

let house: Household;
let file: string;
beforeAll(async () => {
  house = await startHousehold();
  file = house.roost.databaseFile!;
  await house.roost.kill("relay");
  await fillWithOld(size.seconds * EVENTS_PER_SECOND);
  await house.roost.restart("relay");
  // Its first look prunes what is too old already; before a short run, that is all of it.
  if (IS_SHORT) await until(async () => (await house.db.all("SELECT 1 FROM outbox_events WHERE created_at < ? LIMIT 1", [Date.now() - KEEP_MS])).length === 0, { what: "what is too old to be pruned", timeout: 120_000 });
});
afterAll(() => house?.stop());

/**
 * As many delivered events as the run will commit, as old as may be kept: in a long run they become too old one after the
 * other while it lasts; before a short one all are.
 */
async function fillWithOld(rows: number): Promise<void> {
  const newest = Date.now() - KEEP_MS + (IS_SHORT ? 0 : size.seconds * 1_000);
  await house.db.batch([
    // What comes first in the log is the oldest: so also what the demo household has told.
    { sql: "UPDATE outbox_events SET created_at = 0" },
    {
      sql: `WITH RECURSIVE n(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM n WHERE n < ? - 1)
        INSERT INTO outbox_events (id, channel, offset, event, payload, state, attempts, available_at, created_at, published_at, latency_ms)
        SELECT printf('%032x', n), 'private-chat-soak-' || (n % ?), n / ? + 1, 'test-ping', json_object('n', n), 'delivered', 1, at, at, at + 5, 5 FROM (SELECT n, ? - (? - n) * ? AS at FROM n)`,
      args: [rows, CHANNELS.length, CHANNELS.length, newest, rows, 1_000 / EVENTS_PER_SECOND],
    },
    { sql: "INSERT INTO outbox_channels (channel, last_offset) SELECT channel, max(offset) FROM outbox_events WHERE event = 'test-ping' GROUP BY channel" },
  ]);
  // All these rows in one transaction are no part of what is measured.
  await until(async () => (await house.db.checkpoint("truncate"))?.busy === false, { what: "the WAL to be emptied" });
}

const sizeOf = (path: string) => statSync(path, { throwIfNoEntry: false })?.size ?? 0;

/** The process that does the work: the one that was started for Channels only replaces the server by its next version. */
function workerOf(name: ProcessName): number {
  const pid = house.roost.pid(name)!;
  const [child] = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ").filter(Boolean);
  return child === undefined ? pid : Number(child);
}

function sample(atSeconds: number): Sample {
  const pids = Object.fromEntries(PROCESSES.map((name) => [name, workerOf(name)])) as Record<ProcessName, number>;
  const each = <T>(of: (name: ProcessName) => T) => Object.fromEntries(PROCESSES.map((name) => [name, of(name)])) as Record<ProcessName, T>;
  return {
    atSeconds,
    wal: sizeOf(`${file}-wal`),
    file: sizeOf(file),
    rss: each((name) => Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pids[name]}/status`, "utf8"))![1]) * 1024),
    files: each((name) => readdirSync(`/proc/${pids[name]}/fd`).length),
  };
}

const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
const inMb = (bytes: number) => Math.round((bytes / MB) * 10) / 10;

/** Everything goes on until `isOver`. @throws what went wrong in it */
async function untilOver(isOver: () => boolean, everyMs: number, turn: (n: number) => Promise<unknown> | void): Promise<void> {
  for (let n = 0; !isOver(); n += 1) {
    const from = performance.now();
    await turn(n);
    while (!isOver() && performance.now() - from < everyMs) await pause(Math.min(SAMPLE_MS, Math.max(0, everyMs - (performance.now() - from))));
  }
}

test(`${size.seconds} s at ${EVENTS_PER_SECOND} events/s: the WAL, the database, memory and open files stay where they are`, { timeout: (size.seconds + 120) * 1_000 }, async () => {
  const [me, other, admin] = [house.clients[0]!, house.clients[1]!, house.clients[2]!];
  const chat = await house.chatOf(me, other);
  const tab = await Tab.open({ origin: other.origin, cookie: other.cookie, userId: other.viewer.userId, channels: other.channels, storage: memoryStorage(), random: seeded(seed) }, [chat]);
  onTestFinished(() => tab.kill());
  const nudges = nudgeClient(`${house.roost.dataDir}/relay.sock`);
  onTestFinished(() => nudges.close());
  onTestFinished(house.db.onCommit(() => nudges.nudge()));
  const [{ seq: before } = { seq: 0 }] = await house.db.all<{ seq: number }>("SELECT coalesce(max(seq), 0) AS seq FROM outbox_events");
  const cpu = cpuMeter(Object.fromEntries(PROCESSES.map((name) => [name, workerOf(name)])));

  let over = false;
  const isOver = () => over;
  const samples: Sample[] = [];
  const started = performance.now();
  const elapsed = () => (performance.now() - started) / 1_000;
  let readers = 0;
  let pages = 0;
  const sent: string[] = [];

  async function post(n: number) {
    const clientId = `soak-${String(n).padStart(5, "0")}`;
    const answer = await fetch(`${house.roost.url}/api/messages`, { method: "POST", headers: { "content-type": "application/json", cookie: me.cookie, origin: house.roost.url }, body: JSON.stringify({ conversationId: chat, clientId, body: clientId }) });
    expect(answer.status, await answer.text()).toBe(201);
    sent.push(clientId);
  }

  async function visit(n: number) {
    const path = ADMIN_PAGES[n % ADMIN_PAGES.length]!;
    const answer = await fetch(house.roost.url + path, { headers: { cookie: admin.cookie }, redirect: "manual" });
    expect([path, answer.status, (await answer.text()).length > 1_000]).toEqual([path, 200, true]);
    pages += 1;
  }

  async function read() {
    const reader = new BetterSqlite(file, { readonly: true });
    try {
      reader.exec("BEGIN");
      // The state is that of the first read.
      reader.prepare("SELECT count(*) FROM leases").get();
      const until = elapsed() + READER_MS / 1_000;
      while (!isOver() && elapsed() < until) await pause(SAMPLE_MS);
      readers += 1;
    } finally {
      reader.close();
    }
  }

  const commits = steady(COMMITS_PER_SECOND, size.seconds, (n) => commit(house.db, pings(EVENTS_A_COMMIT, Array.from({ length: CHANNELS_A_COMMIT }, (_, k) => CHANNELS[(n * 7 + k * 53) % CHANNELS.length]!)))).finally(() => (over = true));
  await Promise.all([
    commits,
    untilOver(isOver, 1_000 / MESSAGES_PER_SECOND, post),
    untilOver(isOver, ADMIN_EVERY_MS, visit),
    untilOver(isOver, READER_MS + READER_PAUSES_MS, read),
    untilOver(isOver, SAMPLE_MS, () => void samples.push(sample(elapsed()))),
  ]);
  const tookSeconds = elapsed();
  const shares = cpu();

  // Nothing is left behind, and the messages of all that time stand in order on a screen that was open all the while.
  await until(async () => (await countOf(house.db, "pending")) === 0, { what: "everything delivered", timeout: 30_000 });
  const [{ delivered } = { delivered: 0 }] = await house.db.all<{ delivered: number }>("SELECT count(*) AS delivered FROM outbox_events WHERE seq > ? AND state = 'delivered' AND event = 'test-ping'", [before]);
  // Once it has warmed up: code is compiled and caches are full after a third of two minutes, or some minutes of an hour.
  const steadyState = samples.filter(({ atSeconds }) => atSeconds >= Math.min(size.seconds / 3, 600));
  const first = steadyState.slice(0, Math.ceil(steadyState.length / 5));
  const last = steadyState.slice(-first.length);
  const grown = Object.fromEntries(PROCESSES.map((name) => [name, median(last.map(({ rss }) => rss[name])) - median(first.map(({ rss }) => rss[name]))]));
  const moreFiles = Object.fromEntries(PROCESSES.map((name) => [name, median(last.map(({ files }) => files[name])) - median(first.map(({ files }) => files[name]))]));
  const largestWal = Math.max(...samples.map(({ wal }) => wal));
  const larger = last.at(-1)!.file / first[0]!.file;
  figures({
    seconds: Math.round(tookSeconds),
    "events delivered": delivered,
    "messages sent": sent.length,
    "admin pages": pages,
    "readers of a minute": readers,
    "largest WAL, MiB": inMb(largestWal),
    "database, MiB": `${inMb(first[0]!.file)} to ${inMb(last.at(-1)!.file)}`,
    ...Object.fromEntries(PROCESSES.flatMap((name) => [[`${name}: memory, MiB`, `${inMb(median(first.map(({ rss }) => rss[name])))} to ${inMb(median(last.map(({ rss }) => rss[name])))}`], [`${name}: open files`, `${first[0]!.files[name]} to ${last.at(-1)!.files[name]}`], [`${name}: CPU, %`, shares[name]!]])),
  });
  expect(delivered).toBe(EVENTS_PER_SECOND * size.seconds);
  expect(await countOf(house.db, "dead")).toBe(0);
  const stored = (await wholeChat({ origin: house.roost.url, cookie: me.cookie }, chat)).map(({ body }) => body);
  expect(stored.filter((body) => body.startsWith("soak-"))).toEqual(sent);
  await until(() => tab.chat(chat).messages.at(-1)?.body === sent.at(-1), { what: "the last message on the screen" });

  expect(largestWal).toBeLessThanOrEqual(MOST_WAL_BYTES);
  expect(larger).toBeLessThanOrEqual(MOST_LARGER);
  for (const name of PROCESSES) {
    expect(grown[name], `${name}: memory`).toBeLessThan(MOST_GROWN_BYTES);
    expect(moreFiles[name], `${name}: open files`).toBeLessThanOrEqual(MOST_MORE_FILES);
  }
});
