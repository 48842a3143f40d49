/** A WebSocket client that knows nothing of good manners: for what pusher-js would never send. */
import { onTestFinished } from "vitest";
import { WebSocket } from "ws";
import { channelAuth, userAuth } from "#worker/channels/credentials.ts";
import { until } from "#tests/support/wait.ts";
import { patienceMs } from "./target.ts";
import type { Target } from "./target.ts";

export interface Frame {
  event: string;
  channel?: string;
  data?: unknown;
  user_id?: string;
}

/** `data` as a client reads it: parsed when it is JSON in a string. */
export function dataOf(frame: Frame): Record<string, unknown> {
  return (typeof frame.data === "string" ? JSON.parse(frame.data) : frame.data) as Record<string, unknown>;
}

export class SocketClient {
  readonly frames: Frame[] = [];
  closed: { code: number; reason: string } | null = null;
  #read = 0;

  constructor(
    readonly ws: WebSocket,
    readonly target: Target,
  ) {
    ws.on("message", (data, isBinary) => {
      if (isBinary) throw new Error("a server never sends binary frames");
      this.frames.push(JSON.parse(String(data)) as Frame);
    });
    ws.on("close", (code, reason) => (this.closed = { code, reason: String(reason) }));
    // A refused handshake or a reset is seen in `closed`.
    ws.on("error", () => undefined);
  }

  get socketId(): string {
    return String(dataOf(this.frames[0]!)["socket_id"]);
  }

  /** The next frame that fits, after those already asked for. */
  next(event: string, fits: (frame: Frame) => boolean = () => true): Promise<Frame> {
    return until(
      () => {
        const index = this.frames.findIndex((frame, at) => at >= this.#read && frame.event === event && fits(frame));
        if (index < 0) return null;
        this.#read = index + 1;
        return this.frames[index];
      },
      { timeout: patienceMs(), interval: 3, what: `${event} (came: ${this.frames.map((frame) => frame.event).join(", ")}; closed: ${this.closed?.code})` },
    );
  }

  closing(): Promise<{ code: number; reason: string }> {
    return until(() => this.closed, { timeout: patienceMs(), interval: 3, what: "the connection to close" });
  }

  send(message: unknown): void {
    this.ws.send(typeof message === "string" ? message : JSON.stringify(message));
  }

  subscribe(channel: string, channelData?: string): void {
    const signed = /^(private|presence)-/.test(channel);
    const auth = signed ? channelAuth(this.target.app, this.socketId, channel, channelData) : undefined;
    this.send({ event: "pusher:subscribe", data: { channel, auth, channel_data: channelData } });
  }

  /** Subscribes and waits for the success. */
  async join(channel: string, member?: { user_id: string; user_info?: unknown }): Promise<Frame> {
    this.subscribe(channel, member && JSON.stringify(member));
    return this.next("pusher_internal:subscription_succeeded", (frame) => frame.channel === channel);
  }

  async signIn(userId: string): Promise<void> {
    const userData = JSON.stringify({ id: userId });
    this.send({ event: "pusher:signin", data: { auth: userAuth(this.target.app, this.socketId, userData), user_data: userData } });
    await this.next("pusher:signin_success");
  }

  /** When this resolves, everything sent before has been dealt with. */
  async settled(): Promise<void> {
    this.send({ event: "pusher:ping", data: {} });
    await this.next("pusher:pong");
  }

  /** Events that clients or the app sent on a channel, in order. */
  events(channel: string): Frame[] {
    return this.frames.filter((frame) => frame.channel === channel && !frame.event.startsWith("pusher"));
  }

  close(): void {
    this.ws.close();
  }
}

/** Opens a socket and waits for nothing: for connections that are refused. */
export function openSocket(target: Target, path?: string): SocketClient {
  const ws = new WebSocket(`ws://${target.host}:${target.port}${path ?? `/app/${target.app.key}?protocol=7&client=test&version=1.0`}`);
  onTestFinished(() => ws.terminate());
  return new SocketClient(ws, target);
}

export async function connect(target: Target): Promise<SocketClient> {
  const client = openSocket(target);
  await client.next("pusher:connection_established");
  return client;
}
