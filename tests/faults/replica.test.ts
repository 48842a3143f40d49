/**
 * Read your writes over a read replica that lags, hangs, is cut off from its primary and dies: whoever has just written
 * finds it in his next sync, nobody is ever told to start anew, and in the end each has had all events once, in order.
 */
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Context } from "#app/domain/context.ts";
import { openDirect, sendMessage } from "#app/domain/conversations/commands.server.ts";
import { newId } from "#app/domain/ids.ts";
import { createRoom, inviteToRoom } from "#app/domain/rooms/commands.server.ts";
import { positionFor, scopesOf, syncFor } from "#app/domain/sync/queries.server.ts";
import type { Viewer } from "#app/domain/viewer.ts";
import { openDatabase, openReader, type Database } from "#db/database.ts";
import { migrate } from "#db/migrate.ts";
import { logHead } from "#db/outbox/log.ts";
import { openLogReplica, type LogReplica, type ReplicaFault, type ReplicaRead } from "#db/outbox/replica.ts";
import { syncEvents } from "#db/outbox/sync.ts";
import { person } from "#tests/domain/people.ts";
import { seeded } from "#tests/realtime/seeded.ts";
import { startSqld, type Sqld } from "#tests/support/sqld.ts";
import { startTcpProxy, type TcpProxy } from "#tests/support/tcp-proxy.ts";
import { until } from "#tests/support/wait.ts";
import { faultSuite } from "./size.ts";

const { size, seed, figures } = faultSuite("replica", { short: { faults: 5 }, full: { faults: 60 } });
const NAMES = ["Amal", "Badr", "Chadi", "Dana"];
const LONGEST_FAULT_MS = 1_500;
const LONGEST_PAUSE_MS = 40;
const BACK_WITHIN_MS = 30_000;

interface Person {
  viewer: Viewer;
  chats: string[];
  from: number;
  cursor: string;
  seqs: number[];
  clientIds: Set<string>;
}

let primary: Sqld, replicaServer: Sqld;
let link: TcpProxy;
let db: Database;
let replica: LogReplica;
let ctx: Context;
let people: Person[];
const reads: Record<ReplicaRead, number> = { served: 0, behind: 0, reset: 0, failed: 0, skipped: 0 };
const changes: (ReplicaFault | null)[] = [];

beforeAll(async () => {
  primary = await startSqld();
  db = await openDatabase(primary.url);
  await migrate(db);
  link = await startTcpProxy({ host: "127.0.0.1", port: Number(new URL(primary.replicationUrl).port) });
  replicaServer = await startSqld({ replicaOf: `http://127.0.0.1:${link.port}` });
  replica = await openLogReplica({ url: replicaServer.url, authToken: undefined, primary: db, onRead: (result) => reads[result]++, onChange: (fault) => changes.push(fault) });
  ctx = { db, replica, now: Date.now, newId };
  const viewers: Viewer[] = [];
  for (const name of NAMES) viewers.push(await person(ctx, name));
  const chats = new Map<Viewer, string[]>(viewers.map((viewer) => [viewer, []]));
  const open = (id: string, ...members: Viewer[]) => members.forEach((member) => chats.get(member)!.push(id));
  const [amal, badr, chadi, dana] = viewers as [Viewer, Viewer, Viewer, Viewer];
  for (const [one, other] of [[amal, badr], [chadi, dana], [amal, dana]] as const) open((await openDirect(ctx, one, { userId: other.userId })).conversationId, one, other);
  const { conversationId } = await createRoom(ctx, amal, { name: "Room", access: "closed" });
  for (const { userId } of viewers.slice(1)) await inviteToRoom(ctx, amal, { conversationId, userId });
  open(conversationId, ...viewers);
  people = await Promise.all(
    viewers.map(async (viewer) => {
      const { seq, cursor } = await positionFor(ctx, viewer);
      return { viewer, chats: chats.get(viewer)!, from: seq, cursor, seqs: [], clientIds: new Set<string>() };
    }),
  );
});
afterAll(async () => {
  replica?.close();
  await db?.close();
  await replicaServer?.stop();
  await link?.stop();
  await primary?.stop();
});

/** As a browser does: page after page, each from where the one before ended. */
async function catchUp(who: Person): Promise<void> {
  for (;;) {
    const { events, cursor, hasMore, reset } = await syncFor(ctx, who.viewer, who.cursor);
    expect(reset, `${who.viewer.name} is told to start anew`).toBe(false);
    for (const { seq, data } of events) {
      who.seqs.push(seq);
      if (typeof data["clientId"] === "string") who.clientIds.add(data["clientId"]);
    }
    who.cursor = cursor;
    if (!hasMore) return;
  }
}

const served = () => {
  const before = reads.served;
  return until(() => reads.served > before, { timeout: BACK_WITHIN_MS, what: "the replica to serve" });
};

test("each finds what he has just written, whatever becomes of the replica; nobody starts anew; all is complete and in order", { timeout: 3_600_000 }, async () => {
  const random = seeded(seed);
  const pick = <T>(of: readonly T[]): T => of[Math.floor(random() * of.length)]!;
  let stopped = false;
  let writes = 0;

  async function live(who: Person) {
    while (!stopped) {
      if (random() < 0.7) {
        const clientId = newId();
        await sendMessage(ctx, who.viewer, { conversationId: pick(who.chats), clientId, body: "hello" });
        writes++;
        await catchUp(who);
        expect(who.clientIds.has(clientId), `${who.viewer.name} finds what he wrote`).toBe(true);
      } else await catchUp(who);
      await pause(random() * LONGEST_PAUSE_MS);
    }
  }

  const faults: Record<string, { begin: () => unknown; end: () => unknown }> = {
    paused: { begin: () => replicaServer.kill("SIGSTOP"), end: () => replicaServer.kill("SIGCONT") },
    killed: { begin: () => replicaServer.kill("SIGKILL"), end: () => replicaServer.restart() },
    "link stalled": { begin: () => link.set({ stalled: true }), end: () => link.heal() },
    "link cut": { begin: async () => (await link.refuse(), link.reset()), end: () => link.heal() },
    "link cut, then killed": {
      begin: async () => {
        await link.refuse();
        link.reset();
        await replicaServer.kill("SIGKILL");
      },
      end: async () => {
        await link.heal();
        await replicaServer.restart();
      },
    },
  };

  async function spoil() {
    const names = Object.keys(faults);
    for (let n = 0; n < size.faults; n++) {
      // Each kind in turn, so that a short run has them all, and in any order after that.
      const fault = faults[n < names.length ? names[n]! : pick(names)]!;
      await served();
      await fault.begin();
      await pause(random() * LONGEST_FAULT_MS);
      await fault.end();
    }
    await served();
  }

  const lives = Promise.all(people.map(live));
  try {
    // Whoever misses something ends it at once.
    await Promise.race([spoil(), lives]);
  } finally {
    stopped = true;
  }
  await lives;
  for (const who of people) {
    await catchUp(who);
    const channels = (await scopesOf(ctx, who.viewer)).map(({ channel }) => channel);
    const all = await db.all<{ seq: number }>("SELECT seq FROM outbox_events WHERE seq > ? AND channel IN (SELECT value FROM json_each(?)) ORDER BY seq", [who.from, JSON.stringify(channels)]);
    expect(who.seqs).toEqual(all.map(({ seq }) => seq));
  }
  expect(reads.reset).toBe(0);
  // Else the faults were none.
  expect(reads.failed).toBeGreaterThan(0);
  expect(reads.behind + reads.skipped).toBeGreaterThan(0);
  figures({ writes, ...reads, "left alone": changes.filter((fault) => fault !== null).join(" ") });
});

test("a reader that believes the replica misses his own write, and would start anew: what is checked here is not there by itself", async () => {
  const [who] = people as [Person];
  const reader = await openReader(replicaServer.url, { answerWithinMs: 1_000 });
  const scopes = await scopesOf(ctx, who.viewer);

  async function believing() {
    await link.heal();
    await until(async () => (await logHead(reader)).seq === (await logHead(db)).seq, { what: "the replica to catch up" });
    link.set({ stalled: true });
    const { cursor: before } = await syncEvents(db, scopes, null);
    await sendMessage(ctx, who.viewer, { conversationId: who.chats[0]!, clientId: newId(), body: "mine" });
    const { cursor: after } = await syncEvents(db, scopes, null);
    return { before, after, own: await syncEvents(reader, scopes, before), further: await syncEvents(reader, scopes, after) };
  }

  // Cut off in the middle of what it replicates sqld may answer nothing at all (then once more), or go back a step.
  const { before, after, own, further } = await until(believing, { timeout: 30_000, what: "an answer of a replica that lags" });
  expect(own.events).toEqual([]);
  expect(further.reset).toBe(true);
  expect((await syncFor(ctx, who.viewer, before)).events).not.toEqual([]);
  expect(await syncFor(ctx, who.viewer, after)).toMatchObject({ events: [], reset: false });
  reader.close();
  await link.heal();
});
