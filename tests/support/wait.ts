import { setTimeout as pause } from "node:timers/promises";
import { patient } from "./patience.ts";

/**
 * Waits for a condition instead of for a time.
 * @param condition asked again until it answers something truthy; what it throws counts as "not yet"
 * @returns what the condition answered
 * @throws Error naming `what`, with the last error as its cause, after `timeout` ms, in `npm test` some times that (patience.ts)
 */
export async function until<T>(
  condition: () => T | Promise<T>,
  { timeout = 10_000, interval = 20, what = "the condition" }: { timeout?: number; interval?: number; what?: string } = {},
): Promise<NonNullable<T>> {
  const deadline = performance.now() + patient(timeout);
  let lastError: unknown;
  for (;;) {
    try {
      const answer = await condition();
      if (answer) return answer;
    } catch (error) {
      lastError = error;
    }
    if (performance.now() > deadline) throw new Error(`${what} did not come true within ${patient(timeout)} ms`, { cause: lastError });
    await pause(interval);
  }
}
