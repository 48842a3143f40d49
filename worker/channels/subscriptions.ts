/** `pusher:subscribe` and `pusher:unsubscribe`: who may be in a channel, and what they are answered. */
import { channelAuth, sameText } from "./credentials.ts";
import type { AppCredentials } from "./credentials.ts";
import type { ChannelRegistry } from "./channel-registry.ts";
import type { Connection } from "./connection.ts";
import { internalFrame, isObject, messageFrame, parseJson, subscriptionErrorFrame } from "./frames.ts";
import { MAX_CHANNEL_DATA_BYTES, MAX_CHANNEL_NAME_LENGTH } from "./limits.ts";
import type { Limits } from "./limits.ts";
import { isCache, isChannelName, isPresence, isUserId, needsSignature, userOfChannel } from "./names.ts";
import type { Member } from "./roster.ts";

type Refusal = { type: string; error: string; status: number };
const authError = (error: string): Refusal => ({ type: "AuthError", error, status: 401 });
const limitReached = (error: string): Refusal => ({ type: "LimitReached", error, status: 403 });

export class Subscriptions {
  constructor(
    private readonly app: AppCredentials,
    private readonly registry: ChannelRegistry,
    private readonly limits: Limits,
  ) {}

  /**
   * Refusals are `pusher:subscription_error` with the channel's name, which pusher-js hands to the channel's own handlers.
   * (The real service sends a `pusher:error` without the name, and the channel stays pending without a word.)
   */
  subscribe(connection: Connection, data: unknown): void {
    if (!isObject(data) || typeof data["channel"] !== "string")
      return connection.refuse("A subscription needs a channel name");
    const name = data["channel"];
    if (userOfChannel(name) !== null) return this.#confirmUserChannel(connection, name);
    if (!isChannelName(name))
      return name.length > MAX_CHANNEL_NAME_LENGTH
        ? connection.refuse(`Invalid channel name: at most ${MAX_CHANNEL_NAME_LENGTH} characters`)
        : this.#refuse(connection, name, { type: "InvalidChannelName", error: "Invalid channel name", status: 400 });
    if (connection.channels.has(name)) return connection.refuse(`Existing subscription to channel ${name}`);
    if (connection.channels.size >= this.limits.channelsPerConnection)
      return this.#refuse(connection, name, limitReached(`At most ${this.limits.channelsPerConnection} channels a connection`));
    const admitted = needsSignature(name) ? this.#admit(connection, name, data["auth"], data["channel_data"]) : null;
    if (admitted && "status" in admitted) return this.#refuse(connection, name, admitted);

    const channel = this.registry.join(connection, name, admitted?.member ?? null);
    connection.send(internalFrame("pusher_internal:subscription_succeeded", channel.roster?.snapshot() ?? {}, name));
    // Nothing is cached here, and the client has to be told so, or it would wait for a last event.
    if (isCache(name)) connection.send(messageFrame({ event: "pusher:cache_miss", channel: name, data: "{}" }));
  }

  unsubscribe(connection: Connection, data: unknown): void {
    if (!isObject(data) || typeof data["channel"] !== "string") return connection.refuse("To unsubscribe, name a channel");
    const name = data["channel"];
    if (!this.registry.leave(connection, name))
      connection.refuse(`No current subscription to channel ${name.slice(0, MAX_CHANNEL_NAME_LENGTH)}`);
  }

  /** Checks the signature; on presence channels also who it is, and whether there is room. */
  #admit(connection: Connection, name: string, auth: unknown, channelData: unknown): { member: Member | null } | Refusal {
    if (typeof auth !== "string") return authError("Authorization is required: no auth was sent");
    if (channelData !== undefined && channelData !== null && typeof channelData !== "string") return authError("channel_data must be a string");
    const signedData = channelData ?? undefined;
    if (!sameText(auth, channelAuth(this.app, connection.socketId, name, signedData)))
      return authError("Invalid signature: the auth does not fit this socket, channel and channel_data");
    if (!isPresence(name)) return { member: null };
    const member = signedData === undefined ? signedInMember(connection) : readMember(signedData);
    if (!member) return authError("A presence channel needs channel_data with a user_id, at most 1 KB");
    const roster = this.registry.get(name)?.roster;
    if (roster && !roster.has(member.userId) && roster.size >= this.limits.presenceMembers)
      return limitReached(`At most ${this.limits.presenceMembers} members a presence channel`);
    return { member };
  }

  /** pusher-js subscribes to its user's channel after signing in, though it already receives: say yes to the user alone. */
  #confirmUserChannel(connection: Connection, name: string): void {
    if (userOfChannel(name) === connection.user?.id) connection.send(internalFrame("pusher_internal:subscription_succeeded", {}, name));
    else this.#refuse(connection, name, authError("Only the signed-in user is on this channel"));
  }

  #refuse(connection: Connection, name: string, { type, error, status }: Refusal): void {
    connection.send(subscriptionErrorFrame(name, type, error, status));
  }
}

/** Whoever is signed in needs no channel_data of their own. */
const signedInMember = ({ user }: Connection): Member | null => user && { userId: user.id, info: user.info };

function readMember(channelData: string): Member | null {
  if (Buffer.byteLength(channelData) > MAX_CHANNEL_DATA_BYTES) return null;
  const parsed = parseJson(channelData);
  if (!isObject(parsed)) return null;
  // Pusher's own example signs a number.
  const id = typeof parsed["user_id"] === "number" ? String(parsed["user_id"]) : parsed["user_id"];
  return isUserId(id) ? { userId: id, info: parsed["user_info"] } : null;
}
