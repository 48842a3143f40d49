/** The outbox in the console: what it counts is what it changes, in order, once, written down; and nobody else's business (G5, bars 4 and 8). */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { directChannel } from "#app/domain/channels.ts";
import type { Context } from "#app/domain/context.ts";
import { openDirect, sendMessage } from "#app/domain/conversations/commands.server.ts";
import { newId } from "#app/domain/ids.ts";
import { recentOperations } from "#app/domain/maintenance/operation-log.server.ts";
import { startOperation } from "#app/domain/maintenance/operations.server.ts";
import { outboxCharts } from "#app/domain/outbox/charts.server.ts";
import { dropEvents, requeueEvents, retryEvents } from "#app/domain/outbox/commands.server.ts";
import { changedBy, EVENT_STATES, EVENT_VERBS, type EventFilter } from "#app/domain/outbox/filter.ts";
import { masked } from "#app/domain/outbox/mask.ts";
import { outboxEvent, outboxEvents, outboxOverview, previewOf } from "#app/domain/outbox/queries.server.ts";
import { REPORTED_WITHIN_MS, reportReceived } from "#app/domain/outbox/received.server.ts";
import type { Viewer } from "#app/domain/viewer.ts";
import { browseStatements, drivenBy } from "#db/outbox/browse.ts";
import { acquireLease, RELAY_LEASE } from "#db/outbox/lease.ts";
import { FAILURES_SQL, WAITING_SQL } from "#db/outbox/overview.ts";
import { COUNT_SAMPLES_SQL, KEEP_SAMPLES_SQL } from "#db/outbox/received.ts";
import { PRUNE_ROLLUPS_SQL, ROLLED_UP_SQL } from "#db/outbox/rollups.ts";
import { settle } from "#db/outbox/settle.ts";
import { testDatabase, type TestDatabase } from "#tests/support/database.ts";
import { contextOver, person } from "./people.ts";

let test: TestDatabase;
let ctx: Context;
let admin: Viewer, amal: Viewer, badr: Viewer, chadi: Viewer;
beforeEach(async () => {
  test = await testDatabase();
  ctx = contextOver(test.db);
  [admin, amal, badr, chadi] = [{ ...(await person(ctx, "Admin")), role: "admin" as const }, await person(ctx, "Amal"), await person(ctx, "Badr"), await person(ctx, "Chadi")];
});
afterEach(() => test.close());

/** Rows as they would be after a while: `state` by number, on a few channels. */
const fill = (count: number, state: string, more = "NULL") =>
  test.db.batch([
    {
      sql: `WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < ?)
        INSERT INTO outbox_events (id, channel, offset, event, payload, state, attempts, available_at, created_at, first_error, last_error, signature)
        SELECT lower(hex(randomblob(16))), 'private-filled-' || (n % 3), n, CASE n % 2 WHEN 0 THEN 'even' ELSE 'odd' END, '{"n":1}', ?, CASE WHEN ? = 'pending' THEN 0 ELSE 1 END, 1, n, ${more}, ${more}, ${more} FROM n`,
      args: [count, state, state],
    },
  ]);
const states = async (where = "true") => Object.fromEntries((await test.db.all<{ state: string; n: number }>(`SELECT state, count(*) AS n FROM outbox_events WHERE ${where} GROUP BY state`)).map(({ state, n }) => [state, n]));

describe("all that match a filter", () => {
  it("are exactly those that were counted, also over several transactions; what comes after does not count; again changes nothing", async () => {
    await fill(1_300, "dead", "'bad-request: 400 no'");
    const filter: EventFilter = { state: "dead", event: "even" };
    const preview = await previewOf(ctx, admin, "retry", filter);
    expect(preview).toMatchObject({ count: 650, hasMore: false });
    await fill(20, "dead");
    expect(await retryEvents(ctx, admin, { filter, upTo: preview.upTo })).toEqual({ asked: 650, changed: 650 });
    expect(await states("event = 'even'")).toEqual({ dead: 10, pending: 650 });
    expect(await states("event = 'odd'")).toEqual({ dead: 660 });
    expect(await retryEvents(ctx, admin, { filter, upTo: preview.upTo })).toEqual({ asked: 0, changed: 0 });
    expect(await recentOperations(ctx, admin)).toMatchObject([{ kind: "outbox-retry", actorName: "Admin", itemCount: 650, items: ["state=dead", "event=even"], state: "succeeded", failureCount: 0 }]);
  });

  it("over more than one state go in the order of their commits", async () => {
    for (const state of ["dropped", "dead", "dropped", "dead"]) await fill(400, state);
    const order: number[] = [];
    const watched: Context = { ...ctx, db: { ...ctx.db, all: (sql, args) => ctx.db.all(sql, args), batch: async (statements) => {
      const answers = await ctx.db.batch(statements);
      if (statements[0]!.sql.includes("state IN ('dead', 'dropped')")) order.push(...(JSON.parse(String(statements[0]!.args![1])) as number[]));
      return answers;
    } } };
    expect(await requeueEvents(watched, admin, { filter: {} })).toEqual({ asked: 1_600, changed: 1_600 });
    expect(order).toEqual(order.toSorted((a, b) => a - b));
    expect(order).toHaveLength(1_600);
  });

  it("what each verb changes: nothing else moves, whatever is asked for", async () => {
    for (const verb of EVENT_VERBS)
      for (const state of [undefined, ...EVENT_STATES]) {
        await test.db.batch([{ sql: "DELETE FROM outbox_events" }]);
        for (const each of ["pending", "delivered", "dead", "dropped"]) await fill(4, each);
        await test.db.batch([{ sql: "UPDATE outbox_events SET attempts = 2 WHERE state = 'pending' AND event = 'odd'" }]);
        const filter: EventFilter = { state };
        const { count } = await previewOf(ctx, admin, verb, filter);
        const { changed } = await { retry: retryEvents, requeue: requeueEvents, drop: dropEvents }[verb](ctx, admin, { filter });
        expect([verb, state, changed]).toEqual([verb, state, count]);
        expect(changed).toBe(changedBy(verb, filter).length === 0 ? 0 : { retry: { dead: 4, retrying: 2, pending: 2, delivered: 0, dropped: 0 }, requeue: { dead: 4, dropped: 4, pending: 0, retrying: 0, delivered: 0 }, drop: { dead: 4, pending: 4, retrying: 2, delivered: 0, dropped: 0 } }[verb][state ?? "dead"] + (state === undefined ? { retry: 2, requeue: 4, drop: 4 }[verb] : 0));
        expect((await states())["delivered"]).toBe(4);
      }
  });

  it("wait for another admin's", async () => {
    await fill(3, "dead");
    await startOperation(ctx, { kind: "outbox-drop", actor: admin, items: [], steps: 1, exclusive: "outbox" });
    await expect(retryEvents(ctx, admin, { filter: {} })).rejects.toMatchObject({ code: "operation-running" });
    expect(await states()).toEqual({ dead: 3 });
  });
});

it("events named one by one: those that it applies to change, the others stay, and a second press does nothing", async () => {
  await fill(2, "dead");
  await fill(1, "delivered");
  const ids = (await test.db.all<{ id: string }>("SELECT id FROM outbox_events ORDER BY seq")).map(({ id }) => id);
  expect(await dropEvents(ctx, admin, { ids: [...ids, newId()] })).toEqual({ asked: 4, changed: 2 });
  expect(await dropEvents(ctx, admin, { ids })).toEqual({ asked: 3, changed: 0 });
  expect(await states()).toEqual({ delivered: 1, dropped: 2 });
  expect(await recentOperations(ctx, admin)).toMatchObject([{ kind: "outbox-drop", itemCount: 2 }]);
});

describe("what is shown", () => {
  it("failures by cause, the most frequent first; figures; pages that go on to the last", async () => {
    await fill(90, "dead", "'bad-request: 400 a'");
    await fill(10, "dead", "'payload-too-large: 413 b'");
    await fill(5, "delivered", "'timeout: c'");
    const { failures, dead, pending, relays } = await outboxOverview(ctx, admin);
    expect(failures.map(({ signature, state, count }) => [signature, state, count])).toEqual([
      ["bad-request: 400 a", "dead", 90],
      ["payload-too-large: 413 b", "dead", 10],
    ]);
    expect({ dead, pending, relays }).toEqual({ dead: 100, pending: 0, relays: [] });
    const seen: number[] = [];
    for (let before: number | null = null; ; ) {
      const page = await outboxEvents(ctx, admin, { state: "dead", channel: "private-filled-1" }, before);
      seen.push(...page.events.map(({ seq }) => seq));
      if (page.next === null) break;
      before = page.next;
    }
    expect(seen).toEqual((await test.db.all<{ seq: number }>("SELECT seq FROM outbox_events WHERE state = 'dead' AND channel = 'private-filled-1' ORDER BY seq DESC")).map(({ seq }) => seq));
  });

  it("never what people wrote", async () => {
    const { conversationId } = await openDirect(ctx, amal, { userId: badr.userId });
    await sendMessage(ctx, amal, { conversationId, clientId: newId(), body: "the cake is for Badr" });
    for (const { id } of await test.db.all<{ id: string }>("SELECT id FROM outbox_events")) expect(JSON.stringify(await outboxEvent(ctx, admin, id))).not.toMatch(/cake|Amal/);
    expect(masked({ a: 1, "a key with words": "x", nested: [{ deep: "secret" }] })).toEqual({ kind: "object", entries: [["a", { kind: "plain", text: "1" }], ["…", { kind: "hidden", characters: 1 }], ["nested", { kind: "list", items: [{ kind: "object", entries: [["deep", { kind: "hidden", characters: 6 }]] }], more: 0 }]] });
  });

  it("only to admins", async () => {
    for (const attempt of [() => outboxOverview(ctx, amal), () => outboxEvents(ctx, amal, {}, null), () => outboxEvent(ctx, amal, newId()), () => outboxCharts(ctx, amal, "hour", "accepted"), () => previewOf(ctx, amal, "drop", {}), () => retryEvents(ctx, amal, { filter: {} }), () => requeueEvents(ctx, amal, { filter: {} }), () => dropEvents(ctx, amal, { ids: [newId()] })])
      await expect(attempt()).rejects.toMatchObject({ code: "forbidden" });
    await expect(outboxEvent(ctx, admin, newId())).rejects.toMatchObject({ code: "not-found" });
  });
});

describe("a browser's report of what it received", () => {
  let event: { id: string; seq: number };
  let at: number;
  beforeEach(async () => {
    const { conversationId } = await openDirect(ctx, amal, { userId: badr.userId });
    await sendMessage(ctx, amal, { conversationId, clientId: newId(), body: "hello" });
    await acquireLease(test.db, RELAY_LEASE, "a", 1);
    [event] = (await test.db.all("SELECT id, seq FROM outbox_events WHERE channel = ? AND event = 'new-message'", [directChannel(amal.userId, badr.userId)])) as [{ id: string; seq: number }];
    const [row] = await test.db.all<{ at: number }>("SELECT created_at AS at FROM outbox_events WHERE seq = ?", [event.seq]);
    at = row!.at;
    await settle(test.db, 1, [{ seq: event.seq, state: "delivered", attempts: 1, publishedAt: at + 30, latencyMs: 30 }]);
    ctx = { ...ctx, now: () => at + 1_000 };
  });
  const report = (viewer: Viewer, when: number, id = event.id) => reportReceived(ctx, viewer, { samples: [{ id, at: when }] });
  const measured = async () => (await outboxCharts(ctx, admin, "hour", "received")).totals;

  it("counts once a person, and shows beside the event and in the charts", async () => {
    expect(await report(badr, at + 50)).toEqual({ taken: 1 });
    expect(await report(badr, at + 900)).toEqual({ taken: 0 });
    expect(await report(amal, at + 70)).toEqual({ taken: 1 });
    expect((await outboxEvent(ctx, admin, event.id)).received).toEqual({ count: 2, fastestMs: 50, medianMs: 50, slowestMs: 70 });
    expect(await measured()).toMatchObject({ received: { count: 2, percentiles: { 0.99: 70 } }, travelled: { count: 2, percentiles: { 0.5: 20 } }, accepted: { count: 1 } });
  });

  it("is passed over where it cannot be true: of others' channels, before the commit, from the future, long after, of no event", async () => {
    expect(await report(chadi, at + 50)).toEqual({ taken: 0 });
    expect(await report(badr, at - 5_000)).toEqual({ taken: 0 });
    expect(await report(badr, at + 60_000)).toEqual({ taken: 0 });
    expect(await report(badr, at + 50, newId())).toEqual({ taken: 0 });
    ctx = { ...ctx, now: () => at + REPORTED_WITHIN_MS + 1 };
    expect(await report(badr, at + 50)).toEqual({ taken: 0 });
    expect((await measured()).received.count).toBe(0);
  });
});

describe("no question of the console scans", () => {
  const scans = async (sql: string, args: (string | number | null)[]) =>
    (await test.db.all<{ detail: string }>(`EXPLAIN QUERY PLAN ${sql}`, args)).map(({ detail }) => detail).filter((detail) => /^SCAN (outbox_events|outbox_rollups|outbox_attempts|received_samples|rolled|old|own|first|later|event|sample|known|oldest|newest)\b(?!.*VIRTUAL TABLE)/.test(detail) && !/USING (COVERING )?INDEX outbox_events_(pending|retrying|dead|dropped)\b/.test(detail));
  const filters: EventFilter[] = EVENT_STATES.map((state): EventFilter => ({ state }))
    .concat({}, { channel: "c" }, { event: "e" }, { signature: "s" })
    .flatMap((filter) => [filter, { ...filter, channel: "c" }, { ...filter, event: "e" }, { ...filter, signature: "s" }, { ...filter, channel: "c", event: "e", signature: "s" }]);

  it("whatever is asked for: it goes by an index, or back from the newest by the primary key", async () => {
    for (const filter of filters) {
      const { floor, rows, count, seqs } = browseStatements(filter);
      expect(await scans(floor.sql, [...floor.args, 9] as never)).toEqual([]);
      expect(await scans(rows.sql, [...rows.args, 9, 0, ...rows.rest, 9] as never)).toEqual([]);
      expect(await scans(count.sql, [...count.args, 9, ...count.rest, 9] as never)).toEqual([]);
      expect(await scans(seqs.sql, [...seqs.args, 0, 9, ...seqs.rest, 9] as never)).toEqual([]);
      expect((await test.db.all<{ detail: string }>(`EXPLAIN QUERY PLAN ${rows.sql}`, [...rows.args, 9, 0, ...rows.rest, 9] as never)).some(({ detail }) => detail.includes("TEMP B-TREE"))).toBe(false);
      expect(drivenBy(filter).by.args.length + (drivenBy(filter).rest?.args.length ?? 0)).toBe(["channel", "event", "signature"].filter((name) => name in filter).length);
    }
  });

  it.each([
    ["what waits", WAITING_SQL, []],
    ["failures by cause", FAILURES_SQL, []],
    ["charts", ROLLED_UP_SQL, [1, 1, '["accepted"]', 1, 0, 9]],
    ["pruning of figures", PRUNE_ROLLUPS_SQL, ["[]"]],
    ["counting samples", COUNT_SAMPLES_SQL, ["[]", "u"]],
    ["keeping samples", KEEP_SAMPLES_SQL, ["u", "[]"]],
  ] as const)("%s", async (_name, sql, args) => expect(await scans(sql, [...args])).toEqual([]));

  it("and one that did would be noticed", async () => expect(await scans("SELECT * FROM outbox_events WHERE payload = ?", ["x"])).toHaveLength(1));
});
