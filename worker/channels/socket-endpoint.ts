/** The WebSocket side: who may connect to `/app/KEY`, and what becomes of each message. */
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocketServer } from "ws";
import type { RawData, WebSocket } from "ws";
import type { ClientEvents } from "./client-events.ts";
import { Connection, newSocketId } from "./connection.ts";
import { sameText } from "./credentials.ts";
import type { AppCredentials } from "./credentials.ts";
import type { FrameWriter } from "./frame-writer.ts";
import { CLOSE, PONG_FRAME, internalFrame, parseMessage, pongFrame } from "./frames.ts";
import type { Limits } from "./limits.ts";
import type { Subscriptions } from "./subscriptions.ts";
import type { UserDirectory } from "./user-directory.ts";

/** Since 5, messages have looked the same; 7 only tells the activity timeout, which older clients pass over. */
const PROTOCOLS = new Set(["5", "6", "7"]);

type Farewell = [code: number, message: string];
const BACK_IN_A_SECOND: Farewell = [CLOSE.overCapacity, "Server is restarting. Please reconnect in a second."];

export interface SocketParts {
  app: AppCredentials;
  limits: Limits;
  writer: FrameWriter;
  subscriptions: Subscriptions;
  clientEvents: ClientEvents;
  users: UserDirectory;
  /** Never jumps, in ms. */
  now: () => number;
  /** Called when a connection is open, and when it is gone from everything. */
  onOpen(connection: Connection): void;
  onEnd(connection: Connection): void;
  count(): number;
  isStopping(): boolean;
}

export class SocketEndpoint {
  readonly #server: WebSocketServer;
  /** Came while the server stops: they are told to come back only when it is gone, so that the next one is there for them. */
  #held: Connection[] | null = [];
  #farewell: Farewell = BACK_IN_A_SECOND;

  constructor(private readonly parts: SocketParts) {
    // Compression would cost ten times the fan-out and 230 instead of 13 KB a connection.
    // Pongs go the way of all frames, so that somebody who pings and does not read is bounded like any reader.
    const options = { noServer: true, perMessageDeflate: false, clientTracking: false, autoPong: false, maxPayload: parts.limits.frameBytes };
    // `closeTimeout` is newer than the published types.
    this.#server = new WebSocketServer(Object.assign(options, { closeTimeout: parts.limits.closeGraceMs }));
  }

  /** Takes over an HTTP upgrade. Refusals are told by close codes, after the handshake, as Pusher does. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.#server.handleUpgrade(request, socket, head, (ws) => this.#accept(ws, socket, request.url ?? "/"));
  }

  /**
   * Tells those who came during the stop, and those who still come, to wait a second, which clients do after 4100.
   * @param replaced another process serves on this port: they may come again at once (4200)
   */
  sendHeldAway(replaced: boolean): void {
    const held = this.#held ?? [];
    this.#held = null;
    this.#farewell = replaced ? [CLOSE.reconnect, "Server was replaced. Please reconnect."] : BACK_IN_A_SECOND;
    for (const connection of held) this.#hold(connection);
  }

  #hold(connection: Connection): void {
    if (this.#held) this.#held.push(connection);
    else connection.end(...this.#farewell);
  }

  #accept(ws: WebSocket, socket: Duplex, url: string): void {
    const { parts } = this;
    const connection = new Connection(newSocketId(), ws, socket, parts.writer, parts.onEnd, parts.now());
    ws.on("close", () => connection.gone());
    // Broken or oversized frames: ws answers with the fitting close code by itself, then closes.
    ws.on("error", () => connection.gone());
    const refusal = this.#refusal(url);
    if (refusal) return connection.end(...refusal);
    if (parts.isStopping()) return this.#hold(connection);
    parts.onOpen(connection);
    const heard = () => connection.heard(parts.now());
    ws.on("ping", (data: Buffer) => {
      heard();
      connection.send(pongFrame(data));
    });
    ws.on("pong", heard);
    ws.on("message", (data, isBinary) => {
      heard();
      if (!connection.ended) this.#receive(connection, data, isBinary);
    });
    const activityTimeout = Math.max(1, Math.round(parts.limits.activityTimeoutMs / 1000));
    connection.send(internalFrame("pusher:connection_established", { socket_id: connection.socketId, activity_timeout: activityTimeout }));
  }

  #refusal(url: string): [number, string] | null {
    const { app, limits, count } = this.parts;
    const [path = "", search = ""] = url.split("?", 2);
    const key = /^\/app\/([^/]+)\/?$/.exec(path)?.[1];
    if (key === undefined) return [CLOSE.unknownPath, "Path not found"];
    if (!sameText(key, app.key)) return [CLOSE.unknownApp, `App key ${key.slice(0, 40)} not in this cluster. Did you forget to specify the cluster?`];
    const protocol = new URLSearchParams(search).get("protocol");
    if (protocol === null) return [CLOSE.noProtocol, "No protocol version supplied"];
    if (!/^\d+$/.test(protocol)) return [CLOSE.badVersion, "Invalid version string format"];
    if (!PROTOCOLS.has(protocol)) return [CLOSE.unsupportedProtocol, "Unsupported protocol version"];
    if (count() >= limits.connections) return [CLOSE.overCapacity, "Over capacity"];
    return null;
  }

  #receive(connection: Connection, data: RawData, isBinary: boolean): void {
    if (isBinary) return connection.end(CLOSE.binary, "Only text frames are understood");
    const message = parseMessage(String(data));
    if (!message) return connection.refuse("Not a message: JSON with an event is expected");
    switch (message.event) {
      case "pusher:ping":
        return connection.send(PONG_FRAME);
      case "pusher:pong":
        return;
      case "pusher:subscribe":
        return this.parts.subscriptions.subscribe(connection, message.data);
      case "pusher:unsubscribe":
        return this.parts.subscriptions.unsubscribe(connection, message.data);
      case "pusher:signin":
        return this.parts.users.signIn(connection, message.data);
      default:
        return this.parts.clientEvents.send(connection, message.event, message.channel, message.data);
    }
  }
}
