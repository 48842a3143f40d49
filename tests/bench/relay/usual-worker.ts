/** The usual worker of an outbox: asks every 50 ms, sends one event or ten in a request, and marks them one request after the other. */
import { setTimeout as pause } from "node:timers/promises";
import Pusher from "pusher";
import type { ChannelsApp } from "#app/config/settings.ts";
import { openDatabase } from "#db/database.ts";

const ASKS_EVERY_MS = 50;
const BATCH = 10;
const READ_AT_ONCE = 100;

interface Waiting {
  seq: number;
  id: string;
  channel: string;
  offset: number;
  event: string;
  payload: string;
  at: number;
}

const { appId, key, secret, cluster, host, port } = JSON.parse(process.env["CHANNELS"]!) as ChannelsApp;
const pusher = new Pusher({ appId, key, secret, ...(host ? { host, port: String(port) } : { cluster }), useTLS: false });
const db = await openDatabase(process.env["DATABASE_URL"]!);
const size = process.env["MODE"] === "batch" ? BATCH : 1;

// What whoever listens needs of an event, as Roost's has it.
const data = ({ seq, id, offset, payload, at }: Waiting) => ({ ...(JSON.parse(payload) as object), _event: { id, seq, offset, at } });

process.send?.("ready");
for (;;) {
  const waiting = await db.all<Waiting>(`SELECT seq, id, channel, "offset", event, payload, created_at AS at FROM outbox_events WHERE state = 'pending' ORDER BY seq LIMIT ${READ_AT_ONCE}`);
  if (waiting.length === 0) await pause(ASKS_EVERY_MS);
  for (let from = 0; from < waiting.length; from += size) {
    const some = waiting.slice(from, from + size);
    if (size === 1) await pusher.trigger(some[0]!.channel, some[0]!.event, data(some[0]!));
    else await pusher.triggerBatch(some.map((one) => ({ channel: one.channel, name: one.event, data: data(one) })));
    const now = Date.now();
    await db.batch(some.map(({ seq, at }) => ({ sql: "UPDATE outbox_events SET state = 'delivered', published_at = ?, latency_ms = ? WHERE seq = ?", args: [now, now - at, seq] })));
  }
}
