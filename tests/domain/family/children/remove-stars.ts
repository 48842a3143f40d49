/** Run as a process of its own: tries many removals at once, and says how many succeeded and how the others were refused. */
import { DomainError } from "#app/domain/errors.ts";
import { newId } from "#app/domain/ids.ts";
import { removeStars } from "#app/domain/stars/commands.server.ts";
import type { Viewer } from "#app/domain/viewer.ts";
import { openDatabase } from "#db/database.ts";

const [url, parent, memberId, times, amount] = process.argv.slice(2) as [string, string, string, string, string];
const db = await openDatabase(url, { busyTimeoutMs: 30_000 });
const ctx = { db, now: Date.now, newId };
const viewer = JSON.parse(parent) as Viewer;
process.stdout.write("ready\n");
await new Promise((resolve) => process.stdin.once("data", resolve));
const outcomes = await Promise.allSettled(Array.from({ length: Number(times) }, () => removeStars(ctx, viewer, { memberId, amount: Number(amount), reason: "spent", key: newId() })));
for (const outcome of outcomes) {
  const isRefusal = outcome.status === "fulfilled" || (outcome.reason instanceof DomainError && outcome.reason.code === "not-enough-stars");
  if (!isRefusal) throw new Error("a removal failed", { cause: outcome.reason });
}
process.stdout.write(`${outcomes.filter(({ status }) => status === "fulfilled").length}\n`);
process.stdin.destroy();
await db.close();
