/** The hot statements must stay on their indexes: a scan of the outbox costs nothing in a test and seconds in a year. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { newId } from "#app/domain/ids.ts";
import { CHILD_PICTURES_SQL, OWN_PICTURE_SQL, PRIVATE_FILE_SQL, PRIVATE_IMAGE_SQL } from "#app/domain/images/queries.server.ts";
import { DROP_UNSENT_SQL, KNOWN_SQL } from "#app/domain/images/sweep.server.ts";
import { appendStatements } from "#db/outbox/append.ts";
import { durable } from "#db/outbox/event.ts";
import { logHead } from "#db/outbox/log.ts";
import { POSITION_SQL, positionOf } from "#db/outbox/position.ts";
import { CHUNK_SQL, DELETE_SQL, prune, REMEMBER_SQL } from "#db/outbox/prune.ts";
import { SYNC_SQL, syncEvents } from "#db/outbox/sync.ts";
import type { Database, SqlValue, Statement } from "#db/database.ts";
import { testDatabase, type TestDatabase } from "#tests/support/database.ts";

const TABLES = "outbox_events|outbox_channels|outbox_log|own|event|candidate|given|log";
/** SQLite names a scan by the table's alias; one of `json_each`, of a CTE or of a subquery is none of ours. */
const SCAN = new RegExp(`^SCAN (${TABLES})\\b(?!.*VIRTUAL TABLE)`);

const type = durable<{ n: number }>()("planned");
const [takeOffset, insert] = appendStatements({ type, channel: "private-plan", payload: { n: 1 } }, { now: () => 1, newId }) as [Statement, Statement];

const STATEMENTS: Record<string, [string, readonly SqlValue[]]> = {
  "take an offset": [takeOffset.sql, takeOffset.args!],
  "insert an event": [insert.sql, insert.args!],
  position: [POSITION_SQL, ["[]"]],
  sync: [SYNC_SQL, ["[]", 0, 10, 10, "[]", 1_000]],
  "a chunk to prune": [CHUNK_SQL, [0, 10]],
  "remember what was pruned": [REMEMBER_SQL, ["[]"]],
  "delete what was pruned": [DELETE_SQL, ["[]"]],
};

let at: TestDatabase;
let db: Database;
beforeAll(async () => {
  at = await testDatabase();
  db = at.db;
});
afterAll(() => at.close());

const plan = async (sql: string, args: readonly SqlValue[]) => (await db.all<{ detail: string }>(`EXPLAIN QUERY PLAN ${sql}`, args)).map(({ detail }) => detail);

test.each(Object.entries(STATEMENTS))("%s scans none of our tables", async (_name, [sql, args]) => {
  expect((await plan(sql, args)).filter((detail) => SCAN.test(detail))).toEqual([]);
});

test("the check notices a scan", async () => {
  expect((await plan("SELECT * FROM outbox_events WHERE payload = ?", ["x"])).some((detail) => SCAN.test(detail))).toBe(true);
});

test("append goes by outbox_channels' key, sync by its index, and only what is on the page is read", async () => {
  expect(await plan(insert.sql, insert.args!)).toContainEqual(expect.stringMatching(/SEARCH outbox_channels USING INDEX sqlite_autoindex_outbox_channels_1 \(channel=\?\)/));
  expect(await plan(SYNC_SQL, STATEMENTS["sync"]![1])).toContainEqual(expect.stringMatching(/SEARCH own USING COVERING INDEX outbox_events_channel_seq \(channel=\? AND seq>\?\)/));
});

/** Of uploads: what runs with each picture, each download and each sweep. A scan there grows with all that was ever sent. */
const UPLOADS: Record<string, [string, readonly SqlValue[]]> = {
  "a private picture": [PRIVATE_IMAGE_SQL, ["", ""]],
  "a private file": [PRIVATE_FILE_SQL, ["", ""]],
  "one's own face": [OWN_PICTURE_SQL, [""]],
  "faces of children": [CHILD_PICTURES_SQL, [""]],
  "pictures never sent": [DROP_UNSENT_SQL.images, [0]],
  "files never sent": [DROP_UNSENT_SQL.files, [0]],
  "folders that have a row": [KNOWN_SQL, ["[]"]],
};
const SCAN_OF_UPLOADS = /^SCAN (images|files|users|messages|conversation_members|t|pic|u|m|me)\b/;

test.each(Object.entries(UPLOADS))("%s: no scan of pictures, files, people or messages", async (_name, [sql, args]) => {
  expect((await plan(sql, args)).filter((detail) => SCAN_OF_UPLOADS.test(detail))).toEqual([]);
  expect((await plan("SELECT id FROM images t WHERE hash = ?", ["x"])).some((detail) => SCAN_OF_UPLOADS.test(detail))).toBe(true);
});

describe("in a log of 200,000 strangers' events", () => {
  const ROWS = 200_000;
  const PRUNED = 20_000;
  beforeAll(async () => {
    await db.batch([
      {
        sql: `WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < ?)
          INSERT INTO outbox_events (id, channel, offset, event, payload, state, available_at, created_at)
          SELECT printf('%032d', n), 'private-stranger-' || (n % 1000), n, 'planned', '{"n":1}', 'delivered', 1, n FROM n`,
        args: [ROWS],
      },
    ]);
  });

  test("position, sync from the oldest, and a quiet sync take a few milliseconds", async () => {
    const own = Array.from({ length: 50 }, (_, index) => `private-own-${index}`);
    await db.batch(own.flatMap((channel) => appendStatements({ type, channel, payload: { n: 1 } }, { now: () => 1, newId })));
    const { seq, cursor } = await positionOf(db, own);
    expect(seq).toBe(ROWS + 50);
    const took: Record<string, number> = {};
    const measured = async <T>(name: string, work: () => Promise<T>) => {
      await work();
      const from = performance.now();
      for (let turn = 0; turn < 20; turn++) await work();
      took[name] = (performance.now() - from) / 20;
      return work();
    };
    expect((await measured("sync from 0", () => syncEvents(db, own, "0"))).events).toHaveLength(50);
    expect((await measured("sync, nothing new", () => syncEvents(db, own, cursor))).events).toEqual([]);
    await measured("position", () => positionOf(db, own));
    // That there is no scan, the plans above say: how long it takes depends on what else the machine does.
    process.stdout.write(`in a log of ${ROWS} events, 50 channels, ms: ${JSON.stringify(took)}\n`);
  });

  test("pruning holds the write lock for short stretches", async () => {
    let longest = 0;
    let last = performance.now();
    const timed: Database = { ...db, all: (sql, args) => db.all(sql, args), batch: async (statements) => ((last = performance.now()), await db.batch(statements).finally(() => (longest = Math.max(longest, performance.now() - last)))) };
    const from = performance.now();
    expect(await prune(timed, { now: () => 0, keepRows: ROWS + 50 - PRUNED })).toEqual({ pruned: PRUNED });
    process.stdout.write(`pruned ${PRUNED} events in ${Math.round(performance.now() - from)} ms, the longest transaction ${longest.toFixed(1)} ms\n`);
    expect((await logHead(db)).prunedSeq).toBe(PRUNED);
    expect(longest).toBeLessThan(1_000);
  });
});
