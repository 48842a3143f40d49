import type { PublishOutcome } from "./publishers/publisher.ts";

/** Told of a part of a batch as soon as it is known what becomes of it. */
export interface Progress<T> {
  /** Taken by the service: always the next ones of those that stay. */
  accepted: (part: readonly T[]) => void;
  /** Not looked at here any more: somebody else may send them. */
  released: (part: readonly T[]) => void;
}

/** What is left of a batch that was neither accepted nor released. */
export interface Rest<T> {
  /** The first event that the service refuses, and its reason. */
  refused: { item: T; outcome: Extract<PublishOutcome, { kind: "refused" }> } | null;
  /** Not decided: those after the refused one, or all the rest when the service went away meanwhile. */
  undecided: T[];
  outage: Extract<PublishOutcome, { kind: "unavailable" }> | null;
}

/**
 * Finds the first event for which a batch was refused, by halving: at most ⌈log2 n⌉ + 1 requests after the refused
 * one. What is taken on the way is always a prefix of what stays, so that order is kept on every channel; the
 * refused one is convicted only by a request of its own. The half behind the first one that is refused is released
 * at once: a refused event of its own is then looked for at the same time. No later half is: one event refused
 * among ten would else cost more than eight requests.
 */
export async function isolate<T>(batch: readonly T[], publish: (part: readonly T[]) => Promise<PublishOutcome>, { accepted, released }: Progress<T>): Promise<Rest<T>> {
  let suspects = [...batch];
  let later: T[] | null = null;
  while (suspects.length > 0) {
    const half = suspects.slice(0, Math.ceil(suspects.length / 2));
    const outcome = await publish(half);
    if (outcome.kind === "unavailable") return { refused: null, undecided: [...suspects, ...(later ?? [])], outage: outcome };
    const others = suspects.slice(half.length);
    if (outcome.kind === "accepted") {
      accepted(half);
      suspects = others;
    } else if (half.length === 1) {
      return { refused: { item: half[0]!, outcome }, undecided: [...others, ...(later ?? [])], outage: null };
    } else {
      if (later === null) released(others);
      later = later === null ? [] : [...others, ...later];
      suspects = half;
    }
  }
  return { refused: null, undecided: later ?? [], outage: null };
}
