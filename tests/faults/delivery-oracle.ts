/**
 * Whether what a service got is what was committed: nothing lost, nothing invented, in the order of the commits on each
 * channel, and what came twice the same both times. Judged by the rows and by what arrived, and by nothing in between.
 */
import { createHash } from "node:crypto";
import { memberChanged, messageNotification, newMessage } from "#app/domain/conversations/events.ts";
import type { Queries } from "#db/database.ts";
import { encodeCursor } from "#db/outbox/cursor.ts";
import type { EventStamp } from "#db/outbox/event.ts";
import { logHead } from "#db/outbox/log.ts";
import { syncEvents } from "#db/outbox/sync.ts";
import type { HttpSink } from "#tests/support/sink.ts";
import { LIST_ENTRIES, listed, type Unit } from "./crash-units.ts";

/** An event on a channel, as it arrived. */
export interface Arrival {
  channel: string;
  name: string;
  stamp: EventStamp;
  /** Of the data without its stamp; null: only a hint came, which sync has whole. */
  digest: string | null;
}

const digestOf = (payload: object): string => createHash("sha1").update(JSON.stringify(payload)).digest("base64");

export class Arrivals {
  /** In their order, with doubles. */
  readonly all: Arrival[] = [];

  /** Takes over what a sink has taken, which forgets it. */
  takeFrom(sink: HttpSink): void {
    sink.requests.length = 0;
    for (const { channel, name, data } of sink.taken.splice(0)) {
      const { _event: stamp, ...payload } = JSON.parse(data) as { _event: EventStamp; truncated?: true };
      this.all.push({ channel, name, stamp, digest: payload.truncated ? null : digestOf(payload) });
    }
  }

  get doubles(): number {
    return this.all.length - new Set(this.all.map(keyOf)).size;
  }
}

const keyOf = ({ channel, stamp }: Pick<Arrival, "channel" | "stamp">): string => `${stamp.id} ${channel}`;

interface Row {
  seq: number;
  id: string;
  channel: string | null;
  offset: number | null;
  audience: string | null;
  event: string;
  payload: string;
  state: string;
  at: number;
}

const AT_ONCE = 5_000;

/** All rows of the outbox, in the order of their commits. */
async function* rowsOf(db: Queries): AsyncGenerator<Row> {
  for (let after = 0; ; ) {
    const rows = await db.all<Row>("SELECT seq, id, channel, offset, audience, event, payload, state, created_at AS at FROM outbox_events WHERE seq > ? ORDER BY seq LIMIT ?", [after, AT_ONCE]);
    yield* rows;
    if (rows.length < AT_ONCE) return;
    after = rows.at(-1)!.seq;
  }
}

/** What of the deliveries is wrong, in words; those that are not decided yet may have arrived or not. */
export async function deliveryFaults(db: Queries, arrivals: readonly Arrival[]): Promise<string[]> {
  const faults: string[] = [];
  const first = new Map<string, Arrival>();
  const offsets = new Map<string, number[]>();
  for (const arrival of arrivals) {
    const key = keyOf(arrival);
    const before = first.get(key);
    if (before) {
      if (JSON.stringify(before) !== JSON.stringify(arrival)) faults.push(`came twice, and not the same: ${JSON.stringify([before, arrival])}`);
      continue;
    }
    first.set(key, arrival);
    if (arrival.stamp.offset === null) continue;
    const seen = offsets.get(arrival.channel);
    if (seen) seen.push(arrival.stamp.offset);
    else offsets.set(arrival.channel, [arrival.stamp.offset]);
  }
  const { epoch } = await logHead(db);
  const hints: Row[] = [];
  for await (const row of rowsOf(db)) {
    const payload = JSON.parse(row.payload) as object;
    for (const channel of row.channel === null ? (JSON.parse(row.audience!) as string[]) : [row.channel]) {
      const stamp = { id: row.id, seq: row.seq, offset: row.offset, epoch, at: row.at };
      const key = keyOf({ channel, stamp });
      const arrived = first.get(key);
      first.delete(key);
      if (!arrived && row.state === "delivered") faults.push(`lost: #${row.seq} on ${channel}, which counts as delivered`);
      if (arrived && row.state === "dead") faults.push(`refused and taken: #${row.seq} on ${channel}`);
      if (!arrived) continue;
      if (arrived.digest === null) hints.push(row);
      const expected: Arrival = { channel, name: row.event, stamp, digest: arrived.digest === null ? null : digestOf(payload) };
      if (JSON.stringify(arrived) !== JSON.stringify(expected)) faults.push(`not what was committed: ${JSON.stringify([arrived, expected])}`);
    }
  }
  for (const { name, stamp, channel } of first.values()) faults.push(`invented: ${name} #${stamp.seq} on ${channel}`);
  for (const [channel, seen] of offsets) faults.push(...(await orderFaultsOf(db, channel, seen)));
  for (const row of hints) faults.push(...(await hintFaults(db, row, epoch)));
  return faults;
}

/** First seen must be, one after the other, what was committed to the channel and not refused. */
async function orderFaultsOf(db: Queries, channel: string, seen: readonly number[]): Promise<string[]> {
  const committed = await db.all<{ offset: number }>("SELECT offset FROM outbox_events WHERE channel = ? AND state <> 'dead' ORDER BY seq LIMIT ?", [channel, seen.length]);
  const wrong = seen.findIndex((offset, n) => committed[n]?.offset !== offset);
  return wrong < 0 ? [] : [`out of order: ${channel} has ${seen[wrong]} after ${seen[wrong - 1] ?? "nothing"}`];
}

/** What is too long for the wire is whole by sync. */
async function hintFaults(db: Queries, { seq, channel, payload }: Row, epoch: string): Promise<string[]> {
  const { events } = await syncEvents(db, [channel!], encodeCursor({ epoch, seq: seq - 1 }), 1);
  const { _event: stamp, ...data } = events[0]?.data ?? { _event: null };
  return stamp?.seq === seq && JSON.stringify(data) === payload ? [] : [`sync has not the whole of #${seq} on ${channel}`];
}

/** Whether each unit is there as a whole or not at all, and each that was acknowledged is there. */
export async function unitFaults(db: Queries, acknowledged: ReadonlyMap<string, Unit>, chatsEach: number): Promise<{ faults: string[]; units: number; unheard: number }> {
  const faults: string[] = [];
  const counts = { messages: new Map<string, number>(), hints: new Map<string, number>(), renames: new Map<string, number>(), lists: new Map<string, number>() };
  const keyOfMessage = new Map<string, string>();
  const add = (to: Map<string, number>, key: string) => to.set(key, (to.get(key) ?? 0) + 1);
  for await (const { event, payload } of rowsOf(db)) {
    const data = JSON.parse(payload) as { id: string; clientId: string; messageId: string; name: string; key: string };
    if (event === newMessage.name) {
      add(counts.messages, data.clientId);
      keyOfMessage.set(data.id, data.clientId);
    } else if (event === messageNotification.name) add(counts.hints, keyOfMessage.get(data.messageId) ?? data.messageId);
    else if (event === memberChanged.name) add(counts.renames, data.name);
    else if (event === listed.name) add(counts.lists, data.key);
  }
  const expect = (what: string, found: ReadonlyMap<string, number>, each: number) => {
    for (const [key, count] of found) if (count !== each) faults.push(`${what} ${key}: ${count} events, not ${each}`);
  };
  expect("message", counts.messages, 1);
  expect("hint of message", counts.hints, 1);
  expect("rename", counts.renames, chatsEach);
  expect("list", counts.lists, LIST_ENTRIES);
  for (const key of counts.messages.keys()) if (!counts.hints.has(key)) faults.push(`message ${key} without its hint`);
  if (counts.hints.size > counts.messages.size) faults.push("a hint without its message");
  const present = { message: counts.messages, rename: counts.renames, list: counts.lists };
  for (const { kind, key } of acknowledged.values()) if (!present[kind].has(key)) faults.push(`acknowledged, and not there: ${kind} ${key}`);
  // The rows of the domain themselves.
  const stored = new Set((await db.all<{ key: string }>("SELECT client_id AS key FROM messages")).map(({ key }) => key));
  for (const key of counts.messages.keys()) if (!stored.has(key)) faults.push(`an event without its message: ${key}`);
  for (const key of stored) if (!counts.messages.has(key)) faults.push(`a message without its event: ${key}`);
  for (const { name } of await db.all<{ name: string }>("SELECT name FROM users WHERE name LIKE 'Name %'")) if (!counts.renames.has(name)) faults.push(`a name that nobody was told of: ${name}`);
  const units = counts.messages.size + counts.renames.size + counts.lists.size;
  return { faults, units, unheard: units - acknowledged.size };
}
