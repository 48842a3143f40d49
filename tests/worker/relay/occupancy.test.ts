/** Asking a Channels server who is connected, and what the scheduler makes of its answers. Covers B8 (without webhooks). */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, it, onTestFinished } from "vitest";
import { WebSocket } from "ws";
import type { ChannelsApp } from "#app/config/settings.ts";
import { userPresenceChannel } from "#app/domain/channels.ts";
import { presenceOf } from "#app/domain/presence/rows.server.ts";
import { hearOccupancy } from "#app/domain/presence/commands.server.ts";
import { contextOver, person } from "#tests/domain/people.ts";
import { testDatabase, type TestDatabase } from "#tests/support/database.ts";
import { INSTALL_TIMEOUT_MS, startSoketi } from "#tests/support/soketi.ts";
import { until } from "#tests/support/wait.ts";
import { channelAuth } from "#worker/channels/credentials.ts";
import { startChannelsServer } from "#worker/channels/server.ts";
import { pusherOccupancy, type Occupancy } from "#worker/relay/publishers/occupancy.ts";
import { offlineUsers, reconcilePresence, SILENT_AFTER } from "#worker/scheduler/presence.ts";
import { emptyStorage } from "#tests/support/uploads.ts";

const app = { id: "asked", key: "asked-key", secret: "asked-secret" };
const at = (port: number, change: Partial<ChannelsApp> = {}): ChannelsApp => ({ appId: app.id, key: app.key, secret: app.secret, cluster: "local", host: "127.0.0.1", port, useTLS: false, ...change });
const ANNA = userPresenceChannel("a".repeat(32));

async function subscribed(port: number, channel: string): Promise<WebSocket> {
  const ws = new WebSocket(`ws://127.0.0.1:${port}/app/${app.key}?protocol=7&client=test&version=1.0`);
  onTestFinished(() => ws.terminate());
  await new Promise<void>((resolve, reject) => {
    ws.on("error", reject);
    ws.on("message", (data) => {
      const { event, data: content } = JSON.parse(String(data)) as { event: string; data: string };
      const member = JSON.stringify({ user_id: channel.split("-").at(-1) });
      if (event === "pusher:connection_established") {
        const { socket_id: socketId } = JSON.parse(content) as { socket_id: string };
        ws.send(JSON.stringify({ event: "pusher:subscribe", data: { channel, auth: channelAuth(app, socketId, channel, member), channel_data: member } }));
      }
      if (event === "pusher_internal:subscription_succeeded") resolve();
    });
  });
  return ws;
}

it.each(["embedded", "soketi"] as const)("lists the occupied channels of a prefix: %s", { timeout: INSTALL_TIMEOUT_MS }, async (kind) => {
  const server = kind === "soketi" ? await startSoketi(app) : await startChannelsServer({ host: "127.0.0.1", port: 0, app });
  onTestFinished(async () => void ("stop" in server ? await server.stop() : await server.close()));
  const occupancy = pusherOccupancy(at(server.port));
  expect(await occupancy.occupied(userPresenceChannel(""))).toEqual(new Set());
  const ws = await subscribed(server.port, ANNA);
  await subscribed(server.port, `presence-chat-room-${"c".repeat(32)}`);
  await until(async () => (await occupancy.occupied(userPresenceChannel("")))?.has(ANNA), { what: "the channel to be listed" });
  expect(await occupancy.occupied(userPresenceChannel(""))).toEqual(new Set([ANNA]));
  ws.close();
  await until(async () => (await occupancy.occupied(userPresenceChannel("")))?.size === 0, { what: "the channel to be empty" });
  // Not ours, or not there: it does not say.
  expect(await pusherOccupancy(at(server.port, { appId: "another" })).occupied("")).toBeNull();
  expect(await pusherOccupancy(at(server.port, { secret: "another" })).occupied("")).toBeNull();
  expect(await pusherOccupancy(at(1)).occupied("")).toBeNull();
});

it("takes nothing for an answer that is none, and does not wait for ever", async () => {
  let reply = "";
  let ends = true;
  const server: Server = createServer((_request, response) => void (ends ? response.end(reply) : response.write(reply)));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void (server.closeAllConnections(), server.close()));
  const occupancy = pusherOccupancy(at((server.address() as AddressInfo).port));
  for (reply of ["", "<html>", "null", "{}", '{"channels":[]}', '{"ok":false,"code":401}']) expect(await occupancy.occupied(""), reply).toBeNull();
  ends = false;
  reply = '{"channels":';
  expect(await occupancy.occupied("")).toBeNull();
});

let test: TestDatabase;
beforeEach(async () => void (test = await testDatabase()));
afterEach(() => test.close());

it("a server that does not answer again and again has nobody; without one there is nobody; who polls stays", async () => {
  const ctx = contextOver(test.db);
  const { userId } = await person(ctx, "Anna");
  const here = async () => (await presenceOf(test.db, [userId]))[0]!;
  let answer: ReadonlySet<string> | null = null;
  const occupancy: Occupancy = { occupied: () => Promise.resolve(answer) };
  const arrive = () => hearOccupancy(ctx, [{ channel: userPresenceChannel(userId), occupied: true, at: (ctx.time.now += 60_000) }]);
  await arrive();
  ctx.time.now += 60_000;
  for (let failures = 1; failures < SILENT_AFTER; failures++) expect(await reconcilePresence({ ...ctx, occupancy, storage: emptyStorage() })).toEqual({ cameOnline: 0, wentOffline: 0 });
  // An answer in between, and it begins anew.
  answer = new Set([userPresenceChannel(userId)]);
  await reconcilePresence({ ...ctx, occupancy, storage: emptyStorage() });
  answer = null;
  for (let failures = 1; failures < SILENT_AFTER; failures++) await reconcilePresence({ ...ctx, occupancy, storage: emptyStorage() });
  expect(await here()).toMatchObject({ online: true, occupied: true });
  expect(await reconcilePresence({ ...ctx, occupancy, storage: emptyStorage() })).toEqual({ cameOnline: 0, wentOffline: 1 });

  await arrive();
  ctx.time.now += 60_000;
  expect(await reconcilePresence({ ...ctx, occupancy: null, storage: emptyStorage() })).toEqual({ cameOnline: 0, wentOffline: 1 });
  expect(await offlineUsers({ ...ctx, occupancy: null, storage: emptyStorage() })).toEqual({ wentOffline: 0 });
});
