import type { Child } from "./child.ts";
import type { Output } from "./output.ts";

/** Everything is gone after this long, whatever it was doing, in ms. Delivery goes on from the outbox at the next start. */
export const STOP_DEADLINE_MS = 12_000;

/**
 * Stops the children one after the other, last started first: no new requests, then the relay sends what is
 * committed, then Channels hangs up. Past the deadline the rest is killed.
 */
export async function stopAll(children: readonly Child[], output: Output): Promise<void> {
  const deadline = setTimeout(() => {
    output.line("roost", "not all had ended in time: ending them now");
    for (const child of children) child.kill();
  }, STOP_DEADLINE_MS);
  for (const child of children.toReversed()) await child.stop();
  clearTimeout(deadline);
}
