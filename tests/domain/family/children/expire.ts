/** Run as a process of its own: looks for due timers without a pause until it is killed. */
import { newId } from "#app/domain/ids.ts";
import { expireTimers } from "#app/domain/timers/expiry.server.ts";
import { openDatabase } from "#db/database.ts";

const [url] = process.argv.slice(2) as [string];
const db = await openDatabase(url, { busyTimeoutMs: 30_000 });
for (;;) {
  const expired = await expireTimers({ db, now: Date.now, newId });
  if (expired > 0) process.stdout.write(`${expired}\n`);
  await new Promise((resolve) => setImmediate(resolve));
}
