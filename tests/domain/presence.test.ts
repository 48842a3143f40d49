/** Who is here, and who is told. Covers B8 and issue 4's bar 5: the rules over a real database. */
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { directChannel, directKey, userChannel, userPresenceChannel } from "#app/domain/channels.ts";
import { openDirect } from "#app/domain/conversations/commands.server.ts";
import { newId } from "#app/domain/ids.ts";
import { hearOccupancy, LAPSED_SQL, markSeen, OCCUPIED_SQL, reconcileOccupancy, tellVisibility, turnOffline } from "#app/domain/presence/commands.server.ts";
import type { UserStatus } from "#app/domain/presence/events.ts";
import { OFFLINE_AFTER_MS, SEEN_EVERY_MS } from "#app/domain/presence/policy.ts";
import { statusesFor, STATUSES_SQL } from "#app/domain/presence/queries.server.ts";
import { CONTACTS_SQL, presenceOf, ROWS_SQL } from "#app/domain/presence/rows.server.ts";
import type { Viewer } from "#app/domain/viewer.ts";
import { DATABASE_KINDS, testDatabase, type TestDatabase } from "#tests/support/database.ts";
import { contextOver, person } from "./people.ts";

let at: TestDatabase;
let ctx: ReturnType<typeof contextOver>;
let anna: Viewer;
let ben: Viewer;
let stranger: Viewer;
beforeEach(async () => {
  at = await testDatabase();
  ctx = contextOver(at.db);
  [anna, ben, stranger] = [await person(ctx, "Anna"), await person(ctx, "Ben"), await person(ctx, "Stranger")];
  await openDirect(ctx, anna, { userId: ben.userId });
});
afterEach(() => at.close());

const wait = (ms: number) => (ctx.time.now += ms);
const occupied = (viewer: Viewer, time = ctx.now()) => hearOccupancy(ctx, [{ channel: userPresenceChannel(viewer.userId), occupied: true, at: time }]);
const vacated = (viewer: Viewer, time = ctx.now()) => hearOccupancy(ctx, [{ channel: userPresenceChannel(viewer.userId), occupied: false, at: time }]);
const asks = (viewer: Viewer) => markSeen(ctx, new Map([[viewer.userId, ctx.now()]]));
const lists = (...viewers: Viewer[]) => reconcileOccupancy(ctx, () => Promise.resolve(new Set(viewers.map(({ userId }) => userPresenceChannel(userId)))));
const status = async (viewer: Viewer, of: Viewer) => (await statusesFor(ctx, viewer, [of.userId])).statuses[0];
const told = async () =>
  (await at.db.all<{ payload: string; audience: string }>("SELECT payload, audience FROM outbox_events WHERE event = 'user-status-change' ORDER BY seq")).map(({ payload, audience }) => ({
    ...(JSON.parse(payload) as UserStatus),
    to: JSON.parse(audience) as string[],
  }));

describe("told by webhooks", () => {
  it("somebody comes and goes: one row each, to the contacts alone, with the moment of leaving", async () => {
    const came = ctx.now();
    await occupied(anna);
    expect(await status(ben, anna)).toEqual({ userId: anna.userId, online: true, lastActive: came });
    wait(60_000);
    await asks(anna);
    wait(20_000);
    const left = ctx.now();
    // Channels says so 3 s after.
    await vacated(anna, left + 3_000);
    expect(await status(ben, anna)).toEqual({ userId: anna.userId, online: false, lastActive: left });
    expect(await told()).toEqual([
      { userId: anna.userId, online: true, lastActive: came, to: [userChannel(ben.userId)] },
      { userId: anna.userId, online: false, lastActive: left, to: [userChannel(ben.userId)] },
    ]);
  });

  it("the newest by its own time counts, whichever comes last, and doubles are nothing", async () => {
    const start = ctx.now();
    wait(10_000);
    await vacated(anna, start + 5_000);
    await occupied(anna, start + 1_000);
    expect(await status(ben, anna)).toMatchObject({ online: false });
    await occupied(anna, start + 9_000);
    await vacated(anna, start + 5_000);
    await occupied(anna, start + 9_000);
    expect(await status(ben, anna)).toMatchObject({ online: true });
    expect((await told()).map(({ online }) => online)).toEqual([true]);
  });

  it("of one batch the last counts", async () => {
    const channel = userPresenceChannel(anna.userId);
    await hearOccupancy(ctx, [false, true, false].map((is) => ({ channel, occupied: is, at: ctx.now() })));
    expect((await presenceOf(at.db, [anna.userId]))[0]).toMatchObject({ occupied: false, online: false });
  });

  it("other channels, and people who do not exist, say nothing", async () => {
    const channels = [userPresenceChannel(newId()), userChannel(anna.userId), directChannel(anna.userId, ben.userId), `presence-chat-room-${newId()}`, "presence-user-'; DROP TABLE users", "presence-user-"];
    expect(await hearOccupancy(ctx, channels.map((channel) => ({ channel, occupied: true, at: ctx.now() })))).toEqual({ online: 0, offline: 0 });
    expect(await at.db.all("SELECT * FROM user_presence")).toEqual([]);
  });

  it("somebody else's browser that polls keeps them here: a late word of one that left", async () => {
    await occupied(anna);
    wait(30_000);
    const left = ctx.now();
    wait(40_000);
    await asks(anna);
    await vacated(anna, left);
    expect(await status(ben, anna)).toMatchObject({ online: true });
    wait(OFFLINE_AFTER_MS);
    await turnOffline(ctx);
    expect(await status(ben, anna)).toMatchObject({ online: false, lastActive: ctx.now() - OFFLINE_AFTER_MS });
  });

  it("whose network was gone long before was last here when last heard of", async () => {
    await occupied(anna);
    await asks(anna);
    const lastSeen = ctx.now();
    wait(150_000);
    await vacated(anna);
    expect(await status(ben, anna)).toMatchObject({ online: false, lastActive: lastSeen });
  });

  it("who polls after all is back with the next question", async () => {
    await occupied(anna);
    await asks(anna);
    wait(1_000);
    await vacated(anna);
    expect(await status(ben, anna)).toMatchObject({ online: false });
    wait(4_000);
    await asks(anna);
    expect(await status(ben, anna)).toMatchObject({ online: true });
  });
});

describe("told by sync checks", () => {
  it("writes a person's row at most every 30 s, and turns them offline a minute after the last", async () => {
    let writes = 0;
    const transact = at.db.transact.bind(at.db);
    at.db.transact = (fn) => (writes++, transact(fn));
    const from = ctx.now();
    // Twenty tabs, each asking every 5 s, for two minutes.
    for (; ctx.now() < from + 120_000; wait(250)) await asks(anna);
    expect(writes).toBe(120_000 / SEEN_EVERY_MS);
    expect(await status(ben, anna)).toMatchObject({ online: true });
    // The last one was answered from what was known: its half minute counts.
    wait(OFFLINE_AFTER_MS - SEEN_EVERY_MS - 1);
    await turnOffline(ctx);
    expect(await status(ben, anna)).toMatchObject({ online: true });
    wait(OFFLINE_AFTER_MS);
    await turnOffline(ctx);
    expect(await status(ben, anna)).toMatchObject({ online: false });
    expect((await told()).map(({ online }) => online)).toEqual([true, false]);
    await turnOffline(ctx);
    expect(await told()).toHaveLength(2);
  });

  it("outlives clocks that jump", async () => {
    wait(3_600_000);
    await asks(anna);
    wait(-3_600_000);
    await turnOffline(ctx);
    expect(await status(ben, anna)).toMatchObject({ online: false, lastActive: ctx.now() });
    await asks(anna);
    expect(await status(ben, anna)).toMatchObject({ online: true });
    wait(3_600_000);
    await turnOffline(ctx);
    await asks(anna);
    expect(await status(ben, anna)).toMatchObject({ online: true, lastActive: ctx.now() });
  });
});

describe("told by the Channels server when asked", () => {
  it("heals what webhooks did not tell", async () => {
    await occupied(anna);
    wait(OFFLINE_AFTER_MS);
    await lists(ben);
    expect(await status(ben, anna)).toMatchObject({ online: false });
    expect(await status(anna, ben)).toMatchObject({ online: true });
  });

  it("lets those be who poll", async () => {
    await occupied(anna);
    wait(50_000);
    await asks(anna);
    await lists();
    expect(await status(ben, anna)).toMatchObject({ online: true });
  });

  it("news from meanwhile count more than the answer, older ones less", async () => {
    await occupied(anna, ctx.now() - 100_000);
    const late = ctx.now() - 50_000;
    await reconcileOccupancy(ctx, async () => {
      await occupied(anna);
      return new Set();
    });
    expect(await status(ben, anna)).toMatchObject({ online: true });
    wait(100_000);
    await lists();
    await occupied(anna, late);
    expect(await status(ben, anna)).toMatchObject({ online: false });
    await reconcileOccupancy(ctx, async () => {
      await vacated(ben);
      return new Set([userPresenceChannel(ben.userId)]);
    });
    expect(await status(anna, ben)).toMatchObject({ online: false });
  });

  it("a server that does not say changes nothing; one whose clock was ahead is heard again", async () => {
    await occupied(anna, ctx.now() + 600_000);
    await reconcileOccupancy(ctx, () => Promise.resolve(null));
    expect(await status(ben, anna)).toMatchObject({ online: true });
    await lists(anna);
    wait(10_000);
    await vacated(anna);
    expect(await status(ben, anna)).toMatchObject({ online: false });
  });
});

describe("who may know", () => {
  const hide = (viewer: Viewer, shown: boolean) =>
    at.db.transact(async (tx) => {
      await tx.all("UPDATE users SET show_last_active = ? WHERE id = ?", [Number(shown), viewer.userId]);
      await tellVisibility(tx, ctx, { userId: viewer.userId, shown });
    });

  it("strangers see and hear nothing, nor does one see oneself", async () => {
    await occupied(anna);
    expect(await status(stranger, anna)).toBeUndefined();
    expect(await status(anna, anna)).toBeUndefined();
    expect((await statusesFor(ctx, anna, [anna.userId, ben.userId])).asked).toEqual([anna.userId, ben.userId]);
    expect((await statusesFor(ctx, ben, [anna.userId, stranger.userId, newId()])).statuses).toHaveLength(1);
    expect((await told()).flatMap(({ to }) => to)).toEqual([userChannel(ben.userId)]);
    await occupied(stranger);
    expect(await told()).toHaveLength(1);
  });

  it("hiding looks like leaving, without a moment; then nothing is told; showing again tells what is", async () => {
    await occupied(anna);
    await hide(anna, false);
    expect((await told()).at(-1)).toEqual({ userId: anna.userId, online: false, lastActive: 0, to: [userChannel(ben.userId)] });
    expect(await status(ben, anna)).toBeUndefined();
    wait(60_000);
    await vacated(anna);
    wait(60_000);
    await occupied(anna);
    expect(await told()).toHaveLength(2);
    await hide(anna, true);
    expect((await told()).at(-1)).toMatchObject({ online: true, lastActive: ctx.now() });
    expect(await status(ben, anna)).toMatchObject({ online: true });
  });

  it("somebody removed and somebody in a large room only know nothing", async () => {
    const room = newId();
    await at.db.batch([
      { sql: "INSERT INTO conversations (id, kind, name, access, member_count, channel, created_at) VALUES (?, 'room', 'Large', 'open', 101, ?, 1)", args: [room, `private-chat-room-${room}`] },
      ...[anna, stranger].map(({ userId }) => ({ sql: "INSERT INTO conversation_members (conversation_id, user_id, joined_at) VALUES (?, ?, 1)", args: [room, userId] })),
    ]);
    await occupied(anna);
    expect(await status(stranger, anna)).toBeUndefined();
    await at.db.batch([{ sql: "UPDATE conversations SET member_count = 100 WHERE id = ?", args: [room] }]);
    expect(await status(stranger, anna)).toMatchObject({ online: true });
    await vacated(anna, ctx.now() + 10_000);
    expect((await told()).at(-1)!.to.toSorted()).toEqual([userChannel(ben.userId), userChannel(stranger.userId)].toSorted());
    await at.db.batch([{ sql: "DELETE FROM conversation_members WHERE conversation_id = ? AND user_id = ?", args: [room, stranger.userId] }]);
    expect(await status(stranger, anna)).toBeUndefined();
    await occupied(anna, ctx.now() + 20_000);
    expect((await told()).at(-1)!.to).toEqual([userChannel(ben.userId)]);
  });

  it("a disabled person is not here", async () => {
    await occupied(anna);
    await at.db.batch([{ sql: "UPDATE users SET disabled_at = 1 WHERE id = ?", args: [anna.userId] }]);
    expect(await status(ben, anna)).toBeUndefined();
  });
});

it.each(DATABASE_KINDS)("goes alike on every driver: %s", async (kind) => {
  const database = await testDatabase(kind);
  onTestFinished(() => database.close());
  const here = contextOver(database.db);
  const [cleo, dora] = [await person(here, "Cleo"), await person(here, "Dora")];
  await openDirect(here, cleo, { userId: dora.userId });
  const channel = userPresenceChannel(cleo.userId);
  const seen = async () => (await statusesFor(here, dora, [cleo.userId])).statuses[0]?.online;
  expect(await hearOccupancy(here, [{ channel, occupied: true, at: here.now() }])).toEqual({ online: 1, offline: 0 });
  expect(await seen()).toBe(true);
  here.time.now += OFFLINE_AFTER_MS;
  expect(await reconcileOccupancy(here, () => Promise.resolve(new Set()))).toEqual({ online: 0, offline: 1 });
  expect(await seen()).toBe(false);
  expect(await markSeen(here, new Map([[cleo.userId, here.now()]]))).toEqual({ online: 1, offline: 0 });
  here.time.now += OFFLINE_AFTER_MS;
  expect(await turnOffline(here)).toEqual({ online: 0, offline: 1 });
  expect(await database.db.all("SELECT 1 FROM outbox_events WHERE event = 'user-status-change'")).toHaveLength(4);
});

it("scans no table of people or members", async () => {
  const plans = await Promise.all(
    [
      [ROWS_SQL, ["[]"]],
      [CONTACTS_SQL, ["x"]],
      [STATUSES_SQL, ["[]", "x"]],
      [OCCUPIED_SQL, []],
      [LAPSED_SQL, []],
    ].map(([sql, args]) => at.db.all<{ detail: string }>(`EXPLAIN QUERY PLAN ${sql as string}`, args as string[])),
  );
  const scans = plans.flat().map(({ detail }) => detail).filter((detail) => /^SCAN (u|p|me|c|them|user_presence)\b/.test(detail) && !/USING (COVERING )?INDEX user_presence_(occupied|online)/.test(detail));
  expect(scans).toEqual([]);
  expect(directKey(anna.userId, ben.userId)).toContain("-");
});
