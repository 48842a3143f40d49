/** All occupied channels. A channel exists from its first subscriber to its last, and is forgotten then. */
import type { Connection } from "./connection.ts";
import { internalFrame, messageFrame } from "./frames.ts";
import { isPresence } from "./names.ts";
import { Roster } from "./roster.ts";
import type { Member } from "./roster.ts";

/** Hears of what webhooks tell the app. */
export interface ChannelObserver {
  occupied(channel: string): void;
  vacated(channel: string): void;
  memberAdded(channel: string, userId: string): void;
  memberRemoved(channel: string, userId: string): void;
}

export interface Channel {
  readonly name: string;
  readonly subscribers: Set<Connection>;
  /** Only presence channels have one. */
  readonly roster: Roster | null;
}

export class ChannelRegistry {
  readonly #channels = new Map<string, Channel>();

  constructor(private readonly observer: ChannelObserver | null) {}

  get(name: string): Channel | undefined {
    return this.#channels.get(name);
  }

  /** The occupied channels, those whose names begin with `prefix`. */
  *list(prefix = ""): Iterable<Channel> {
    for (const channel of this.#channels.values()) if (channel.name.startsWith(prefix)) yield channel;
  }

  /**
   * Subscribes a connection that may, and tells the members of a presence channel about a user's first one.
   * @param member required on presence channels
   */
  join(connection: Connection, name: string, member: Member | null): Channel {
    let channel = this.#channels.get(name);
    if (!channel) {
      channel = { name, subscribers: new Set(), roster: isPresence(name) ? new Roster() : null };
      this.#channels.set(name, channel);
      this.observer?.occupied(name);
    }
    if (channel.roster && member && channel.roster.join(member)) {
      const data = member.info === undefined ? { user_id: member.userId } : { user_id: member.userId, user_info: member.info };
      broadcast(channel, internalFrame("pusher_internal:member_added", data, name));
      this.observer?.memberAdded(name, member.userId);
    }
    channel.subscribers.add(connection);
    connection.channels.set(name, member?.userId ?? null);
    return channel;
  }

  /** @returns false when the connection was not there */
  leave(connection: Connection, name: string): boolean {
    const userId = connection.channels.get(name);
    const channel = this.#channels.get(name);
    if (userId === undefined || !channel) return false;
    connection.channels.delete(name);
    channel.subscribers.delete(connection);
    if (channel.roster && userId !== null && channel.roster.leave(userId)) {
      broadcast(channel, internalFrame("pusher_internal:member_removed", { user_id: userId }, name));
      this.observer?.memberRemoved(name, userId);
    }
    if (channel.subscribers.size === 0) {
      this.#channels.delete(name);
      this.observer?.vacated(name);
    }
    return true;
  }

  leaveAll(connection: Connection): void {
    for (const name of [...connection.channels.keys()]) this.leave(connection, name);
  }

  /** Sends an event to a channel's subscribers, but for one; nobody there costs nothing. */
  publish(name: string, event: string, data: unknown, exceptSocketId?: string, userId?: string | null): void {
    const channel = this.#channels.get(name);
    if (!channel) return;
    const message = { event, channel: name, data };
    broadcast(channel, messageFrame(userId ? { ...message, user_id: userId } : message), exceptSocketId);
  }
}

/** The same bytes for every subscriber. */
function broadcast(channel: Channel, frame: Buffer, exceptSocketId?: string): void {
  for (const connection of channel.subscribers) if (connection.socketId !== exceptSocketId) connection.send(frame);
}
