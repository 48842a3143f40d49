/** The tab that holds the connection, for itself and for the tabs that follow it. */
import type { Connection, PresentMember, SubscriptionState } from "#app/realtime/connection.ts";
import type { Bus, Role, SharedEnvironment, Sink } from "./environment.ts";
import type { Message, Need, Trigger } from "./messages.ts";

/** All tabs notice a network that is back, and each says so: one try serves them all. */
const WAKE_PAUSE_MS = 1_000;
/** A client event of a follower that was kept longer (this page was frozen) is not sent any more. */
export const TRIGGER_FRESH_MS = 1_000;

interface Held {
  /** Ids of the tabs that need the channel. */
  tabs: Set<string>;
  state: SubscriptionState;
  members: PresentMember[] | null;
  unsubscribe: () => void;
}

interface LeaderOptions {
  /** This tab's id. */
  own: string;
  term: number;
  connection: Connection;
  env: SharedEnvironment;
  bus: Bus;
  sink: Sink;
  /** The lock that a tab holds for as long as it lives. */
  lockOf: (tab: string) => string;
}

export class Leader implements Role {
  #channels = new Map<string, Held>();
  /** Followers, and how to stop waiting for their end. */
  #followers = new Map<string, () => void>();
  #wokenAt = -Infinity;

  constructor(readonly options: LeaderOptions) {
    const { bus, connection, sink, term } = options;
    connection.onState((link) => {
      sink.link(link);
      bus.post({ kind: "link", term, link });
    });
    bus.post({ kind: "lead", term });
    sink.link(connection.state);
    for (const channel of sink.channels()) this.#add(channel, options.own);
  }

  changed(channel: string, needed: boolean): void {
    if (needed) this.#add(channel, this.options.own);
    else this.#remove(channel, this.options.own);
  }

  receive(message: Message): void {
    if (message.kind === "need") this.#onNeed(message);
    else if (message.kind === "trigger") this.#onTrigger(message);
    else if (message.kind === "bye") this.#forget(message.from);
  }

  trigger(channel: string, event: string, data: object): boolean {
    return this.options.connection.trigger(channel, event, data);
  }

  wake(): void {
    const now = this.options.env.now();
    if (now - this.#wokenAt < WAKE_PAUSE_MS) return;
    this.#wokenAt = now;
    this.options.connection.wake();
  }

  end(): void {
    for (const stopWaiting of this.#followers.values()) stopWaiting();
    this.#followers.clear();
    this.options.connection.close();
  }

  #onTrigger({ leader, at, channel, event, data }: Trigger): void {
    const { env, term } = this.options;
    if (leader === term && env.now() - at < TRIGGER_FRESH_MS) this.trigger(channel, event, data);
  }

  #onNeed({ from, ask, channels, wake }: Need): void {
    const { bus, connection, env, term } = this.options;
    this.#watch(from);
    const needed = new Set(channels);
    for (const [channel, { tabs }] of [...this.#channels]) if (tabs.has(from) && !needed.has(channel)) this.#remove(channel, from);
    for (const channel of needed) this.#add(channel, from);
    if (wake) this.wake();
    const states = Object.fromEntries(channels.map((channel) => [channel, this.#channels.get(channel)!.state]));
    bus.post({ kind: "welcome", term, to: from, ask, link: connection.state, hidden: env.hidden(), channels: states, members: this.#membersOf(channels) });
  }

  #membersOf(channels: string[]): Record<string, PresentMember[]> {
    const known = channels.map((channel) => [channel, this.#channels.get(channel)!.members] as const);
    return Object.fromEntries(known.filter((entry): entry is [string, PresentMember[]] => entry[1] !== null));
  }

  /** Whoever gets a tab's lock knows that the tab is gone, killed or closed. */
  #watch(tab: string): void {
    if (this.#followers.has(tab)) return;
    const forget = () => this.#forget(tab);
    this.#followers.set(tab, this.options.env.locks.hold(this.options.lockOf(tab), { held: forget, lost: forget }));
  }

  #forget(tab: string): void {
    this.#followers.get(tab)?.();
    this.#followers.delete(tab);
    for (const channel of [...this.#channels.keys()]) this.#remove(channel, tab);
  }

  #add(channel: string, tab: string): void {
    const { connection, own, sink } = this.options;
    let held = this.#channels.get(channel);
    if (held) {
      if (held.tabs.has(tab)) return;
      held.tabs.add(tab);
      if (tab !== own) return;
      sink.subscription(channel, held.state);
      if (held.members) sink.members(channel, held.members);
      return;
    }
    held = { tabs: new Set([tab]), state: "pending", members: null, unsubscribe: () => {} };
    this.#channels.set(channel, held);
    // As a follower this tab may have had it from the leader before.
    if (tab === own) sink.subscription(channel, "pending");
    held.unsubscribe = connection.subscribe(channel, {
      onEvent: (event, data, sender) => this.#onEvent(channel, event, data, sender),
      onState: (state) => this.#onState(channel, state),
      onMembers: (members) => this.#onMembers(channel, members),
    });
  }

  #remove(channel: string, tab: string): void {
    const held = this.#channels.get(channel);
    if (!held?.tabs.delete(tab) || held.tabs.size > 0) return;
    this.#channels.delete(channel);
    held.unsubscribe();
  }

  #onEvent(channel: string, event: string, data: unknown, sender: string | undefined): void {
    const { bus, own, sink, term } = this.options;
    const tabs = this.#channels.get(channel)?.tabs;
    if (!tabs) return;
    if (!tabs.has(own) || tabs.size > 1) bus.post({ kind: "event", term, channel, event, data, sender });
    if (tabs.has(own)) sink.event(channel, event, data, sender);
  }

  #onState(channel: string, state: SubscriptionState): void {
    const { bus, own, sink, term } = this.options;
    const held = this.#channels.get(channel);
    if (!held) return;
    held.state = state;
    if (state !== "subscribed") held.members = null;
    bus.post({ kind: "state", term, channel, state });
    if (held.tabs.has(own)) sink.subscription(channel, state);
  }

  #onMembers(channel: string, members: PresentMember[]): void {
    const { bus, own, sink, term } = this.options;
    const held = this.#channels.get(channel);
    if (!held) return;
    held.members = members;
    bus.post({ kind: "members", term, channel, members });
    if (held.tabs.has(own)) sink.members(channel, members);
  }
}
