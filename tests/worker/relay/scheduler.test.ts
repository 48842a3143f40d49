import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { newId } from "#app/domain/ids.ts";
import { testDatabase, type TestDatabase } from "#tests/support/database.ts";
import { manualClock } from "#tests/support/manual-clock.ts";
import { JOBS, type Job } from "#worker/scheduler/jobs.ts";
import { scheduler } from "#worker/scheduler/scheduler.ts";
import { commit, pings, silent } from "./support.ts";
import { emptyStorage } from "#tests/support/uploads.ts";

let test: TestDatabase;
beforeEach(async () => void (test = await testDatabase()));
afterEach(() => test.close());

it("runs each job when it is due, and the others although one fails", async () => {
  const clock = manualClock();
  const ran: string[] = [];
  const job = (name: string, everyMs: number): Job => ({ name, everyMs, run: () => (ran.push(name), name === "broken" ? Promise.reject(new Error("broken")) : Promise.resolve({})) });
  const error = vi.fn();
  const jobs = scheduler({ ctx: { db: test.db, now: clock.now, newId, occupancy: null, storage: emptyStorage() }, clock, log: { ...silent, debug: silent.debug.bind(silent), error }, jobs: [job("broken", 5_000), job("often", 1_000), job("seldom", 10_000)] });
  jobs.start();
  await clock.advance(1_000);
  expect(ran).toEqual(["broken", "often", "seldom"]);
  expect(error).toHaveBeenCalledWith(expect.objectContaining({ job: "broken" }), "job failed");
  await clock.advance(10_000);
  expect(ran.filter((name) => name === "often")).toHaveLength(11);
  expect(ran.filter((name) => name === "seldom")).toHaveLength(2);
  jobs.stop();
  await clock.advance(60_000);
  expect(ran.filter((name) => name === "seldom")).toHaveLength(2);
});

it("deletes sessions that have expired and no others, prunes, and empties a large WAL", async () => {
  const now = 1_000_000;
  await test.db.batch([
    { sql: "INSERT INTO users (id, name, created_at) VALUES ('u', 'U', 1)" },
    ...[now - 1, now, now + 1].map((expires) => ({ sql: "INSERT INTO sessions (id, token_hash, user_id, created_at, last_seen_at, expires_at) VALUES (?, ?, 'u', 1, 1, ?)", args: [`s${expires}`, `h${expires}`, expires] })),
  ]);
  for (let round = 0; round < 6; round += 1) await commit(test.db, pings(400, ["private-chat-a"]).map((event) => ({ ...event, payload: { n: 1, text: "x".repeat(9_000) } })));
  const clock = manualClock(now);
  const results = await scheduler({ ctx: { db: test.db, now: clock.now, newId, occupancy: null, storage: emptyStorage() }, clock, log: silent, jobs: JOBS }).runDue();
  expect(results).toMatchObject({ "expired-sessions": { sessions: 2 }, "prune-outbox": { pruned: 0 } });
  expect(await test.db.all("SELECT id FROM sessions")).toEqual([{ id: `s${now + 1}` }]);
  expect((await test.db.checkpoint("passive"))?.pages).toBeLessThan(4_096);
});

it("does not prune while a long read keeps the WAL from being emptied, and goes on when it ends", async () => {
  const rows = 300;
  await commit(test.db, pings(rows, ["private-chat-a"]), () => 1);
  await test.db.batch([{ sql: "UPDATE outbox_events SET state = 'delivered'" }]);
  const clock = manualClock(1_800_000_000_000);
  const ctx = { db: test.db, now: clock.now, newId, occupancy: null, storage: emptyStorage() };
  const run = (name: string) => JOBS.find((job) => job.name === name)!.run(ctx);
  await test.db.snapshot(async (read) => {
    await read.all("SELECT 1 FROM outbox_events LIMIT 1");
    for (let round = 0; round < 6; round += 1) await commit(test.db, pings(400, ["private-chat-a"]).map((event) => ({ ...event, payload: { n: 1, text: "x".repeat(9_000) } })), clock.now);
    await run("checkpoint");
    expect(await run("prune-outbox")).toEqual({ pruned: 0 });
  });
  await run("checkpoint");
  expect(await run("prune-outbox")).toEqual({ pruned: rows });
});
