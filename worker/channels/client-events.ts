/** Events that clients send each other: where they are allowed, how many, and who they are said to come from. */
import type { ChannelRegistry } from "./channel-registry.ts";
import type { Connection } from "./connection.ts";
import { CLIENT_EVENT_RATE } from "./frames.ts";
import { MAX_DATA_BYTES, MAX_EVENT_NAME_LENGTH } from "./limits.ts";
import { allowsClientEvents } from "./names.ts";

const RATE_WINDOW_MS = 1_000;

export interface ClientEvent {
  channel: string;
  event: string;
  data: unknown;
  socketId: string;
  userId: string | null;
}

export class ClientEvents {
  constructor(
    private readonly registry: ChannelRegistry,
    private readonly perSecond: number,
    private readonly now: () => number,
    private readonly onEvent: ((event: ClientEvent) => void) | null,
  ) {}

  /** Passes the event on to the channel's other connections, or tells the sender why not. */
  send(connection: Connection, event: string, channel: unknown, data: unknown): void {
    const refusal = this.#refusal(connection, event, channel, data);
    if (refusal) return connection.refuse(`Client event rejected - ${refusal}`);
    const name = channel as string;
    if (!this.#withinRate(connection))
      return connection.refuse(`Client event rejected - more than ${this.perSecond} a second`, CLIENT_EVENT_RATE);
    // The id is the one that was signed at subscription: whatever the sender writes beside it is not passed on.
    const userId = connection.channels.get(name) ?? null;
    this.registry.publish(name, event, data ?? {}, connection.socketId, userId);
    this.onEvent?.({ channel: name, event, data: data ?? {}, socketId: connection.socketId, userId });
  }

  #refusal(connection: Connection, event: string, channel: unknown, data: unknown): string | null {
    if (!event.startsWith("client-")) return "the name must begin with client-";
    if (event.length > MAX_EVENT_NAME_LENGTH) return `the name is longer than ${MAX_EVENT_NAME_LENGTH} characters`;
    if (typeof channel !== "string" || !allowsClientEvents(channel)) return "only supported on private and presence channels";
    if (!connection.channels.has(channel)) return "you are not subscribed to the channel";
    const text = typeof data === "string" ? data : JSON.stringify(data ?? {});
    return Buffer.byteLength(text) > MAX_DATA_BYTES ? `the data is longer than ${MAX_DATA_BYTES} bytes` : null;
  }

  #withinRate(connection: Connection): boolean {
    const now = this.now();
    const times = (connection.clientEvents ??= []);
    while (times.length > 0 && now - times[0]! >= RATE_WINDOW_MS) times.shift();
    if (times.length >= this.perSecond) return false;
    times.push(now);
    return true;
  }
}
