/** What comes over the wire, read into what the rest of this folder works with. */
import type { EventStamp, EventType, StampedEvent } from "#app/domain/events.ts";
import { isClientEvent } from "./client-events.ts";

/** A durable event of one channel: it has its place there, so a gap before it shows. */
export type LoggedEvent<Payload = unknown> = StampedEvent<Payload> & { stamp: EventStamp & { offset: number } };

/** Any event: logged ones, hints for many users (stamp without offset) and ephemeral ones (no stamp). */
export interface LiveEvent<Payload = unknown> {
  channel: string;
  event: string;
  data: Payload;
  stamp: EventStamp | null;
  /** The user who sent it, as Channels says; only other browsers' events on presence channels have one. */
  sender?: string | undefined;
}

export type Pushed =
  | { kind: "logged"; event: LoggedEvent }
  | { kind: "hint"; event: LiveEvent & { stamp: EventStamp } }
  | { kind: "ephemeral"; event: LiveEvent }
  /** Too large for the wire: only its place is known, sync brings the rest. */
  | { kind: "truncated"; channel: string; stamp: EventStamp & { offset: number } }
  | { kind: "unreadable" };

/** Whether an event is of a declared type; narrows its data. */
export function isEvent<Payload>(event: { event: string; data: unknown }, type: EventType<Payload>): event is { event: string; data: Payload } & typeof event {
  return event.event === type.name;
}

/** Reads an event as Channels delivers it. */
export function readPushed(channel: string, name: string, data: unknown, sender?: string): Pushed {
  if (isClientEvent(name)) return { kind: "ephemeral", event: { channel, event: name, data, stamp: null, sender } };
  if (!isRecord(data) || !("_event" in data)) return { kind: "ephemeral", event: { channel, event: name, data, stamp: null } };
  const { _event, ...payload } = data;
  const stamp = readStamp(_event);
  if (!stamp) return { kind: "unreadable" };
  if (!hasOffset(stamp)) return { kind: "hint", event: { channel, event: name, data: payload, stamp } };
  if (data["truncated"] === true) return { kind: "truncated", channel, stamp };
  return { kind: "logged", event: { channel, event: name, data: payload, stamp } };
}

/**
 * Reads one entry of a sync answer.
 * @throws TypeError when it is not one
 */
export function readSynced(entry: unknown): LoggedEvent {
  if (isRecord(entry) && typeof entry["channel"] === "string" && typeof entry["event"] === "string") {
    const pushed = readPushed(entry["channel"], entry["event"], entry["data"]);
    if (pushed.kind === "logged") return pushed.event;
  }
  throw new TypeError("sync: unreadable event");
}

export const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null && !Array.isArray(value);

const hasOffset = (stamp: EventStamp): stamp is EventStamp & { offset: number } => stamp.offset !== null;

function readStamp(value: unknown): EventStamp | null {
  if (!isRecord(value)) return null;
  const { id, seq, offset, epoch, at } = value;
  if (typeof id !== "string" || !Number.isSafeInteger(seq) || typeof epoch !== "string" || typeof at !== "number") return null;
  if (offset !== null && offset !== undefined && !Number.isSafeInteger(offset)) return null;
  return { id, seq: seq as number, offset: (offset ?? null) as number | null, epoch, at };
}
