/** Makes what goes over the wire from a row of the outbox. */
import { WIRE_LIMIT_BYTES, type PendingRow } from "#db/outbox/pending.ts";
import type { EventStamp, EventType } from "#db/outbox/event.ts";
import type { Reach } from "./reach.ts";
import { MAX_CHANNELS, type Publisher, type PublishOutcome, type WireEvent } from "./publishers/publisher.ts";

/**
 * One event for a channel; for an audience one for each hundred channels. The data is the payload with the stamp in
 * it, or, where that is too long for Channels or withheld, the stamp alone and the word that sync has the rest.
 */
export function wireEvents(row: PendingRow, epoch: string, { channels, withheld }: Reach): WireEvent[] {
  const stamp: EventStamp = { id: row.id, seq: row.seq, offset: row.offset, epoch, at: row.createdAt };
  const data = dataOf(withheld ? null : row.payload, stamp);
  const events: WireEvent[] = [];
  for (let from = 0; from < channels.length; from += MAX_CHANNELS) events.push({ name: row.event, channels: channels.slice(from, from + MAX_CHANNELS), data });
  return events;
}

function dataOf(payload: string | null, stamp: EventStamp): string {
  const stampText = JSON.stringify(stamp);
  if (payload !== null) {
    // Spliced as text: the payload is the JSON of an object, and parsing it only to write it again costs more than sending it.
    const rest = payload.trimStart().slice(1);
    const whole = `{"_event":${stampText}${rest.trimStart().startsWith("}") ? "" : ","}${rest}`;
    if (Buffer.byteLength(whole) <= WIRE_LIMIT_BYTES) return whole;
  }
  return `{"_event":${stampText},"truncated":true}`;
}

/**
 * Sends an ephemeral event (typing, health-ping): directly, best effort, without a stamp.
 * @throws RangeError for a durable type (those go through the outbox) or data too long for the wire
 */
export function publishEphemeral<P>(publisher: Publisher, type: EventType<P>, channels: readonly string[], payload: P): Promise<PublishOutcome> {
  const data = JSON.stringify(payload);
  if (type.delivery !== "ephemeral") throw new RangeError(`${type.name} is durable: append it to the outbox`);
  if (Buffer.byteLength(data) > WIRE_LIMIT_BYTES) throw new RangeError(`${type.name}: data over ${WIRE_LIMIT_BYTES} bytes`);
  return publisher.publish([{ name: type.name, channels, data }]);
}
