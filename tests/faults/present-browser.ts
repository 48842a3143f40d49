/** A browser of somebody as far as being here goes: a socket on the person's own two channels, authorised by the app, and sync checks. */
import { WebSocket } from "ws";
import { userChannel, userPresenceChannel } from "#app/domain/channels.ts";
import type { UserStatus } from "#app/domain/presence/events.ts";
import type { TestBrowser } from "#tests/support/http.ts";
import { until } from "#tests/support/wait.ts";

interface Frame {
  event: string;
  channel?: string;
  data?: string | { socket_id: string };
}

export interface SignedInPerson {
  userId: string;
  http: TestBrowser;
}

export class PresentBrowser {
  /** What it was told of others, in order. */
  readonly told: UserStatus[] = [];
  #subscribed = new Set<string>();

  private constructor(
    readonly ws: WebSocket,
    readonly person: SignedInPerson,
  ) {
    ws.on("message", (data) => void this.#take(JSON.parse(String(data)) as Frame));
    // What a network does to it is what is tested.
    ws.on("error", () => undefined);
  }

  /** Connects, subscribes, and asks once, as a page does. @param port of the Channels server, or of a proxy before it */
  static async open(port: number, key: string, person: SignedInPerson): Promise<PresentBrowser> {
    const browser = new PresentBrowser(new WebSocket(`ws://127.0.0.1:${port}/app/${key}?protocol=7&client=test&version=1.0`), person);
    await until(() => browser.#subscribed.size === 2, { what: "both channels" });
    await browser.sync();
    return browser;
  }

  async sync(): Promise<void> {
    const answer = await this.person.http.get("/api/sync");
    if (answer.status !== 200) throw new Error(`sync answered ${answer.status}`);
    await answer.arrayBuffer();
  }

  /** What it was last told of somebody. */
  last(userId: string): UserStatus | undefined {
    return this.told.findLast((status) => status.userId === userId);
  }

  /** As closing the tab does. */
  close = () => this.ws.close();
  /** As killing the process does: the kernel ends its connections without a goodbye. */
  kill = () => this.ws.terminate();

  async #take({ event, channel, data }: Frame): Promise<void> {
    const content = (typeof data === "string" ? JSON.parse(data) : data) as Record<string, unknown>;
    if (event === "pusher:connection_established") for (const name of [userChannel(this.person.userId), userPresenceChannel(this.person.userId)]) await this.#subscribe(name, String(content["socket_id"]));
    if (event === "pusher:ping") this.ws.send(JSON.stringify({ event: "pusher:pong", data: {} }));
    if (event === "pusher_internal:subscription_succeeded" && channel) this.#subscribed.add(channel);
    if (event === "user-status-change") this.told.push(content as unknown as UserStatus);
  }

  async #subscribe(channel: string, socketId: string): Promise<void> {
    const answer = await this.person.http.post("/api/pusher/auth", { socket_id: socketId, channel_name: channel });
    if (answer.status !== 200) throw new Error(`${channel} was refused with ${answer.status}`);
    this.ws.send(JSON.stringify({ event: "pusher:subscribe", data: { channel, ...((await answer.json()) as object) } }));
  }
}
