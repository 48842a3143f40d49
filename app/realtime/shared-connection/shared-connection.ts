/**
 * One connection for all tabs of a user in a browser. The tab that holds the lock leads: it has the connection and
 * hands everything on. Locks end with their tab, however it ends, so the next one leads at once; a leader that is
 * frozen loses its lock to a follower. Every change of leader shows as a reconnect, after which engines catch up by
 * sync: what falls between two leaders comes that way, and doubles are told by their id.
 */
import type { ChannelHandlers, Connection, LinkState, SubscriptionState } from "#app/realtime/connection.ts";
import type { Bus, Role, SharedEnvironment, Sink } from "./environment.ts";
import { Follower } from "./follower.ts";
import { Leader } from "./leader.ts";
import type { Message } from "./messages.ts";
import { PROTOCOL } from "./messages.ts";

/** Before a follower takes the lead away it asks once more: another one may have done so meanwhile. */
export const RECHECK_MS = 500;

/**
 * @param group names whose connection it is: tabs of the same group share one
 * @param open opens a connection of this tab's own
 */
export function sharedConnection(group: string, open: () => Connection, env: SharedEnvironment): Connection {
  return new SharedConnection(`roost-live:${PROTOCOL}:${group}`, open, env);
}

class SharedConnection implements Connection {
  state: LinkState = "connecting";
  #id: string;
  #bus: Bus;
  #role: Role | null = null;
  #term = 0;
  #channels = new Map<string, { handlers: ChannelHandlers; state: SubscriptionState }>();
  #listeners = new Set<(state: LinkState) => void>();
  #closed = false;
  #releaseTab: () => void;
  #releaseLead = () => {};
  /** While this tab tries to take the lead away. */
  #settling: (() => void) | null = null;

  constructor(
    readonly name: string,
    readonly open: () => Connection,
    readonly env: SharedEnvironment,
  ) {
    this.#id = env.newId();
    this.#bus = env.openBus(name, this.#receive);
    // First of all: a leader that hears of this tab waits for this lock to learn of its end.
    this.#releaseTab = env.locks.hold(this.#lockOf(this.#id), { held: () => this.#follow(), lost: () => this.#alone() });
  }

  onState(listener: (state: LinkState) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  subscribe(channel: string, handlers: ChannelHandlers): () => void {
    const own: { handlers: ChannelHandlers; state: SubscriptionState } = { handlers, state: "pending" };
    this.#channels.set(channel, own);
    this.#role?.changed(channel, true);
    return () => {
      if (this.#channels.get(channel) !== own) return;
      this.#channels.delete(channel);
      this.#role?.changed(channel, false);
    };
  }

  trigger(channel: string, event: string, data: object): boolean {
    return this.#channels.get(channel)?.state === "subscribed" && this.#role?.trigger(channel, event, data) === true;
  }

  wake(): void {
    this.#role?.wake();
  }

  close(): void {
    this.#closed = true;
    this.#listeners.clear();
    this.#channels.clear();
    this.#leave();
    this.#bus.close();
    this.#releaseTab();
  }

  #lockOf = (tab: string) => `${this.name}:tab:${tab}`;

  #receive = (message: Message): void => {
    if (this.#closed) return;
    if ("term" in message) this.#term = Math.max(this.#term, message.term);
    this.#role?.receive(message);
  };

  #follow(): void {
    this.#role = new Follower({ own: this.#id, env: this.env, bus: this.#bus, sink: this.#sink, term: this.#term, onNeglected: () => this.#settle() });
    this.#queue();
  }

  /** Waits to lead; whoever waits longest is next. */
  #queue(steal = false): void {
    this.#releaseLead = this.env.locks.hold(this.name, { held: () => this.#lead(), lost: () => this.#onLost() }, steal);
  }

  #lead(): void {
    this.#endSettling();
    this.#role?.end();
    // Later than any that was heard of, also where the clock went back.
    this.#term = Math.max(this.env.now(), this.#term + 1);
    this.#role = new Leader({ own: this.#id, term: this.#term, connection: this.open(), env: this.env, bus: this.#bus, sink: this.#sink, lockOf: this.#lockOf });
  }

  #onLost(): void {
    const led = this.#role instanceof Leader;
    this.#leave();
    if (led) this.#follow();
    else this.#alone();
  }

  /** The browser gives no locks here after all: as if there were no other tabs. */
  #alone(): void {
    if (this.#closed) return;
    this.#leave();
    const bus: Bus = { post: () => {}, close: () => {} };
    this.#role = new Leader({ own: this.#id, term: 0, connection: this.open(), env: this.env, bus, sink: this.#sink, lockOf: this.#lockOf });
  }

  /** Takes the lead from a tab that doesn't serve. One tab at a time does, and only after asking once more. */
  #settle(): void {
    if (this.#settling) return;
    const give = () => this.#endSettling();
    const check = () => {
      if (!(this.#role instanceof Follower)) return give();
      this.#role.check(RECHECK_MS, (served) => {
        if (served) return give();
        this.#releaseLead();
        this.#queue(true);
      });
    };
    this.#settling = this.env.locks.hold(`${this.name}:settling`, { held: check, lost: give });
  }

  #endSettling(): void {
    this.#settling?.();
    this.#settling = null;
  }

  #leave(): void {
    this.#endSettling();
    this.#role?.end();
    this.#role = null;
    this.#releaseLead();
    this.#releaseLead = () => {};
    this.#sink.link("connecting");
    for (const channel of this.#channels.keys()) this.#sink.subscription(channel, "pending");
  }

  #sink: Sink = {
    channels: () => [...this.#channels.keys()],
    link: (state) => {
      if (state === this.state) return;
      this.state = state;
      for (const listener of [...this.#listeners]) listener(state);
    },
    subscription: (channel, state) => {
      const own = this.#channels.get(channel);
      if (!own || own.state === state) return;
      own.state = state;
      own.handlers.onState(state);
    },
    members: (channel, members) => this.#channels.get(channel)?.handlers.onMembers?.(members),
    event: (channel, event, data, sender) => this.#channels.get(channel)?.handlers.onEvent(event, data, sender),
  };
}
