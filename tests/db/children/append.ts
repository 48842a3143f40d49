/** Run as a process of its own: appends `count` events to a channel, one transaction each. */
import { newId } from "#app/domain/ids.ts";
import { openDatabase } from "#db/database.ts";
import { append } from "#db/outbox/append.ts";
import { durable } from "#db/outbox/event.ts";

const [url, channel, count] = process.argv.slice(2) as [string, string, string];
const db = await openDatabase(url, { busyTimeoutMs: 30_000 });
const type = durable<{ n: number; pid: number }>()("counted");
for (let n = 0; n < Number(count); n++) await db.transact((tx) => append(tx, { type, channel, payload: { n, pid: process.pid } }, { now: Date.now, newId }));
await db.close();
