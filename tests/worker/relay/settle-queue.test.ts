/** Results are written in chunks: many at once under load, and none waits long. */
import { expect, it } from "vitest";
import type { Database } from "#db/database.ts";
import type { Settlement } from "#db/outbox/settle.ts";
import { manualClock } from "#tests/support/manual-clock.ts";
import { SETTLE_WITHIN_MS, SettleQueue } from "#worker/relay/settle-queue.ts";
import { silent } from "./support.ts";

const delivered = (count: number, from = 1): Settlement[] => Array.from({ length: count }, (_, n) => ({ seq: from + n, state: "delivered", attempts: 1, publishedAt: 0, latencyMs: 1 }));

/** A database that notes how many results each write holds, and answers when it is told to. */
function slowDatabase() {
  const chunks: number[] = [];
  const answers: (() => void)[] = [];
  const db = {
    batch: (statements: { args: string[] }[]) =>
      new Promise((resolve) => {
        chunks.push((JSON.parse(statements.at(-2)!.args[0]!) as unknown[]).length);
        answers.push(() => resolve([[], [], [{ leads: 1 }]]));
      }),
  };
  const answer = async () => {
    answers.shift()!();
    await new Promise(setImmediate);
  };
  return { db: db as unknown as Database, chunks, answer };
}

function queueOver(db: Database) {
  const clock = manualClock();
  const settled: number[] = [];
  const queue = new SettleQueue({ db, token: 1, clock, log: silent, onSettled: (chunk) => settled.push(...chunk.map(({ seq }) => seq)), onFenced: () => undefined });
  return { clock, queue, settled };
}

it("writes few results together, after a while", async () => {
  const { db, chunks, answer } = slowDatabase();
  const { clock, queue, settled } = queueOver(db);
  queue.push(...delivered(3));
  queue.push(...delivered(4, 4));
  await clock.advance(SETTLE_WITHIN_MS - 1);
  expect(chunks).toEqual([]);
  await clock.advance(1);
  await answer();
  expect(chunks).toEqual([7]);
  expect(settled).toEqual([1, 2, 3, 4, 5, 6, 7]);
});

it("what arrives while a chunk is written waits for others, not for ever", async () => {
  const { db, chunks, answer } = slowDatabase();
  const { clock, queue, settled } = queueOver(db);
  queue.push(...delivered(300));
  expect(chunks).toEqual([300]);
  queue.push(...delivered(80, 301));
  await answer();
  expect(chunks).toEqual([300]);
  await clock.advance(SETTLE_WITHIN_MS);
  expect(chunks).toEqual([300, 80]);
  await answer();
  expect(settled).toHaveLength(380);
  expect(queue.size).toBe(0);
});

it("a flush writes all that waits, also what came while another chunk was under way", async () => {
  const { db, chunks, answer } = slowDatabase();
  const { queue } = queueOver(db);
  queue.push(...delivered(300));
  queue.push(...delivered(20, 301));
  const flushed = queue.flush();
  await answer();
  await answer();
  await flushed;
  expect(chunks).toEqual([300, 20]);
  expect(queue.size).toBe(0);
});
