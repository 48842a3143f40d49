import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { newId } from "#app/domain/ids.ts";
import type { Database } from "#db/database.ts";
import { append, appendStatements } from "#db/outbox/append.ts";
import { decodeCursor, encodeCursor } from "#db/outbox/cursor.ts";
import { durable } from "#db/outbox/event.ts";
import { startNewEpoch } from "#db/outbox/log.ts";
import { positionOf } from "#db/outbox/position.ts";
import { prune, PRUNE_CHUNK } from "#db/outbox/prune.ts";
import { syncEvents } from "#db/outbox/sync.ts";
import { DATABASE_KINDS, testDatabase, type TestDatabase } from "#tests/support/database.ts";

const said = durable<{ n: number; text?: string }>()("said");
const NOW = 1_795_210_738_049;
const ctx = { now: () => NOW, newId };
const CHANNELS = ["private-a", "private-b", "private-c", "private-d"];
const DAY = 24 * 60 * 60 * 1000;

async function appendTo(db: Database, channels: readonly string[], text?: string) {
  await db.batch(channels.flatMap((channel, n) => appendStatements({ type: said, channel, payload: { n, ...(text === undefined ? {} : { text }) } }, ctx)));
}

/** Pages on until there is no more. */
async function readAll(db: Database, channels: readonly string[], cursor: string, pageSize: () => number, between: () => Promise<void> = () => Promise.resolve()) {
  const seqs: number[] = [];
  for (;;) {
    const limit = pageSize();
    const page = await syncEvents(db, channels, cursor, limit);
    expect(page.reset).toBe(false);
    expect(page.events.length).toBeLessThanOrEqual(limit);
    seqs.push(...page.events.map(({ seq }) => seq));
    cursor = page.cursor;
    if (!page.hasMore) return { seqs, cursor };
    // More was promised, so there must be progress.
    expect(page.events.length).toBeGreaterThan(0);
    await between();
  }
}

describe.each(DATABASE_KINDS)("sync on %s", (kind) => {
  let at: TestDatabase;
  let db: Database;
  beforeAll(async () => {
    at = await testDatabase(kind);
    db = at.db;
  });
  afterAll(() => at.close());

  test("answers what came after the position, complete, in order, and nothing of others", async () => {
    const [own, foreign] = [`private-${newId()}`, `private-${newId()}`];
    await appendTo(db, [own, foreign]);
    const position = await positionOf(db, [own, foreign, "private-never"]);
    expect(position.offsets).toEqual({ [own]: 1, [foreign]: 1, "private-never": 0 });
    expect(await syncEvents(db, [own], position.cursor)).toMatchObject({ events: [], cursor: position.cursor, hasMore: false, reset: false });
    await appendTo(db, [own, foreign, own]);
    await db.transact((tx) => append(tx, { type: said, audience: [own], payload: { n: 9 } }, ctx));
    const { events, hasMore, cursor } = await syncEvents(db, [own], position.cursor);
    const id = expect.stringMatching(/^[0-9a-f]{32}$/) as string;
    const expected = (seq: number, offset: number, n: number) => ({ seq, id, channel: own, event: "said", at: NOW, data: { n, _event: { id, seq, offset, epoch: position.epoch, at: NOW } } });
    expect(events).toEqual([expected(position.seq + 1, 2, 0), expected(position.seq + 3, 3, 2)]);
    expect(events[0]!.data._event.id).toBe(events[0]!.id);
    expect(hasMore).toBe(false);
    // The horizon has passed the foreign event and the one with an audience.
    expect(decodeCursor(cursor)).toEqual({ epoch: position.epoch, seq: position.seq + 4 });
  });

  test("paging from any cursor gives exactly the reader's events in order", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(fc.constantFrom(...CHANNELS), { minLength: 1, maxLength: 6 }), { maxLength: 8 }),
        fc.subarray(CHANNELS),
        fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 10 }),
        fc.nat(),
        async (commits, channels, pageSizes, startAt) => {
          const before = await positionOf(db, []);
          for (const commit of commits) await appendTo(db, commit);
          const all = await db.all<{ seq: number; channel: string }>("SELECT seq, channel FROM outbox_events WHERE seq > ? ORDER BY seq", [before.seq]);
          const start = before.seq + (startAt % (all.length + 1));
          const expected = all.filter(({ seq, channel }) => seq > start && channels.includes(channel)).map(({ seq }) => seq);
          let turn = 0;
          const { seqs } = await readAll(db, channels, encodeCursor({ epoch: before.epoch, seq: start }), () => pageSizes[turn++ % pageSizes.length]!);
          expect(seqs).toEqual(expected);
        },
      ),
      { numRuns: kind === "better-sqlite3" ? 200 : 15 },
    );
  }, 300_000);

  test("with others writing between the pages nothing is missed and nothing comes twice", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(fc.constantFrom(...CHANNELS), { maxLength: 3 }), { minLength: 1, maxLength: 8 }), fc.subarray(CHANNELS, { minLength: 1 }), fc.integer({ min: 1, max: 3 }), async (commits, channels, limit) => {
        const before = await positionOf(db, channels);
        await appendTo(db, CHANNELS.concat(CHANNELS));
        const waiting = [...commits];
        const paged = await readAll(db, channels, before.cursor, () => limit, async () => appendTo(db, waiting.shift() ?? []));
        for (const commit of waiting) await appendTo(db, commit);
        const rest = await readAll(db, channels, paged.cursor, () => limit);
        const all = await db.all<{ seq: number }>("SELECT seq FROM outbox_events WHERE seq > ? AND channel IN (SELECT value FROM json_each(?)) ORDER BY seq", [before.seq, JSON.stringify(channels)]);
        expect([...paged.seqs, ...rest.seqs]).toEqual(all.map(({ seq }) => seq));
      }),
      { numRuns: kind === "better-sqlite3" ? 100 : 10 },
    );
  }, 300_000);

  test("a page ends before it grows too large, but always has one event", async () => {
    const channel = `private-${newId()}`;
    const { cursor } = await positionOf(db, [channel]);
    await appendTo(db, [channel, channel, channel], "x".repeat(1_000));
    const sizes: number[] = [];
    for (let page = await syncEvents(db, [channel], cursor, 10, 2_100); ; page = await syncEvents(db, [channel], page.cursor, 10, 2_100)) {
      sizes.push(page.events.length);
      if (!page.hasMore) break;
    }
    expect(sizes).toEqual([2, 1]);
    expect(await syncEvents(db, [channel], cursor, 10, 10)).toMatchObject({ events: [{ data: { n: 0 } }], hasMore: true });
  });

  test("no cursor is the current one; 0 begins with the oldest; what is not ours, or ahead, or of another log: reset", async () => {
    const channel = `private-${newId()}`;
    await appendTo(db, [channel]);
    const { epoch, seq, cursor } = await positionOf(db, [channel]);
    expect(await syncEvents(db, [channel], null)).toMatchObject({ events: [], cursor, hasMore: false, reset: false });
    expect((await syncEvents(db, [channel], "0")).events.map((event) => event.seq)).toEqual([seq]);
    const bad = ["", "1", "null", "zz", "AAAA", cursor + "=", cursor.slice(1), "x".repeat(5_000), encodeCursor({ epoch, seq: -1 }), encodeCursor({ epoch, seq: 1.5 }), encodeCursor({ epoch, seq: seq + 1 }), encodeCursor({ epoch: "00ff", seq })];
    for (const wrong of bad) expect([wrong.slice(0, 60), await syncEvents(db, [channel], wrong)]).toEqual([wrong.slice(0, 60), { events: [], cursor, hasMore: false, reset: true, etag: expect.stringContaining("reset") as string }]);
    expect(await syncEvents(db, [channel], encodeCursor({ epoch, seq }))).toMatchObject({ reset: false });
  });

  test("no channels, and a channel named twice", async () => {
    const channel = `private-${newId()}`;
    const { cursor } = await positionOf(db, []);
    await appendTo(db, [channel]);
    expect((await syncEvents(db, [], cursor)).events).toEqual([]);
    expect((await syncEvents(db, [channel, channel], cursor)).events).toHaveLength(1);
  });

  test("the etag stays while nothing is new, whatever strangers write, and changes with the reader's channels", async () => {
    const [own, foreign] = [`private-${newId()}`, `private-${newId()}`];
    await appendTo(db, [own, own, own]);
    const { cursor } = await positionOf(db, [own]);
    const quiet = (await syncEvents(db, [own], cursor)).etag;
    await appendTo(db, [foreign]);
    const later = await syncEvents(db, [own], cursor);
    expect(later.etag).toBe(quiet);
    expect((await syncEvents(db, [own], later.cursor)).etag).toBe(quiet);
    expect((await syncEvents(db, [own, foreign], cursor)).etag).not.toBe(quiet);
    await appendTo(db, [own]);
    expect((await syncEvents(db, [own], cursor)).etag).not.toBe(quiet);
    // Two pages of the same catching up are two answers.
    const first = await syncEvents(db, [own], "0", 2);
    const second = await syncEvents(db, [own], first.cursor, 2);
    expect(new Set([first.etag, second.etag, (await syncEvents(db, [own], second.cursor, 2)).etag]).size).toBe(3);
    expect((await syncEvents(db, [own], "bad")).etag).not.toBe((await syncEvents(db, [own], "bad")).etag);
  });

  test("pruning keeps what is pending and what is young, makes old cursors reset, and offsets go on rising", async () => {
    const channel = `private-${newId()}`;
    await db.batch([{ sql: "UPDATE outbox_events SET state = 'delivered'" }]);
    const beforeAny = await positionOf(db, [channel]);
    await appendTo(db, Array.from({ length: PRUNE_CHUNK + 5 }, () => channel));
    await db.batch([{ sql: "UPDATE outbox_events SET state = CASE offset WHEN 1 THEN 'pending' WHEN 2 THEN 'dead' WHEN 3 THEN 'dropped' ELSE 'delivered' END WHERE channel = ?", args: [channel] }]);
    const offsets = async () => (await db.all<{ offset: number }>("SELECT offset FROM outbox_events WHERE channel = ? ORDER BY seq", [channel])).map(({ offset }) => offset);

    expect(await prune(db, { now: () => NOW + 6 * DAY })).toEqual({ pruned: 0 });
    expect(await syncEvents(db, [channel], beforeAny.cursor)).toMatchObject({ reset: false });
    await prune(db, { now: () => NOW, keepRows: 4 });
    expect(await offsets()).toEqual([1, PRUNE_CHUNK + 2, PRUNE_CHUNK + 3, PRUNE_CHUNK + 4, PRUNE_CHUNK + 5]);
    const position = await positionOf(db, [channel]);
    expect(await syncEvents(db, [channel], beforeAny.cursor)).toMatchObject({ reset: true, events: [], cursor: position.cursor });
    expect(await syncEvents(db, [channel], encodeCursor({ epoch: position.epoch, seq: position.seq - 4 }))).toMatchObject({ reset: false, events: { length: 4 } });
    expect(await syncEvents(db, [channel], encodeCursor({ epoch: position.epoch, seq: position.seq - 5 }))).toMatchObject({ reset: true });
    expect((await syncEvents(db, [channel], "0")).events).toHaveLength(5);

    await prune(db, { now: () => NOW + 8 * DAY });
    expect(await offsets()).toEqual([1]);
    expect(await positionOf(db, [channel])).toEqual(position);
    await appendTo(db, [channel]);
    expect(await offsets()).toEqual([1, PRUNE_CHUNK + 6]);
    expect(await syncEvents(db, [channel], position.cursor)).toMatchObject({ reset: false, events: [{ seq: position.seq + 1 }] });
  });

  test("a new epoch resets every reader", async () => {
    const channel = `private-${newId()}`;
    await appendTo(db, [channel]);
    const { cursor, epoch } = await positionOf(db, [channel]);
    const next = await db.transact(startNewEpoch);
    expect(next).not.toBe(epoch);
    expect(await syncEvents(db, [channel], cursor)).toMatchObject({ reset: true, events: [] });
    expect((await syncEvents(db, [channel], "0")).events[0]!.data._event.epoch).toBe(next);
  });
});
