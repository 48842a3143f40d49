/** What the relay's tests share: events, rows and a relay in this process on a real database. */
import pino from "pino";
import { newId } from "#app/domain/ids.ts";
import type { Database } from "#db/database.ts";
import { append, type OutboxEvent } from "#db/outbox/append.ts";
import { durable, type EventType } from "#db/outbox/event.ts";
import { systemClock, type Clock } from "#worker/relay/clock.ts";
import type { Publisher } from "#worker/relay/publishers/publisher.ts";
import { startRelay, type Relay, type RelayOptions } from "#worker/relay/relay.ts";

export const ping = durable<{ n: number; text?: string }>()("test-ping");
/** A dead one holds its channel up. */
export const strict = durable<{ n: number }>()("test-strict", "block");
export const TEST_EVENT_TYPES: ReadonlyMap<string, EventType> = new Map<string, EventType>([ping, strict].map((type) => [type.name, type]));

export const silent = pino({ level: "silent" });

export async function commit(db: Database, events: OutboxEvent<{ n: number; text?: string }>[], now: () => number = Date.now) {
  await db.transact(async (tx) => {
    for (const event of events) await append(tx, event, { now, newId });
  });
}

/** `count` pings, round robin over channels, numbered from 0. */
export const pings = (count: number, channels: string[], type: EventType<{ n: number }> = ping) =>
  Array.from({ length: count }, (_, n) => ({ type, payload: { n }, channel: channels[n % channels.length]! }));

export interface Row {
  seq: number;
  id: string;
  channel: string | null;
  offset: number | null;
  state: string;
  attempts: number;
  latency_ms: number | null;
  published_at: number | null;
  first_error: string | null;
  last_error: string | null;
  payload: string;
}

export const rowsOf = (db: Database) => db.all<Row>("SELECT * FROM outbox_events ORDER BY seq");

export async function countOf(db: Database, state: string): Promise<number> {
  const [row] = await db.all<{ n: number }>("SELECT count(*) AS n FROM outbox_events WHERE state = ?", [state]);
  return row?.n ?? 0;
}

export function relayOn(db: Database, publisher: Publisher, options: Partial<RelayOptions> & { clock?: Clock } = {}): Relay {
  return startRelay({ db, publisher, eventTypes: TEST_EVENT_TYPES, clock: systemClock, random: Math.random, holder: newId(), version: "test", log: silent, socketPath: null, scheduler: null, ...options });
}

/** For each channel: the offsets in the order in which they were first seen must rise by one. @returns what does not */
export function orderFaults(taken: { channel: string; stamp: { id: string; offset: number | null } }[]): string[] {
  const faults: string[] = [];
  const last = new Map<string, number>();
  const ids = new Map<string, string>();
  for (const { channel, stamp } of taken) {
    const offset = stamp.offset ?? 0;
    const known = ids.get(`${channel} ${offset}`);
    if (known !== undefined) {
      if (known !== stamp.id) faults.push(`${channel} ${offset}: two ids`);
      continue;
    }
    ids.set(`${channel} ${offset}`, stamp.id);
    const before = last.get(channel) ?? 0;
    if (offset !== before + 1) faults.push(`${channel}: ${offset} after ${before}`);
    last.set(channel, offset);
  }
  return faults;
}
