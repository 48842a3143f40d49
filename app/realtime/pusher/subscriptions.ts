/**
 * Subscriptions that end up either confirmed or failed. pusher-js leaves one pending for ever when the real
 * service refuses its signature (an error without a channel name) or when the authorization hangs, and never
 * tries a refused one again: here each has a time limit and is retried with growing pauses.
 */
import type Pusher from "pusher-js";
import type { Channel } from "pusher-js";
import { CLIENT_EVENTS, isClientEvent } from "#app/realtime/client-events.ts";
import type { ChannelHandlers, SubscriptionState } from "#app/realtime/connection.ts";
import type { Log, Timers } from "#app/realtime/environment.ts";
import { membersOf } from "./members.ts";

export const SUBSCRIBE_LIMIT_MS = 5_000;
const RETRY_FIRST_MS = 2_000;
const RETRY_MOST_MS = 60_000;

interface Subscription {
  handlers: ChannelHandlers;
  state: SubscriptionState;
  failures: number;
  cancel: (() => void) | undefined;
}

interface Options extends Timers {
  random: () => number;
  log: Log;
}

export class Subscriptions {
  #all = new Map<string, Subscription>();
  #pusher: Pusher | null = null;
  #connected = false;

  constructor(readonly options: Options) {}

  has(channel: string): boolean {
    return this.#all.has(channel);
  }

  /** @returns unsubscribes */
  add(channel: string, handlers: ChannelHandlers): () => void {
    const subscription: Subscription = { handlers, state: "pending", failures: 0, cancel: undefined };
    this.#all.set(channel, subscription);
    this.#begin(channel, subscription);
    return () => {
      if (this.#all.get(channel) !== subscription) return;
      subscription.cancel?.();
      this.#all.delete(channel);
      this.#drop(channel);
    };
  }

  /** @returns whether it was sent */
  trigger(channel: string, event: string, data: object): boolean {
    const subscribed = this.#connected && this.#all.get(channel)?.state === "subscribed";
    return subscribed && this.#pusher?.channel(channel)?.trigger(event, data) === true;
  }

  /** The client is there; it may be connected already. */
  attach(pusher: Pusher): void {
    this.#pusher = pusher;
  }

  /** @param within what the time limit grants beyond its own, for authorizations that are spread */
  connected(within: number): void {
    this.#connected = true;
    for (const [channel, subscription] of this.#all) this.#begin(channel, subscription, within);
  }

  /** The connection is gone: all are to be confirmed again. */
  disconnected(): void {
    this.#connected = false;
    for (const subscription of this.#all.values()) {
      subscription.cancel?.();
      this.#set(subscription, "pending");
    }
  }

  #begin(channel: string, subscription: Subscription, within = 0): void {
    const pusher = this.#pusher;
    if (!pusher || !this.#connected) return;
    subscription.cancel?.();
    subscription.cancel = this.options.after(SUBSCRIBE_LIMIT_MS + within, () => this.#fail(channel, subscription, "not confirmed in time"));
    const known = pusher.channel(channel) !== undefined;
    const subscribed = pusher.subscribe(channel);
    if (!known) this.#bind(channel, subscribed);
  }

  #bind(channel: string, bound: Channel): void {
    bound.bind_global((event: string, data: unknown) => !isClientEvent(event) && this.#onEvent(channel, event, data));
    // Who sent them is told to handlers of their names only.
    for (const event of CLIENT_EVENTS)
      bound.bind(event, (data: unknown, { user_id: sender }: { user_id?: string } = {}) => this.#all.get(channel)?.handlers.onEvent(event, data, sender));
  }

  #onEvent(channel: string, event: string, data: unknown): void {
    const subscription = this.#all.get(channel);
    if (!subscription) return;
    if (event === "pusher:subscription_succeeded") {
      subscription.cancel?.();
      subscription.failures = 0;
      this.#set(subscription, "subscribed");
      this.#tellMembers(channel, subscription);
    } else if (event === "pusher:subscription_error") {
      this.#fail(channel, subscription, data);
    } else if (event === "pusher:member_added" || event === "pusher:member_removed") {
      this.#tellMembers(channel, subscription);
    } else if (!event.startsWith("pusher:") && !event.startsWith("pusher_internal:")) {
      subscription.handlers.onEvent(event, data);
    }
  }

  #tellMembers(channel: string, { handlers }: Subscription): void {
    const members = membersOf(this.#pusher?.channel(channel));
    if (members) handlers.onMembers?.(members);
  }

  #fail(channel: string, subscription: Subscription, reason: unknown): void {
    this.options.log("not subscribed", { channel, reason });
    this.#drop(channel);
    const most = Math.min(RETRY_MOST_MS, RETRY_FIRST_MS * 2 ** subscription.failures++);
    subscription.cancel?.();
    subscription.cancel = this.options.after(most * (0.5 + this.options.random() / 2), () => this.#begin(channel, subscription));
    this.#set(subscription, "failed");
  }

  /** Leaves a channel in whatever state it is: one that is pending would otherwise only be marked, and linger. */
  #drop(channel: string): void {
    const pusher = this.#pusher;
    const known = pusher?.channel(channel);
    if (!pusher || !known) return;
    known.unbind_all();
    const pending = known.subscriptionPending;
    known.subscriptionPending = false;
    pusher.unsubscribe(channel);
    // The server may have confirmed it meanwhile.
    if (pending && this.#connected) pusher.send_event("pusher:unsubscribe", { channel });
  }

  #set(subscription: Subscription, state: SubscriptionState): void {
    // Failing again is no news.
    if (subscription.state === state) return;
    subscription.state = state;
    subscription.handlers.onState(state);
  }
}
