import { setTimeout as pause } from "node:timers/promises";

/**
 * Calls `send` at a steady rate, whether or not earlier ones have answered: a slow server is not spared.
 * @param rate calls a second
 * @returns once all have settled
 */
export async function steady(rate: number, seconds: number, send: (n: number) => Promise<unknown>): Promise<void> {
  const started = performance.now();
  const total = Math.round(rate * seconds);
  const pending: Promise<unknown>[] = [];
  for (let n = 0; n < total; ) {
    const due = Math.min(total, Math.floor(((performance.now() - started) / 1000) * rate) + 1);
    while (n < due) pending.push(send(n++));
    await pause(Math.max(0, started + (n * 1000) / rate - performance.now()));
  }
  await Promise.all(pending);
}

/**
 * Keeps `width` calls under way for `seconds`.
 * @returns how many were completed
 */
export async function saturating(width: number, seconds: number, send: (n: number) => Promise<unknown>): Promise<number> {
  const end = performance.now() + seconds * 1000;
  let n = 0;
  let completed = 0;
  await Promise.all(
    Array.from({ length: width }, async () => {
      while (performance.now() < end) {
        await send(n++);
        completed++;
      }
    }),
  );
  return completed;
}
