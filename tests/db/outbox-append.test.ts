import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { newId } from "#app/domain/ids.ts";
import type { Database } from "#db/database.ts";
import { append, appendAll, appendStatements, OutboxRefusedError, type OutboxEvent } from "#db/outbox/append.ts";
import { durable, ephemeral } from "#db/outbox/event.ts";
import { positionOf } from "#db/outbox/position.ts";
import { MAX_AUDIENCE, MAX_PAYLOAD_BYTES } from "#db/outbox/refusal.ts";
import { bundled } from "#tests/support/bundle.ts";
import { DATABASE_KINDS, testDatabase, type TestDatabase } from "#tests/support/database.ts";

const counted = durable<Record<string, unknown>>()("counted");
const ctx = { now: () => 1_795_210_738_049, newId };
const channelName = () => `private-user-${newId()}`;

interface Stored {
  seq: number;
  id: string;
  channel: string | null;
  offset: number | null;
  audience: string | null;
  payload: string;
  state: string;
}
const stored = (db: Database, channel: string) => db.all<Stored>("SELECT seq, id, channel, offset, audience, payload, state FROM outbox_events WHERE channel = ? ORDER BY seq", [channel]);
const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

describe.each(DATABASE_KINDS)("append on %s", (kind) => {
  let at: TestDatabase;
  let db: Database;
  beforeAll(async () => {
    at = await testDatabase(kind);
    db = at.db;
    await db.batch([{ sql: "CREATE TABLE things (name TEXT PRIMARY KEY, n INTEGER NOT NULL) STRICT" }]);
  });
  afterAll(() => at.close());

  test("numbers each channel's events 1, 2, 3 …, whichever way they come", async () => {
    const [a, b] = [channelName(), channelName()];
    await db.transact(async (tx) => {
      await append(tx, { type: counted, channel: a, payload: { n: 1 } }, ctx);
      await append(tx, { type: counted, channel: b, payload: { n: 2 } }, ctx);
      await append(tx, { type: counted, channel: a, payload: { n: 3 } }, ctx);
    });
    await db.batch(appendStatements({ type: counted, channel: a, payload: { n: 4 } }, ctx));
    const events = await stored(db, a);
    expect(events.map(({ offset, payload, state }) => [offset, payload, state])).toEqual([
      [1, '{"n":1}', "pending"],
      [2, '{"n":3}', "pending"],
      [3, '{"n":4}', "pending"],
    ]);
    expect((await stored(db, b)).map(({ offset }) => offset)).toEqual([1]);
    expect(await db.all("SELECT id, created_at, available_at FROM outbox_events WHERE channel = ?", [b])).toEqual([{ id: expect.stringMatching(/^[0-9a-f]{32}$/), created_at: ctx.now(), available_at: ctx.now() }]);
  });

  test("many at once stand as they would one after the other: seqs and offsets in their order, audiences between them", async () => {
    const [a, b] = [channelName(), channelName()];
    await db.transact((tx) => append(tx, { type: counted, channel: a, payload: { n: 0 } }, ctx));
    const texts = ["a \\ \" \u0000 \ud83d\ude00 '", "two\nlines"];
    const events: OutboxEvent<Record<string, unknown>>[] = [
      { type: counted, channel: a, payload: { n: 1, text: texts[0] } },
      { type: counted, channel: b, payload: { n: 2 } },
      { type: counted, audience: [a, b], payload: { n: 3 } },
      { type: counted, channel: a, payload: { n: 4 } },
      { type: counted, audience: { conversation: "c" }, payload: { n: 5, text: texts[1] } },
      ...Array.from({ length: 15 }, (_, index) => ({ type: counted, channel: b, payload: { n: 6 + index } })),
    ];
    const head = await db.all<{ seq: number }>("SELECT max(seq) AS seq FROM outbox_events");
    await db.transact(async (tx) => {
      await appendAll(tx, events, ctx);
      await appendAll(tx, [], ctx);
      await append(tx, { type: counted, channel: b, payload: { n: 21 } }, ctx);
    });
    const rows = await db.all<Stored & { event: string; created_at: number; available_at: number }>("SELECT * FROM outbox_events WHERE seq > ? ORDER BY seq", [head[0]!.seq]);
    expect(rows.map(({ payload }) => (JSON.parse(payload) as { n: number }).n)).toEqual(upTo(21));
    expect(rows.map(({ payload }) => payload)).toEqual([...events.map(({ payload }) => JSON.stringify(payload)), '{"n":21}']);
    expect(rows.filter(({ channel }) => channel === a).map(({ offset }) => offset)).toEqual([2, 3]);
    expect(rows.filter(({ channel }) => channel === b).map(({ offset }) => offset)).toEqual(upTo(17));
    expect(rows.filter(({ channel }) => channel === null).map(({ offset, audience }) => [offset, audience])).toEqual([
      [null, JSON.stringify([a, b])],
      [null, '{"conversation":"c"}'],
    ]);
    expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length);
    for (const row of rows) expect(row).toMatchObject({ event: "counted", state: "pending", created_at: ctx.now(), available_at: ctx.now() });
  });

  test("of many at once that hold one that is refused none is appended", async () => {
    const good = channelName();
    await expect(db.transact((tx) => appendAll(tx, [good, "not good"].map((channel) => ({ type: counted, channel, payload: {} })), ctx))).rejects.toThrow(OutboxRefusedError);
    expect(await stored(db, good)).toEqual([]);
    expect(await db.all("SELECT 1 FROM outbox_channels WHERE channel = ?", [good])).toEqual([]);
  });

  test("a rollback takes the event, its seq and its offset back", async () => {
    const channel = channelName();
    await db.transact((tx) => append(tx, { type: counted, channel, payload: {} }, ctx));
    const failing = db.transact(async (tx) => {
      await append(tx, { type: counted, channel, payload: {} }, ctx);
      throw new Error("on purpose");
    });
    await expect(failing).rejects.toThrow("on purpose");
    await expect(db.batch([...appendStatements({ type: counted, channel, payload: {} }, ctx), { sql: "SELECT missing" }])).rejects.toThrow(/missing/);
    await db.transact((tx) => append(tx, { type: counted, channel, payload: {} }, ctx));
    const [first, second, ...more] = await stored(db, channel);
    expect([first!.offset, second!.offset, more]).toEqual([1, 2, []]);
    expect(second!.seq).toBe(first!.seq + 1);
  });

  test("at once from two Databases: offsets without gap or double, in the order of seq", async () => {
    const channel = channelName();
    const dbs = [await at.openAnother({ busyTimeoutMs: 30_000 }), await at.openAnother({ busyTimeoutMs: 30_000 })];
    const one = (index: number) => {
      const event = { type: counted, channel, payload: { index } };
      const own = dbs[index % 2]!;
      return index % 3 ? own.transact((tx) => append(tx, event, ctx)) : own.batch(appendStatements(event, ctx));
    };
    await Promise.all(Array.from({ length: 40 }, (_, index) => one(index)));
    expect((await stored(db, channel)).map(({ offset }) => offset)).toEqual(upTo(40));
    expect((await positionOf(db, [channel])).offsets).toEqual({ [channel]: 40 });
  });

  test("a guard by changes(): a repeated command brings one event for each of its channels", async () => {
    const [channel, hinted] = [channelName(), channelName()];
    const name = newId();
    const changed = { sql: "changes() > 0", args: [] };
    const send = () =>
      db.batch([
        { sql: "INSERT INTO things (name, n) VALUES (?, 1) ON CONFLICT DO NOTHING", args: [name] },
        ...appendStatements({ type: counted, channel, payload: { n: 1 }, when: changed }, ctx),
        ...appendStatements({ type: counted, channel: hinted, payload: { n: 2 }, when: changed }, ctx),
        ...appendStatements({ type: counted, audience: [hinted], payload: { name }, when: changed }, ctx),
      ]);
    await Promise.all(upTo(5).map(send));
    expect((await stored(db, channel)).map(({ offset }) => offset)).toEqual([1]);
    expect((await stored(db, hinted)).map(({ offset }) => offset)).toEqual([1]);
    expect(await db.all("SELECT count(*) AS n FROM outbox_events WHERE payload = ?", [JSON.stringify({ name })])).toEqual([{ n: 1 }]);
    expect(await db.all("SELECT channel FROM outbox_channels WHERE channel = ?", [hinted])).toHaveLength(1);
  });

  test("a guard that does not hold leaves no trace, not even of the channel", async () => {
    const channel = channelName();
    await db.batch(appendStatements({ type: counted, channel, payload: {}, when: { sql: "EXISTS (SELECT 1 FROM things WHERE name = ?)", args: ["nobody"] } }, ctx));
    expect(await stored(db, channel)).toEqual([]);
    expect(await db.all("SELECT * FROM outbox_channels WHERE channel = ?", [channel])).toEqual([]);
  });

  test("a payload may be computed in SQL", async () => {
    const channel = channelName();
    const name = newId();
    await db.batch([
      { sql: "INSERT INTO things (name, n) VALUES (?, 12)", args: [name] },
      ...appendStatements({ type: counted, channel, payload: { body: "سلام" }, payloadSql: { sql: "json_set(?, '$.n', (SELECT n FROM things WHERE name = ?), '$.at', ?)", args: ['{"body":"سلام"}', name, ctx.now()] } }, ctx),
    ]);
    expect((await stored(db, channel)).map(({ payload }) => payload)).toEqual([`{"body":"سلام","n":12,"at":${ctx.now()}}`]);
  });

  test("an audience is one row, each channel once, without offset", async () => {
    const [a, b] = [channelName(), channelName()];
    await db.transact((tx) => append(tx, { type: counted, audience: [a, b, a], payload: { for: "both" } }, ctx));
    const [row] = await db.all<Stored>("SELECT * FROM outbox_events WHERE audience IS NOT NULL ORDER BY seq DESC LIMIT 1");
    expect(row).toMatchObject({ channel: null, offset: null, audience: JSON.stringify([a, b]) });
  });
});

test("three processes at once: offsets without gap or double, in the order of seq, and each process's own order", async () => {
  const at = await testDatabase();
  const channel = channelName();
  const child = await bundled(fileURLToPath(new URL("./children/append.ts", import.meta.url)));
  const codes = await Promise.all(
    upTo(3).map(async () => {
      const appending = spawn(process.execPath, [child, at.url, channel, "60"], { stdio: ["ignore", "ignore", "inherit"] });
      return ((await once(appending, "close")) as [number])[0];
    }),
  );
  expect(codes).toEqual([0, 0, 0]);
  const events = await stored(at.db, channel);
  expect(events.map(({ offset }) => offset)).toEqual(upTo(180));
  const byProcess = new Map<number, number[]>();
  for (const { payload } of events) {
    const { n, pid } = JSON.parse(payload) as { n: number; pid: number };
    byProcess.set(pid, [...(byProcess.get(pid) ?? []), n]);
  }
  expect([...byProcess.values()]).toEqual(upTo(3).map(() => upTo(60).map((n) => n - 1)));
  await at.close();
});

describe("append refuses", () => {
  const refused = (event: OutboxEvent<Record<string, unknown>>, code: string) => {
    expect(() => appendStatements(event, ctx)).toThrow(OutboxRefusedError);
    expect(() => appendStatements(event, ctx)).toThrow(expect.objectContaining({ code }));
  };
  const accepted = (event: OutboxEvent<Record<string, unknown>>) => expect(appendStatements(event, ctx)).not.toHaveLength(0);

  test("what Channels would refuse by name", () => {
    for (const channel of ["", "with space", "private-chat/1", "قناة", "a".repeat(165), "a\n"]) refused({ type: counted, channel, payload: {} }, "bad-channel");
    accepted({ type: counted, channel: "a".repeat(164), payload: {} });
    accepted({ type: counted, channel: "private-_-=@,.;Z9", payload: {} });
    for (const name of ["", "x".repeat(201), "client-typing", "pusher:ping", "pusher_internal:member_added"]) refused({ type: durable<Record<string, unknown>>()(name), channel: "a", payload: {} }, "bad-event");
    accepted({ type: durable<Record<string, unknown>>()("x".repeat(200)), channel: "a", payload: {} });
  });

  test("an audience of nobody, of too many, or with a bad name in it", () => {
    refused({ type: counted, audience: [], payload: {} }, "bad-channel");
    refused({ type: counted, audience: ["good", "not good"], payload: {} }, "bad-channel");
    refused({ type: counted, audience: Array.from({ length: MAX_AUDIENCE + 1 }, (_, index) => `c${index}`), payload: {} }, "bad-channel");
    accepted({ type: counted, audience: Array.from({ length: MAX_AUDIENCE }, (_, index) => `c${index}`), payload: {} });
  });

  test("ephemeral events", () => refused({ type: ephemeral<Record<string, unknown>>()("health-ping"), channel: "a", payload: {} }, "not-durable"));

  test("a payload that is no object, has _event already, or is over 256 KB, counted in bytes", () => {
    for (const payload of [null, [], "text", 5, undefined, new Date(0)]) refused({ type: counted, channel: "a", payload: payload as never }, "bad-payload");
    refused({ type: counted, channel: "a", payload: { _event: {} } }, "bad-payload");
    const frame = JSON.stringify({ body: "" }).length;
    accepted({ type: counted, channel: "a", payload: { body: "x".repeat(MAX_PAYLOAD_BYTES - frame) } });
    refused({ type: counted, channel: "a", payload: { body: "x".repeat(MAX_PAYLOAD_BYTES - frame + 1) } }, "too-large");
    refused({ type: counted, channel: "a", payload: { body: "م".repeat(MAX_PAYLOAD_BYTES / 2) } }, "too-large");
  });

  test("within a transaction the whole of it", async () => {
    const at = await testDatabase();
    const failing = at.db.transact(async (tx) => {
      await append(tx, { type: counted, channel: "good", payload: {} }, ctx);
      await append(tx, { type: counted, channel: "not good", payload: {} }, ctx);
    });
    await expect(failing).rejects.toThrow(OutboxRefusedError);
    expect(await stored(at.db, "good")).toEqual([]);
    await at.close();
  });
});
