/** Counts who needs a channel: subscribed with the first, unsubscribed after the last, one handler however many. */
import type { ChannelHandlers, Connection, PresentMember, SubscriptionState } from "./connection.ts";
import type { Timers } from "./environment.ts";

/** A route change lets go of a channel and takes it again a moment later. */
export const RELEASE_GRACE_MS = 1_000;
/** Whoever hurries through many chats keeps no more than so many that nobody needs. */
export const LINGERING_MOST = 10;

interface Used {
  users: number;
  state: SubscriptionState;
  /** Of a presence channel that is subscribed. */
  members: PresentMember[] | null;
  unsubscribe: (() => void) | undefined;
  cancelRelease: (() => void) | undefined;
}

interface Handlers {
  onEvent: (channel: string, event: string, data: unknown, sender?: string) => void;
  onState: (channel: string, state: SubscriptionState) => void;
  onMembers: () => void;
}

export class ChannelUsers {
  #used = new Map<string, Used>();
  #connection: Connection | null = null;
  #timers: Timers | null = null;
  /** Leaves the channels that nobody needs any more, the longest left first. */
  #lingering = new Set<() => void>();

  constructor(readonly handlers: Handlers) {}

  /** The channels that are needed now, or were a moment ago. */
  get channels(): string[] {
    return [...this.#used.keys()];
  }

  /** Whether some needed channel was refused or is not confirmed in time. Presence channels don't count: no event is missed by it. */
  get anyFailed(): boolean {
    return [...this.#used].some(([channel, { state }]) => state === "failed" && !isPresenceChannel(channel));
  }

  isSubscribed(channel: string): boolean {
    return this.#used.get(channel)?.state === "subscribed";
  }

  /** Who is in a presence channel; the same array until somebody comes or goes. Null: not known, it isn't subscribed. */
  members(channel: string): readonly PresentMember[] | null {
    return this.#used.get(channel)?.members ?? null;
  }

  /** @returns lets go; calling it again does nothing */
  use(channel: string): () => void {
    let used = this.#used.get(channel);
    if (!used) this.#used.set(channel, (used = { users: 0, state: "pending", members: null, unsubscribe: undefined, cancelRelease: undefined }));
    used.users++;
    used.cancelRelease?.();
    used.cancelRelease = undefined;
    this.#subscribe(channel, used);
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      if (--used.users === 0) this.#release(channel, used);
    };
  }

  /** Begins to subscribe over a connection. */
  attach(connection: Connection, timers: Timers): void {
    this.#connection = connection;
    this.#timers = timers;
    for (const [channel, used] of this.#used) this.#subscribe(channel, used);
  }

  /** Unsubscribes from all; who uses what is remembered. */
  detach(): void {
    this.#connection = null;
    this.#timers = null;
    for (const [channel, used] of this.#used) {
      used.unsubscribe?.();
      used.unsubscribe = undefined;
      used.state = "pending";
      used.members = null;
      used.cancelRelease?.();
      used.cancelRelease = undefined;
      if (used.users === 0) this.#used.delete(channel);
    }
  }

  #subscribe(channel: string, used: Used): void {
    if (!this.#connection || used.unsubscribe) return;
    const handlers: ChannelHandlers = {
      onEvent: (event, data, sender) => this.handlers.onEvent(channel, event, data, sender),
      onState: (state) => {
        used.state = state;
        if (state !== "subscribed") this.#setMembers(used, null);
        this.handlers.onState(channel, state);
      },
      onMembers: (members) => this.#setMembers(used, members),
    };
    used.unsubscribe = this.#connection.subscribe(channel, handlers);
  }

  #setMembers(used: Used, members: PresentMember[] | null): void {
    // A following tab is told anew every two seconds: nobody is to render for that.
    if (sameMembers(used.members, members)) return;
    used.members = members;
    this.handlers.onMembers();
  }

  #release(channel: string, used: Used): void {
    const leave = () => {
      used.cancelRelease?.();
      used.unsubscribe?.();
      this.#used.delete(channel);
      // A failed channel that nobody needs any more no longer makes the engine poll.
      this.handlers.onState(channel, used.state);
    };
    if (!this.#timers) return leave();
    const cancel = this.#timers.after(RELEASE_GRACE_MS, leave);
    used.cancelRelease = () => {
      cancel();
      this.#lingering.delete(leave);
    };
    this.#lingering.add(leave);
    if (this.#lingering.size > LINGERING_MOST) [...this.#lingering][0]!();
  }
}

export const isPresenceChannel = (channel: string): boolean => channel.startsWith("presence-");

const sameMembers = (some: PresentMember[] | null, others: PresentMember[] | null): boolean =>
  some === others || (some !== null && others !== null && some.length === others.length && some.every(({ id, name }, index) => id === others[index]!.id && name === others[index]!.name));
