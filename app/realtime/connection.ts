/** The one interface between the live engine and whatever transport brings events. */

/** stopped: given up for now (a wrong key, say); it tries anew by itself, slowly. */
export type LinkState = "connecting" | "connected" | "stopped";

/** failed: refused, or not confirmed in time; it is tried anew by itself. */
export type SubscriptionState = "pending" | "subscribed" | "failed";

/** Somebody in a presence channel, as the app signed it when they came. */
export interface PresentMember {
  id: string;
  name: string;
}

export interface ChannelHandlers {
  /** @param sender the user who sent it, as the server says; only client events on presence channels have one */
  onEvent: (event: string, data: unknown, sender?: string) => void;
  onState: (state: SubscriptionState) => void;
  /** Who is in a presence channel that is subscribed: all of them, each time. */
  onMembers?: (members: PresentMember[]) => void;
}

export interface Connection {
  readonly state: LinkState;
  onState: (listener: (state: LinkState) => void) => () => void;
  /**
   * Subscribes to a channel, once; users are counted above (channel-users.ts). Stays subscribed over reconnects.
   * @returns unsubscribes
   */
  subscribe: (channel: string, handlers: ChannelHandlers) => () => void;
  /**
   * Sends a client event (`client-…`) to the others on a channel, past the app; best effort.
   * @returns false: nothing was sent, the channel is not subscribed now
   */
  trigger: (channel: string, event: string, data: object) => boolean;
  /** The device woke up or found a network: don't wait for the next try. */
  wake: () => void;
  /** Closes for good. */
  close: () => void;
}
