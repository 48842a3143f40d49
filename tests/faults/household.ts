/** A whole house for fault suites: the real processes, three people, a chat of each two, and tabs behind bad networks. */
import type { PublicChannels } from "#app/config/settings.ts";
import { openDirect } from "#app/domain/conversations/commands.server.ts";
import type { Context } from "#app/domain/context.ts";
import { roomChannel } from "#app/domain/channels.ts";
import { createRoom, inviteToRoom } from "#app/domain/rooms/commands.server.ts";
import { newId } from "#app/domain/ids.ts";
import type { Viewer } from "#app/domain/viewer.ts";
import { viewerByToken } from "#app/domain/accounts/queries.server.ts";
import { startSession } from "#app/domain/accounts/sessions.server.ts";
import { insertUser } from "#app/domain/accounts/commands.server.ts";
import type { Database } from "#db/database.ts";
import { openDatabase } from "#db/database.ts";
import { TestBrowser, DEMO_PASSWORD } from "#tests/support/http.ts";
import { startRoost, type Roost, type RoostOptions } from "#tests/support/processes.ts";
import { startTcpProxy, type TcpProxy } from "#tests/support/tcp-proxy.ts";

const DEMO = ["parent@roost.test", "other@roost.test", "admin@roost.test"];

export interface Client {
  viewer: Viewer;
  cookie: string;
  /** Between this client and the app. */
  http: TcpProxy;
  /** Between this client and Channels. */
  ws: TcpProxy;
  channels: PublicChannels;
  origin: string;
}

export interface Household {
  roost: Roost;
  /** The same database, for looking, and for what happens elsewhere. */
  db: Database;
  ctx: Context;
  clients: Client[];
  chatOf: (a: Client, b: Client) => Promise<string>;
  /** A closed room of all of them. */
  roomOf: (all: readonly Client[]) => Promise<{ id: string; channel: string }>;
  /** Somebody more, who has no browser here. */
  someone: (name: string) => Promise<Viewer>;
  stop: () => Promise<void>;
}

export async function startHousehold(options: RoostOptions = {}): Promise<Household> {
  const roost = await startRoost(options);
  const db = await openDatabase(roost.databaseUrl);
  const ctx: Context = { db, now: () => Date.now(), newId };
  const proxies: TcpProxy[] = [];
  const clients: Client[] = [];
  for (const email of DEMO) {
    const browser = new TestBrowser(roost.url);
    const answer = await browser.post("/login", { email, password: DEMO_PASSWORD });
    if (answer.status !== 302) throw new Error(`signing in as ${email} answered ${answer.status}`);
    const [user] = await db.all<{ id: string; name: string; hue: number }>("SELECT id, name, hue FROM users WHERE email = ?", [email]);
    const http = await startTcpProxy({ host: "127.0.0.1", port: Number(roost.env["PORT"]) });
    const ws = await startTcpProxy({ host: "127.0.0.1", port: Number(roost.env["CHANNELS_PORT"]) });
    proxies.push(http, ws);
    clients.push({
      viewer: { userId: user!.id, sessionId: newId(), name: user!.name, email, role: "member", hue: user!.hue },
      cookie: browser.cookieHeader,
      http,
      ws,
      origin: `http://127.0.0.1:${http.port}`,
      // By name: where Channels refuses, its client also tries TLS, for which Node wants no address.
      channels: { key: roost.env["PUSHER_KEY"]!, cluster: "local", host: "localhost", port: ws.port, useTLS: false, clientEvents: true },
    });
  }
  return {
    roost,
    db,
    ctx,
    clients,
    chatOf: async (a, b) => (await openDirect(ctx, a.viewer, { userId: b.viewer.userId })).conversationId,
    async roomOf([owner, ...guests]) {
      const { conversationId: id } = await createRoom(ctx, owner!.viewer, { name: "Room", access: "closed" });
      for (const { viewer } of guests) await inviteToRoom(ctx, owner!.viewer, { conversationId: id, userId: viewer.userId });
      return { id, channel: roomChannel(id) };
    },
    someone: async (name) =>
      db.transact(async (tx) => {
        const userId = await insertUser(tx, ctx, { name, email: `${newId()}@roost.test`, passwordHash: null, timeZone: null });
        const { token } = await startSession(tx, ctx, { userId: userId!, userAgent: "" });
        return { token };
      }).then(async ({ token }) => (await viewerByToken(ctx, token))!.viewer),
    async stop() {
      for (const proxy of proxies) await proxy.stop();
      await db.close();
      await roost.stop();
    },
  };
}
