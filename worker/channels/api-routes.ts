/** What the HTTP API does once a request is known to come from the app. */
import { ApiError } from "./api-error.ts";
import type { Channel, ChannelRegistry } from "./channel-registry.ts";
import { readBatch, readEvent, readInfo } from "./event-requests.ts";
import type { Attribute, EventRequest } from "./event-requests.ts";
import { isChannelName, isPresence, isUserId, userOfChannel } from "./names.ts";
import { parseBody } from "./request-body.ts";
import type { UserDirectory } from "./user-directory.ts";

interface Call {
  /** The decoded variable part of the path. */
  param: string;
  query: URLSearchParams;
  body: Buffer;
}

export interface Route {
  method: "GET" | "POST";
  /** What follows `/apps/APP_ID`; its one group is the call's `param`. */
  path: RegExp;
  handle(call: Call): object;
}

type Counts = Partial<Record<Attribute, number>>;

export function apiRoutes(registry: ChannelRegistry, users: UserDirectory): Route[] {
  return [
    { method: "POST", path: /^\/events$/, handle: ({ body }) => postEvent(readEvent(parseBody(body))) },
    { method: "POST", path: /^\/batch_events$/, handle: ({ body }) => postBatch(readBatch(parseBody(body))) },
    { method: "GET", path: /^\/channels$/, handle: ({ query }) => getChannels(query) },
    { method: "GET", path: /^\/channels\/([^/]+)$/, handle: ({ param, query }) => getChannel(param, query) },
    { method: "GET", path: /^\/channels\/([^/]+)\/users$/, handle: ({ param }) => getUsers(param) },
    { method: "POST", path: /^\/users\/([^/]+)\/terminate_connections$/, handle: ({ param }) => terminate(param) },
  ];

  function publish(event: EventRequest): Record<string, Counts> | null {
    for (const name of event.channels) {
      const userId = userOfChannel(name);
      if (userId === null) registry.publish(name, event.name, event.data, event.exceptSocketId);
      else users.publish(userId, event.name, event.data, event.exceptSocketId);
    }
    if (event.info.length === 0) return null;
    return Object.fromEntries(event.channels.map((name) => [name, counts(registry.get(name), event.info)]));
  }

  function postEvent(event: EventRequest): object {
    const channels = publish(event);
    return channels ? { channels } : {};
  }

  function postBatch(events: EventRequest[]): object {
    const answers = events.map((event) => publish(event)?.[event.channels[0]!] ?? {});
    return events.some((event) => event.info.length > 0) ? { batch: answers } : {};
  }

  function getChannels(query: URLSearchParams): object {
    const prefix = query.get("filter_by_prefix") ?? "";
    const info = readInfo(query.get("info"));
    if (info.includes("user_count") && !isPresence(prefix))
      throw new ApiError(400, "user_count may only be requested for presence channels: filter by the prefix presence-");
    const channels: Record<string, Counts> = Object.create(null);
    for (const channel of registry.list(prefix)) channels[channel.name] = counts(channel, info);
    return { channels };
  }

  function getChannel(name: string, query: URLSearchParams): object {
    requireName(name);
    const info = readInfo(query.get("info"));
    if (info.includes("user_count") && !isPresence(name)) throw new ApiError(400, "user_count may only be requested for presence channels");
    const channel = registry.get(name);
    return { occupied: channel !== undefined, ...counts(channel, info) };
  }

  function getUsers(name: string): object {
    requireName(name);
    if (!isPresence(name)) throw new ApiError(400, "Users can only be retrieved for presence channels");
    return { users: (registry.get(name)?.roster?.userIds ?? []).map((id) => ({ id })) };
  }

  function terminate(userId: string): object {
    if (!isUserId(userId)) throw new ApiError(400, "The user id is not valid");
    users.terminate(userId);
    return {};
  }
}

/** `user_count` exists on presence channels only; elsewhere a trigger that asks for it goes without. */
function counts(channel: Channel | undefined, info: Attribute[]): Counts {
  const answer: Counts = {};
  for (const attribute of info) {
    if (attribute === "subscription_count") answer.subscription_count = channel?.subscribers.size ?? 0;
    else if (!channel || channel.roster) answer.user_count = channel?.roster?.size ?? 0;
  }
  return answer;
}

function requireName(name: string): void {
  if (!isChannelName(name)) throw new ApiError(400, "The channel name is not valid");
}
