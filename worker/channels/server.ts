/** The embedded Channels server: one app, one process, WebSocket and HTTP on one port. */
import { createServer } from "node:http";
import type { Server } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { setImmediate as nextTurn, setTimeout as pause } from "node:timers/promises";
import { pino } from "pino";
import type { Logger } from "pino";
import { systemClock } from "#worker/relay/clock.ts";
import type { Clock } from "#worker/relay/clock.ts";
import { ApiEndpoint } from "./api-endpoint.ts";
import { apiRoutes } from "./api-routes.ts";
import { ChannelRegistry } from "./channel-registry.ts";
import { ClientEvents } from "./client-events.ts";
import type { Connection } from "./connection.ts";
import type { AppCredentials } from "./credentials.ts";
import { FrameWriter } from "./frame-writer.ts";
import { CLOSE } from "./frames.ts";
import { startHeartbeat } from "./heartbeat.ts";
import { DEFAULT_LIMITS } from "./limits.ts";
import type { Limits } from "./limits.ts";
import { SocketEndpoint } from "./socket-endpoint.ts";
import { Subscriptions } from "./subscriptions.ts";
import { UserDirectory } from "./user-directory.ts";
import { WebhookDelivery } from "./webhook-delivery.ts";
import { WebhookNews } from "./webhook-news.ts";

/** Half a request is not waited for longer than this. */
const REQUEST_WITHIN_MS = 10_000;
/** How often requests are looked at for that; Node's own 30 s would let half a request stay four times as long. */
const REQUEST_SWEEP_MS = 2_000;
/** Sockets beyond the WebSocket connections: publishers, and those who are told that there is no room. */
const SPARE_SOCKETS = 1_000;
/** Publishers keep their connections; they close them first, so that none is cut under a request. */
const KEEP_ALIVE_MS = 65_000;
/** After a restart all clients come at once. Who finds no room waits a second for the system's next try; Node's own 511 is too few. */
const BACKLOG = 4_096;

export interface ChannelsServerOptions {
  host: string;
  /** 0: any free port. */
  port: number;
  app: AppCredentials;
  /** Where webhooks go; without it there are none. */
  webhookUrl?: string | undefined;
  /** Also tell the app of every client event. */
  webhookClientEvents?: boolean;
  log?: Logger;
  /** What is not given is the system's. */
  clock?: Partial<Clock>;
  limits?: Partial<Limits>;
}

export interface ChannelsServer {
  readonly host: string;
  readonly port: number;
  /** How many WebSocket connections are open. */
  readonly connectionCount: number;
  /** How many channels are occupied. */
  readonly channelCount: number;
  /**
   * Tells every client to reconnect (4200) and stops; resolved once no socket is left. With `replaced`, another process
   * listens on this port already, and clients are told only when nobody can come to this one any more.
   */
  close(options?: { replaced?: boolean }): Promise<void>;
}

/**
 * Starts the server.
 * @throws the system's error when the address cannot be listened on (EADDRINUSE …)
 */
export async function startChannelsServer(options: ChannelsServerOptions): Promise<ChannelsServer> {
  const limits: Limits = { ...DEFAULT_LIMITS, ...options.limits };
  const log = options.log ?? pino({ level: "silent" });
  const clock: Clock = { ...systemClock, ...options.clock };
  const { app } = options;

  const delivery = options.webhookUrl ? new WebhookDelivery({ app, url: options.webhookUrl, limits, clock, log }) : null;
  const news = delivery && new WebhookNews(limits.webhookLeaveDelayMs, clock, (event) => delivery.add(event));
  const onClientEvent = news && options.webhookClientEvents ? news.clientEvent.bind(news) : null;

  const connections = new Set<Connection>();
  let stopping: Promise<void> | null = null;
  const isStopping = () => stopping !== null;
  const registry = new ChannelRegistry(news);
  const users = new UserDirectory(app);
  const writer = new FrameWriter(limits.bufferedBytes);
  const sockets = new SocketEndpoint({
    app,
    limits,
    now: clock.monotonic,
    writer,
    users,
    subscriptions: new Subscriptions(app, registry, limits),
    clientEvents: new ClientEvents(registry, limits.clientEventsPerSecond, clock.monotonic, onClientEvent),
    isStopping,
    count: () => connections.size,
    onOpen: (connection) => connections.add(connection),
    onEnd(connection) {
      registry.leaveAll(connection);
      users.leave(connection);
      connections.delete(connection);
    },
  });
  const api = new ApiEndpoint({ app, routes: apiRoutes(registry, users), now: clock.now, log, isStopping });

  const raw = new Set<Socket>();
  let accepted = 0;
  const server = createServer({ requestTimeout: REQUEST_WITHIN_MS, headersTimeout: REQUEST_WITHIN_MS, connectionsCheckingInterval: REQUEST_SWEEP_MS, keepAliveTimeout: KEEP_ALIVE_MS });
  server.maxConnections = limits.connections + SPARE_SOCKETS;
  server.on("request", (request, response) => void api.handle(request, response));
  server.on("upgrade", (request, socket, head) => sockets.upgrade(request, socket, head));
  server.on("connection", (socket) => {
    accepted += 1;
    raw.add(socket);
    socket.once("close", () => raw.delete(socket));
  });
  await listen(server, options.host, options.port);
  const stopHeartbeat = startHeartbeat(connections, limits, clock.monotonic);
  const address = server.address() as AddressInfo;

  async function stop(replaced: boolean): Promise<void> {
    stopHeartbeat();
    delivery?.close();
    // Whoever comes from now on is the other process's.
    let closed = replaced ? stopListening() : null;
    const told = [...connections];
    for (const connection of told) connection.end(CLOSE.reconnect, "Server is closing. Please reconnect shortly.");
    writer.flush();
    // Everybody's leaving is no news: they are told to come back.
    news?.close();
    if (!closed && told.length > 0) await nobodyComes();
    sockets.sendHeldAway(replaced);
    closed ??= stopListening();
    server.closeIdleConnections();
    const cutting = setTimeout(() => raw.forEach((socket) => socket.destroy()), limits.closeGraceMs);
    await closed;
    clearTimeout(cutting);
  }

  /** Resolves once no socket is left. */
  function stopListening(): Promise<void> {
    return new Promise((resolve) => server.close(() => resolve()));
  }

  /** Until those who were told to reconnect have done so: the quick ones at once, the others one round trip later. */
  async function nobodyComes(): Promise<void> {
    const endsAt = clock.monotonic() + limits.stoppingAtMostMs;
    for (let seen = -1; seen !== accepted && clock.monotonic() < endsAt; ) {
      seen = accepted;
      await pause(limits.stoppingMs);
      // Who came while this process was busy is let in before the count is looked at.
      await nextTurn();
      await nextTurn();
    }
  }

  return {
    host: options.host,
    port: address.port,
    get connectionCount() {
      return connections.size;
    },
    get channelCount() {
      return [...registry.list()].length;
    },
    // A turn later, so that `isStopping` holds before the first connection is told.
    close: ({ replaced = false } = {}) => (stopping ??= Promise.resolve().then(() => stop(replaced))),
  };
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ port, host, backlog: BACKLOG }, () => {
      server.off("error", reject);
      resolve();
    });
  });
}
