/**
 * A publisher for probes. A request that is lost in a black hole outlasts the end of the outage that it was to find; one
 * that is cut off early never finds a service that is merely slow. So the first request has its full time, and beside it
 * the same is asked again, each time anew. The first answer counts and ends the others. What is slow to answer may get an
 * event twice by this, as by any retry: under the same id.
 */
import type { Clock } from "./clock.ts";
import type { Publisher, PublishOutcome, WireEvent } from "./publishers/publisher.ts";

/** With the publisher's deadline of 5 s a service that is back is asked within this time, and never twice within a second. */
export const ASK_AGAIN_EVERY_MS = 1_250;

export interface InsistentOptions {
  clock: Clock;
  /** Asked before each further request. */
  mayPublish: () => boolean;
}

export function insistent(publisher: Publisher, { clock, mayPublish }: InsistentOptions): Publisher {
  async function publish(batch: readonly WireEvent[], signal?: AbortSignal): Promise<PublishOutcome> {
    const over = new AbortController();
    const ended = signal ? AbortSignal.any([signal, over.signal]) : over.signal;
    let again: AbortController | null = null;
    let cancel: () => void = () => undefined;
    const answered = new Promise<PublishOutcome>((resolve) => {
      function askAgain() {
        again?.abort();
        cancel = clock.after(ASK_AGAIN_EVERY_MS, askAgain);
        if (!mayPublish()) return;
        again = new AbortController();
        void publisher.publish(batch, AbortSignal.any([ended, again.signal])).then((outcome) => isAnswer(outcome) && resolve(outcome));
      }
      cancel = clock.after(ASK_AGAIN_EVERY_MS, askAgain);
    });
    try {
      return await Promise.race([publisher.publish(batch, ended), answered]);
    } finally {
      cancel();
      over.abort();
    }
  }
  return { ...publisher, publish };
}

const isAnswer = (outcome: PublishOutcome) => outcome.kind !== "unavailable" || (outcome.reason !== "timeout" && outcome.reason !== "aborted");
