/** The connection over Pusher Channels, or any server that speaks its protocol. */
import type Pusher from "pusher-js";
import type { ChannelAuthorizationCallback, Options, UserAuthenticationCallback } from "pusher-js";
import type { PublicChannels } from "#app/config/settings.ts";
import { browserLog } from "#app/realtime/browser-log.ts";
import { browserTimers } from "#app/realtime/browser.ts";
import type { Connection, LinkState } from "#app/realtime/connection.ts";
import type { Fetch, Log } from "#app/realtime/environment.ts";
import type { AuthEnvironment } from "./authorize.ts";
import { AUTH_ENDPOINT, AuthRefusedError, authorize, USER_AUTH_ENDPOINT } from "./authorize.ts";
import { pusherOptions } from "./options.ts";
import { Reconnect } from "./reconnect.ts";
import { watchRefusal } from "./refusal.ts";
import { Subscriptions } from "./subscriptions.ts";

/** After a reconnect of all browsers at once their authorizations spread over this long. */
export const AUTH_SPREAD_MS = 1_000;
/** The client's own code could not be fetched (a network just lost): tried again. */
const LOAD_RETRY_MS = 3_000;
const SIGNIN_RETRY_MS = 5_000;

export interface PusherConnectionOptions extends AuthEnvironment {
  random: () => number;
  log: Log;
}

export const browserOptions = (ask: Fetch): PusherConnectionOptions => ({ ...browserTimers, fetch: ask, random: Math.random, log: browserLog });

/** Connects at once, in the background; pusher-js is fetched only now, so that the first page stays small. */
export function pusherConnection(config: PublicChannels, options: PusherConnectionOptions): Connection {
  return new PusherConnection(config, options);
}

class PusherConnection implements Connection {
  #subscriptions: Subscriptions;
  #listeners = new Set<(state: LinkState) => void>();
  #reconnect: Reconnect | null = null;
  #closed = false;
  #connects = 0;
  #spread = 0;

  constructor(
    readonly config: PublicChannels,
    readonly options: PusherConnectionOptions,
  ) {
    this.#subscriptions = new Subscriptions(options);
    void this.#load();
  }

  get state(): LinkState {
    return this.#reconnect?.state ?? "connecting";
  }

  onState(listener: (state: LinkState) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  subscribe: Connection["subscribe"] = (channel, handlers) => this.#subscriptions.add(channel, handlers);

  trigger: Connection["trigger"] = (channel, event, data) => this.#subscriptions.trigger(channel, event, data);

  wake(): void {
    this.#reconnect?.now();
  }

  close(): void {
    this.#closed = true;
    this.#listeners.clear();
    this.#subscriptions.disconnected();
    this.#reconnect?.close();
  }

  async #load(): Promise<void> {
    try {
      const { default: Client } = await import("pusher-js");
      if (!this.#closed) this.#open(Client);
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      this.options.log("realtime client not loaded", { error: error.message });
      if (!this.#closed) this.options.after(LOAD_RETRY_MS, () => void this.#load());
    }
  }

  #open(Client: typeof Pusher): void {
    const options: Options = {
      ...pusherOptions(this.config),
      channelAuthorization: { customHandler: ({ socketId, channelName }, callback) => void this.#authorize(pusher, socketId, channelName, callback) },
      userAuthentication: { customHandler: ({ socketId }, callback) => void this.#signIn(pusher, socketId, callback) },
    };
    const pusher: Pusher = watchRefusal(Client.Runtime, () => new Client(this.config.key, options), () => this.#reconnect?.refused(0));
    // Its list of all clients ever made would keep this one for good.
    Client.instances = Client.instances.filter((instance) => instance !== pusher);
    pusher.connection.bind("error", (error: unknown) => this.options.log("realtime connection", { error }));
    this.#subscriptions.attach(pusher);
    this.#reconnect = new Reconnect(pusher, { ...this.options, sockets: Client.Runtime, onLink: (state) => this.#onLink(state) });
    pusher.signin();
    this.#reconnect.start();
  }

  #onLink(state: LinkState): void {
    if (state === "connected") {
      this.#spread = this.#connects++ === 0 ? 0 : this.options.random() * AUTH_SPREAD_MS;
      this.#subscriptions.connected(this.#spread);
    } else {
      this.#subscriptions.disconnected();
    }
    for (const listener of [...this.#listeners]) listener(state);
  }

  async #authorize(pusher: Pusher, socketId: string, channel: string, callback: ChannelAuthorizationCallback): Promise<void> {
    // Whoever calls back for a channel that was left, or for a socket of before, subscribes where nobody listens.
    const wanted = () => pusher.connection.socket_id === socketId && this.state === "connected" && this.#subscriptions.has(channel);
    await this.#pause(this.#spread);
    if (!wanted()) return;
    try {
      const answer = await authorize<{ auth: string; channel_data?: string }>(this.options, AUTH_ENDPOINT, { socket_id: socketId, channel_name: channel });
      if (wanted()) callback(null, answer);
    } catch (error) {
      if (!(error instanceof AuthRefusedError)) throw error;
      if (wanted()) callback(error, null);
    }
  }

  /** Says who the connection's user is, so that the server can end it; keeps trying while that may help. */
  async #signIn(pusher: Pusher, socketId: string, callback: UserAuthenticationCallback): Promise<void> {
    await this.#pause(this.#spread);
    const current = () => pusher.connection.socket_id === socketId && this.state === "connected";
    while (current()) {
      try {
        const answer = await authorize<{ auth: string; user_data: string }>(this.options, USER_AUTH_ENDPOINT, { socket_id: socketId });
        if (current()) callback(null, answer);
        return;
      } catch (error) {
        if (!(error instanceof AuthRefusedError)) throw error;
        if (!error.passing) return callback(error, null);
        await this.#pause(SIGNIN_RETRY_MS);
      }
    }
  }

  #pause(ms: number): Promise<void> {
    return ms === 0 ? Promise.resolve() : new Promise((resolve) => this.options.after(ms, resolve));
  }
}
