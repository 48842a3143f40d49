/** Reads what POST /events and /batch_events are asked to send. Nothing is sent until all of a request is right. */
import { ApiError } from "./api-error.ts";
import { isObject } from "./frames.ts";
import { MAX_CHANNELS_PER_EVENT, MAX_DATA_BYTES, MAX_EVENTS_PER_BATCH } from "./limits.ts";
import { isChannelName, isEventName, isSocketId, userOfChannel } from "./names.ts";

export interface EventRequest {
  name: string;
  channels: string[];
  data: string;
  exceptSocketId: string | undefined;
  info: Attribute[];
}

export type Attribute = "user_count" | "subscription_count";
const ATTRIBUTES = new Set<string>(["user_count", "subscription_count"]);
const isAttribute = (name: string): name is Attribute => ATTRIBUTES.has(name);

/** @throws ApiError 400 for an attribute that does not exist */
export function readInfo(info: unknown): Attribute[] {
  if (info === undefined || info === null || info === "") return [];
  if (typeof info !== "string") throw new ApiError(400, "info is a list of attributes, separated by commas");
  return info.split(",").map((part) => {
    const name = part.trim();
    if (!isAttribute(name)) throw new ApiError(400, `info has an unknown attribute: ${name.slice(0, 40)}`);
    return name;
  });
}

/** @throws ApiError 400, or 413 when the data is too long */
export function readEvent(body: Record<string, unknown>): EventRequest {
  const { channel, channels, ...rest } = body;
  if (channel !== undefined && channels !== undefined) throw new ApiError(400, "Give either channel or channels");
  const list = channel === undefined ? channels : [channel];
  if (!Array.isArray(list) || list.length === 0) throw new ApiError(400, "channel, or a list of channels, is required");
  if (list.length > MAX_CHANNELS_PER_EVENT) throw new ApiError(400, `At most ${MAX_CHANNELS_PER_EVENT} channels an event`);
  return { ...readEnvelope(rest), channels: [...new Set(list.map(readTarget))] };
}

/** @throws ApiError 400, or 413, when any one event of the batch is wrong: a batch is taken whole or not at all */
export function readBatch({ batch }: Record<string, unknown>): EventRequest[] {
  if (!Array.isArray(batch) || batch.length === 0) throw new ApiError(400, "batch, a list of events, is required");
  if (batch.length > MAX_EVENTS_PER_BATCH) throw new ApiError(400, `At most ${MAX_EVENTS_PER_BATCH} events a batch`);
  return batch.map((entry: unknown) => {
    if (!isObject(entry)) throw new ApiError(400, "An event of the batch is not an object");
    return { ...readEnvelope(entry), channels: [readTarget(entry["channel"])] };
  });
}

function readEnvelope({ name, data, socket_id: socketId, info }: Record<string, unknown>): Omit<EventRequest, "channels"> {
  if (!isEventName(name)) throw new ApiError(400, "name must have 1 to 200 characters and no pusher: prefix");
  if (typeof data !== "string") throw new ApiError(400, "data must be a string");
  if (Buffer.byteLength(data) > MAX_DATA_BYTES) throw new ApiError(413, `The data is longer than ${MAX_DATA_BYTES} bytes`);
  if (socketId !== undefined && socketId !== null && !(typeof socketId === "string" && isSocketId(socketId)))
    throw new ApiError(400, "socket_id is not valid");
  return { name, data, exceptSocketId: socketId ?? undefined, info: readInfo(info) };
}

function readTarget(channel: unknown): string {
  if (typeof channel === "string" && (isChannelName(channel) || userOfChannel(channel) !== null)) return channel;
  throw new ApiError(400, "A channel name is not valid");
}
