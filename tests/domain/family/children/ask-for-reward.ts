/** Run as a process of its own: asks many times at once for one reward, and says how many succeeded. */
import { DomainError } from "#app/domain/errors.ts";
import { newId } from "#app/domain/ids.ts";
import { askForReward } from "#app/domain/rewards/commands.server.ts";
import type { Viewer } from "#app/domain/viewer.ts";
import { openDatabase } from "#db/database.ts";

const [url, children, productId, times] = process.argv.slice(2) as [string, string, string, string];
const db = await openDatabase(url, { busyTimeoutMs: 30_000 });
const ctx = { db, now: Date.now, newId };
const viewers = JSON.parse(children) as Viewer[];
process.stdout.write("ready\n");
await new Promise((resolve) => process.stdin.once("data", resolve));
const outcomes = await Promise.allSettled(Array.from({ length: Number(times) }, (_, index) => askForReward(ctx, viewers[index % viewers.length]!, { productId, key: newId() })));
for (const outcome of outcomes) {
  const isRefusal = outcome.status === "fulfilled" || (outcome.reason instanceof DomainError && outcome.reason.code === "out-of-stock");
  if (!isRefusal) throw new Error("asking failed", { cause: outcome.reason });
}
process.stdout.write(`${outcomes.filter(({ status }) => status === "fulfilled").length}\n`);
process.stdin.destroy();
await db.close();
