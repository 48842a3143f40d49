/**
 * What a read replica may answer, with a copy of the file for a replica: it is as far behind as the test wants it.
 * The same with real servers, that lag, hang and die by themselves: tests/faults/replica.test.ts.
 */
import { copyFile, rm } from "node:fs/promises";
import fc from "fast-check";
import { afterEach, beforeEach, expect, test } from "vitest";
import { newId } from "#app/domain/ids.ts";
import { openDatabase, type Database, type Reads } from "#db/database.ts";
import { appendStatements } from "#db/outbox/append.ts";
import { durable } from "#db/outbox/event.ts";
import { startNewEpoch } from "#db/outbox/log.ts";
import { LogReplica, REPLICA_ANSWERS_WITHIN_MS, REPLICA_LEFT_ALONE_MS, REPLICA_MAY_LAG_MS, type ReplicaFault, type ReplicaRead } from "#db/outbox/replica.ts";
import { syncEvents } from "#db/outbox/sync.ts";
import { testDatabase, type TestDatabase } from "#tests/support/database.ts";

const said = durable<{ n: number }>()("said");
const ctx = { now: () => 1_795_210_738_049, newId };
const CHANNELS = ["private-a", "private-b"];

let at: TestDatabase;
let primary: Database;
/** What is asked as the replica; null: it answers nothing, ever. */
let copy: Reads | null;
let copies: Database[];
let replica: LogReplica;
let reads: ReplicaRead[];
let changes: (ReplicaFault | null)[];
/** The clock, and how much further it is at each look. */
let time: number, tick: number;

beforeEach(async () => {
  at = await testDatabase();
  primary = at.db;
  [copies, reads, changes, time, tick] = [[], [], [], 0, 0];
  await catchUp();
  replica = new LogReplica({
    primary,
    replica: { all: async (sql, args) => (copy === null ? new Promise<never>(() => undefined) : copy.all(sql, args)), close: () => undefined },
    onRead: (result) => reads.push(result),
    onChange: (fault) => changes.push(fault),
    monotonic: () => (time += tick),
  });
});
afterEach(async () => {
  for (const each of copies) await each.close();
  for (const index of copies.keys()) await rm(fileOf(index), { force: true });
  await at.close();
});

const fileOf = (index: number) => `${at.url.slice("file:".length)}.${index}`;

/** The replica has come as far as the primary is now. */
async function catchUp() {
  await primary.checkpoint("truncate");
  const file = fileOf(copies.length);
  await copyFile(at.url.slice("file:".length), file);
  const opened = await openDatabase(`file:${file}`);
  copies.push(opened);
  copy = opened;
}

const write = (channel = CHANNELS[0]!, n = 0) => primary.batch(appendStatements({ type: said, channel, payload: { n } }, ctx));
const cursorNow = async () => (await syncEvents(primary, CHANNELS, null)).cursor;

test("nobody is sent to a replica before it was tried; then it answers as the primary does", async () => {
  const before = await cursorNow();
  await write();
  await catchUp();
  const expected = await syncEvents(primary, CHANNELS, before);
  expect(await replica.syncEvents(CHANNELS, before)).toEqual(expected);
  await replica.tryIt();
  // Whatever the primary would find now is not looked at.
  await primary.batch([{ sql: "UPDATE outbox_events SET payload = '{}'" }]);
  expect(await replica.syncEvents(CHANNELS, before)).toEqual(expected);
  expect(reads).toEqual(["skipped", "served"]);
  expect(changes).toEqual([null]);
});

test("one that is behind: the writer finds his event, and whoever has read further is not told to start anew", async () => {
  await replica.tryIt();
  const before = await cursorNow();
  await write();
  expect((await replica.syncEvents(CHANNELS, before)).events).toHaveLength(1);
  // This cursor lies beyond the replica's end.
  expect(await replica.syncEvents(CHANNELS, await cursorNow())).toMatchObject({ events: [], reset: false });
  expect(reads).toEqual(["behind", "behind"]);
  expect(changes).toEqual([null]);
  await catchUp();
  expect((await replica.syncEvents(CHANNELS, before)).events).toHaveLength(1);
  expect(reads.at(-1)).toBe("served");
});

test("one that stays behind is left alone, said once; one that is only ever a little behind is not", async () => {
  await replica.tryIt();
  for (let turn = 0; turn < 5; turn++) {
    await write();
    await replica.syncEvents(CHANNELS, "0");
    time += REPLICA_MAY_LAG_MS * 2;
    await catchUp();
    await write();
  }
  expect(reads).toEqual(Array.from({ length: 5 }, () => "behind"));
  expect(changes).toEqual([null]);
  await replica.syncEvents(CHANNELS, "0");
  time += REPLICA_MAY_LAG_MS;
  for (let turn = 0; turn < 3; turn++) await replica.syncEvents(CHANNELS, "0");
  expect(reads.slice(5)).toEqual(["behind", "behind", "skipped", "skipped"]);
  expect(changes).toEqual([null, "behind"]);

  // It is tried after a while, and again later when it has not caught up.
  [time, tick] = [time + REPLICA_LEFT_ALONE_MS, 500];
  await replica.tryIt();
  tick = 0;
  expect(changes).toEqual([null, "behind"]);
  await catchUp();
  await replica.tryIt();
  expect(changes).toEqual([null, "behind"]);
  time += REPLICA_LEFT_ALONE_MS;
  await replica.syncEvents(CHANNELS, "0");
  await replica.tryIt();
  expect(changes).toEqual([null, "behind", null]);
  await replica.syncEvents(CHANNELS, "0");
  expect(reads.slice(-2)).toEqual(["skipped", "served"]);
});

test("one of another epoch is left alone: what the primary restored is what counts", async () => {
  await write();
  await catchUp();
  await replica.tryIt();
  const before = await cursorNow();
  const epoch = await primary.transact(startNewEpoch);
  expect(await replica.syncEvents(CHANNELS, before)).toMatchObject({ reset: true, cursor: await cursorNow() });
  expect((await replica.syncEvents(CHANNELS, "0")).events[0]!.data._event.epoch).toBe(epoch);
  expect(reads).toEqual(["failed", "skipped"]);
  expect(changes).toEqual([null, "other-log"]);
});

test("one that has not been migrated serves once it is", async () => {
  copy = await openDatabase(`file:${fileOf(copies.length)}`);
  copies.push(copy as Database);
  await replica.tryIt();
  expect((await replica.syncEvents(CHANNELS, "0")).reset).toBe(false);
  expect(changes).toEqual(["error"]);
  await catchUp();
  time += REPLICA_LEFT_ALONE_MS;
  await replica.tryIt();
  await replica.syncEvents(CHANNELS, "0");
  expect(reads).toEqual(["skipped", "served"]);
  expect(changes).toEqual(["error", null]);
});

test("one that hangs costs one reader a quarter of a second, and the next ones nothing", async () => {
  await replica.tryIt();
  await write();
  copy = null;
  const started = performance.now();
  expect((await replica.syncEvents(CHANNELS, "0")).events).toHaveLength(1);
  const first = performance.now() - started;
  expect(first).toBeGreaterThanOrEqual(REPLICA_ANSWERS_WITHIN_MS - 1);
  for (let turn = 0; turn < 20; turn++) await replica.syncEvents(CHANNELS, "0");
  expect(performance.now() - started - first).toBeLessThan(20 * REPLICA_ANSWERS_WITHIN_MS);
  expect(reads).toEqual(["failed", ...Array.from({ length: 20 }, () => "skipped")]);
  expect(changes).toEqual([null, "no-answer"]);
});

test("a cursor that is no cursor, and one of the future: the reset is the primary's", async () => {
  await replica.tryIt();
  await write();
  const ahead = await cursorNow();
  await primary.batch([{ sql: "DELETE FROM outbox_events" }]);
  await catchUp();
  for (const cursor of ["nonsense", ahead]) expect((await replica.syncEvents(CHANNELS, cursor)).reset).toBe(true);
  expect(reads).toEqual(["reset", "reset"]);
});

test("whatever is written, and however far the replica has come: each answer is the one that the primary gives", async () => {
  // Readers mostly go on from where they were. A new epoch is rare: until the replica has come to it, nobody is sent there.
  const step = fc.oneof(
    { weight: 8, arbitrary: fc.record({ kind: fc.constant("sync" as const), channels: fc.subarray(CHANNELS), back: fc.oneof(fc.constant(0), fc.nat()) }) },
    { weight: 4, arbitrary: fc.record({ kind: fc.constant("write" as const), channel: fc.constantFrom(...CHANNELS) }) },
    { weight: 4, arbitrary: fc.record({ kind: fc.constant("catch-up" as const) }) },
    { weight: 4, arbitrary: fc.record({ kind: fc.constant("wait" as const), ms: fc.constantFrom(100, REPLICA_MAY_LAG_MS, REPLICA_LEFT_ALONE_MS) }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant("epoch" as const) }) },
  );
  const cursors = ["0", await cursorNow()];
  // Trying one that stays behind ends by the clock.
  tick = 700;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25, size: "max" }), async (steps) => {
      // What the sequence before has left behind is not this one's: it begins with a replica that serves.
      await catchUp();
      time += REPLICA_LEFT_ALONE_MS;
      await replica.tryIt();
      for (const each of steps) {
        if (each.kind === "write") await write(each.channel);
        else if (each.kind === "catch-up") await catchUp();
        else if (each.kind === "epoch") await primary.transact(startNewEpoch);
        else if (each.kind === "wait") {
          time += each.ms;
          await replica.tryIt();
        } else {
          const cursor = cursors.at(-1 - (each.back % cursors.length))!;
          const expected = await syncEvents(primary, each.channels, cursor);
          expect(await replica.syncEvents(each.channels, cursor)).toEqual({ ...expected, etag: expected.reset ? expect.any(String) : expected.etag });
          cursors.push(expected.cursor);
        }
      }
    }),
    { numRuns: 40 },
  );
  // Else nothing was tried.
  for (const result of ["served", "behind", "skipped"] as const) expect(reads).toContain(result);
}, 300_000);
