/**
 * The rewards page from a warm cache against the same page without one, in one run and in turns; and what looking at
 * the tags' versions costs of it (issue 7, bar 9: at most 5 % of the page without a cache).
 */
import { performance } from "node:perf_hooks";
import { newId } from "#app/domain/ids.ts";
import { raiseVersion, versionsOf, type TagName } from "#app/cache/versions.server.ts";
import { openDatabase } from "#db/database.ts";
import { shown, spread, table } from "#tests/bench/measure/figures.ts";
import { keep, say, sayMachine } from "#tests/bench/measure/report.ts";
import { httpSender } from "#tests/bench/clients/http-sender.ts";
import { TestBrowser } from "#tests/support/http.ts";
import { startRoost } from "#tests/support/processes.ts";

const REWARDS = Number(process.env["REWARDS"] ?? 60);
const ROUNDS = 30;
/** Pages of one kind in a row: the processor's caches are those of an app that does one thing. */
const IN_A_ROW = 20;
const WARM_UP = 100;
const LOOKS = 5_000;
const MOST_SHARE = 0.05;
const TAGS = ["company", "categories", "products", "promotions"] as const;

const roost = await startRoost({ relay: false, channels: "none", env: { LOG_LEVEL: "error" } });
const db = await openDatabase(roost.databaseUrl);
let failed = false;
try {
  const parent = new TestBrowser(roost.url);
  const signedIn = await parent.post("/login", { email: "parent@roost.test", password: "roost-demo-pass" });
  if (signedIn.status !== 302) throw new Error(`signing in answered ${signedIn.status}`);
  const [family] = await db.all<{ id: string; owner: string }>("SELECT f.id, m.user_id AS owner FROM families f JOIN family_members m ON m.family_id = f.id WHERE f.code = 'demo' AND m.role = 'parent' LIMIT 1");
  const { id: familyId, owner } = family!;
  await db.batch(
    Array.from({ length: REWARDS }, (_, index) => ({
      sql: `INSERT INTO products (id, family_id, category_id, name, description, price, stock, created_by, created_at)
        VALUES (?, ?, (SELECT id FROM categories WHERE family_id = ? AND position = ?), ?, 'What one may look forward to', ?, ?, ?, ?)`,
      args: [newId(), familyId, familyId, index % 3, `Reward ${index}`, 1 + (index % 40), index % 4 === 0 ? null : index % 9, owner, Date.now() + index],
    })),
  );
  const names: TagName[] = TAGS.flatMap((tag): TagName[] => [tag, `${tag}:${familyId}`]);
  const outOfDate = () => db.batch(TAGS.map((tag) => raiseVersion(`${tag}:${familyId}`, { now: Date.now, newId })));

  const sender = httpSender(roost.url, 1);
  const ask = async (): Promise<number> => {
    const from = performance.now();
    const { status, body } = await sender.get("/rewards", parent.cookieHeader, { Accept: "text/html" });
    const took = performance.now() - from;
    if (status !== 200 || !body.includes("Reward 7")) throw new Error(`the page answered ${status}`);
    return took;
  };
  const took = { warm: [] as number[], without: [] as number[] };
  await outOfDate();
  for (let turn = 0; turn < WARM_UP; turn++) await ask();
  for (let round = 0; round < ROUNDS; round++) {
    await ask();
    for (let turn = 0; turn < IN_A_ROW; turn++) took.warm.push(await ask());
    for (let turn = 0; turn < IN_A_ROW; turn++) {
      // Every entry is out of date when the page is asked for: it is read as if there were no memory. Not counted.
      await outOfDate();
      took.without.push(await ask());
    }
  }
  sender.close();

  await versionsOf(db, names);
  const from = performance.now();
  for (let look = 0; look < LOOKS; look++) await versionsOf(db, names);
  const look = (performance.now() - from) / LOOKS;

  const [warm, without] = [spread(took.warm), spread(took.without)];
  const perSecond = (values: number[]) => (values.length * 1000) / values.reduce((sum, value) => sum + value, 0);
  const share = look / without.p50;
  sayMachine();
  say(`The rewards page with ${REWARDS} rewards and the demo household's, one request after the other, in turns\n`);
  say(
    table([
      ["", "requests/s", "p50", "p95", "p99"],
      ...(
        [
          ["warm cache", warm, took.warm],
          ["no cache", without, took.without],
        ] as const
      ).map(([name, at, all]) => [name, shown(perSecond(all), 0), shown(at.p50), shown(at.p95), shown(at.p99)]),
    ]),
  );
  say(`\nWarm serves ${shown(perSecond(took.warm) / perSecond(took.without))} times as many. Looking at the versions of ${names.length} tags: ${shown(look, 3)} ms, ${shown(share * 100, 1)} % of the page without a cache.`);
  await keep("cache", { rewards: REWARDS, warm, without, perSecond: { warm: perSecond(took.warm), without: perSecond(took.without) }, versionsMs: look, share });
  failed = share > MOST_SHARE;
  if (failed) say(`That is more than ${MOST_SHARE * 100} %.`);
} finally {
  await db.close();
  await roost.stop();
}
process.exitCode = failed ? 1 : 0;
