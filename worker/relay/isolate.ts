import type { PublishOutcome } from "./publishers/publisher.ts";

export interface Isolation<T> {
  /** Taken by the service, a prefix of the batch. */
  accepted: T[];
  /** The first event that the service refuses, and its reason. */
  refused: { item: T; outcome: Extract<PublishOutcome, { kind: "refused" }> } | null;
  /** Not decided: those after the refused one, or all the rest when the service went away meanwhile. */
  undecided: T[];
  outage: Extract<PublishOutcome, { kind: "unavailable" }> | null;
}

/**
 * Finds the first event for which a batch was refused, by halving: at most 1 + ⌈log2 n⌉ requests after the
 * refused one. What is taken on the way is always a prefix, so that order is kept on every channel; the refused
 * one is convicted only by a request of its own.
 */
export async function isolate<T>(batch: readonly T[], publish: (part: readonly T[]) => Promise<PublishOutcome>): Promise<Isolation<T>> {
  const accepted: T[] = [];
  let suspects = [...batch];
  let later: T[] = [];
  while (suspects.length > 0) {
    const half = suspects.slice(0, Math.ceil(suspects.length / 2));
    const outcome = await publish(half);
    if (outcome.kind === "unavailable") return { accepted, refused: null, undecided: [...suspects, ...later], outage: outcome };
    if (outcome.kind === "accepted") {
      accepted.push(...half);
      suspects = suspects.slice(half.length);
    } else if (half.length === 1) {
      return { accepted, refused: { item: half[0]!, outcome }, undecided: [...suspects.slice(1), ...later], outage: null };
    } else {
      later = [...suspects.slice(half.length), ...later];
      suspects = half;
    }
  }
  return { accepted, refused: null, undecided: later, outage: null };
}
