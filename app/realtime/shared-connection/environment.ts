/** What sharing takes from the browser: passed in, so that tests run many tabs on a virtual clock. */
import type { LinkState, PresentMember, SubscriptionState } from "#app/realtime/connection.ts";
import type { Timers } from "#app/realtime/environment.ts";
import type { Message } from "./messages.ts";

export interface LockHandlers {
  held: () => void;
  /** Taken away by another tab, or refused by the browser. Not called after the release. */
  lost: () => void;
}

export interface Locks {
  /**
   * Asks for a lock and holds it until it is released, or until the tab is gone however that happens.
   * @param steal takes it from whoever holds it
   * @returns releases it, or stops waiting for it
   */
  hold: (name: string, handlers: LockHandlers, steal?: boolean) => () => void;
}

/** Reaches all other tabs that opened the same name, in the order of sending. */
export interface Bus {
  post: (message: Message) => void;
  close: () => void;
}

export interface SharedEnvironment extends Timers {
  locks: Locks;
  openBus: (name: string, onMessage: (message: Message) => void) => Bus;
  /** Nobody looks at this tab, so the browser may slow its timers down to one a minute. */
  hidden: () => boolean;
  newId: () => string;
}

/** What a tab shows of the connection, whoever holds it. */
export interface Sink {
  link: (state: LinkState) => void;
  subscription: (channel: string, state: SubscriptionState) => void;
  members: (channel: string, members: PresentMember[]) => void;
  event: (channel: string, event: string, data: unknown, sender?: string) => void;
  /** The channels that this tab needs now. */
  channels: () => string[];
}

/** A tab either leads (holds the connection) or follows. */
export interface Role {
  /** The tab needs one channel more, or no longer. */
  changed: (channel: string, needed: boolean) => void;
  receive: (message: Message) => void;
  /** @returns whether it was sent, or handed to the leader */
  trigger: (channel: string, event: string, data: object) => boolean;
  wake: () => void;
  end: () => void;
}
