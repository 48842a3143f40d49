/** What Channels would refuse by name or shape is refused when it is appended, in front of whoever wrote it. Limits: Pusher's documentation. */
import type { EventType } from "./event.ts";

export type OutboxRefusal = "bad-channel" | "bad-event" | "too-large" | "not-durable" | "bad-payload";

/** A programming error of whoever appends, not of a user. The transaction rolls back. */
export class OutboxRefusedError extends Error {
  override name = "OutboxRefusedError";
  constructor(
    readonly code: OutboxRefusal,
    message: string,
  ) {
    super(message);
  }
}

const CHANNEL = /^[A-Za-z0-9_\-=@,.;]{1,164}$/;
export const MAX_EVENT_NAME_CHARACTERS = 200;
/** More than Channels takes (10,240): longer ones go over the wire as `truncated` and are fetched by sync. */
export const MAX_PAYLOAD_BYTES = 256 * 1024;
/** The relay expands an audience into requests of 100 channels each. */
export const MAX_AUDIENCE = 10_000;
/** Only Channels itself, or a browser, may send these. */
const RESERVED = /^(pusher:|pusher_internal:|client-)/;

/** @throws OutboxRefusedError */
export function assertEventType(type: EventType) {
  if (type.delivery !== "durable") throw new OutboxRefusedError("not-durable", `${type.name} is ephemeral: it does not go through the outbox`);
  if (type.name === "" || type.name.length > MAX_EVENT_NAME_CHARACTERS || RESERVED.test(type.name)) throw new OutboxRefusedError("bad-event", `not an event name for Channels: ${type.name.slice(0, 80)}`);
}

/** @throws OutboxRefusedError */
export function assertChannel(channel: string) {
  if (!CHANNEL.test(channel)) throw new OutboxRefusedError("bad-channel", `not a channel name for Channels: ${channel.slice(0, 80)}`);
}

const MAX_REFERENCE_CHARACTERS = 500;

/** Each channel once; or a reference as it is: a JSON object of texts. @throws OutboxRefusedError */
export function audienceJson(audience: readonly string[] | Readonly<Record<string, string>>): string {
  if (!isList(audience)) return referenceJson(audience);
  const channels = [...new Set(audience)];
  if (channels.length === 0 || channels.length > MAX_AUDIENCE) throw new OutboxRefusedError("bad-channel", `an audience has 1 to ${MAX_AUDIENCE} channels, not ${channels.length}`);
  channels.forEach(assertChannel);
  return JSON.stringify(channels);
}

const isList = (audience: readonly string[] | Readonly<Record<string, string>>): audience is readonly string[] => Array.isArray(audience);

function referenceJson(reference: Readonly<Record<string, string>>): string {
  const values = Object.values(reference);
  const json = JSON.stringify(reference);
  if (values.length === 0 || values.some((value) => typeof value !== "string" || value === "") || json.length > MAX_REFERENCE_CHARACTERS) throw new OutboxRefusedError("bad-channel", `not a reference to an audience: ${json.slice(0, 80)}`);
  return json;
}

/** The payload as stored: a JSON object, to which the relay and sync add `_event`. @throws OutboxRefusedError */
export function payloadJson(payload: unknown): string {
  if (typeof payload !== "object" || payload === null || Array.isArray(payload)) throw new OutboxRefusedError("bad-payload", "a payload is an object");
  if ("_event" in payload) throw new OutboxRefusedError("bad-payload", "_event is added by the outbox");
  const json = JSON.stringify(payload);
  if (!json.startsWith("{")) throw new OutboxRefusedError("bad-payload", "a payload is a JSON object");
  const bytes = Buffer.byteLength(json);
  if (bytes > MAX_PAYLOAD_BYTES) throw new OutboxRefusedError("too-large", `a payload of ${bytes} bytes; at most ${MAX_PAYLOAD_BYTES} go through the outbox`);
  return json;
}
