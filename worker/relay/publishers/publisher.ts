/**
 * What takes events to the browsers' service. Everything the relay knows of Channels is in this interface:
 * another transport is one more implementation that passes the same contract suite.
 */

/** An event as it goes over the wire. */
export interface WireEvent {
  name: string;
  /** 1 to MAX_CHANNELS; in a batch of several events, 1 each. */
  channels: readonly string[];
  /** JSON text, at most WIRE_LIMIT_BYTES. */
  data: string;
}

export const MAX_CHANNELS = 100;
export const MAX_BATCH = 10;

/** Why one of the events in a request can never be taken. */
export type RefusalReason = "bad-request" | "payload-too-large";

/** Why the service takes nothing at present, whatever the event. */
export type OutageReason = "network" | "tls" | "timeout" | "server-error" | "unauthorized" | "forbidden" | "not-found" | "wrong-cluster" | "rate-limited" | "unexpected-answer" | "aborted";

export type PublishOutcome =
  | { kind: "accepted" }
  /** At least one event of the request was refused for what it is; nothing of the request was taken. */
  | { kind: "refused"; reason: RefusalReason; detail: string }
  /** `detail`: for operators, secrets removed. */
  | { kind: "unavailable"; reason: OutageReason; detail: string; retryAfterMs: number | null };

export interface Publisher {
  /**
   * Sends 1 to MAX_BATCH events in one request, in order. Never rejects, never changes its input, and ends within
   * its deadline (and soon after `signal`), with its socket closed if need be.
   * @throws RangeError for a batch that no caller may build
   */
  publish(batch: readonly WireEvent[], signal?: AbortSignal): Promise<PublishOutcome>;
  /** Closes all connections of a user. */
  terminate(userId: string, signal?: AbortSignal): Promise<PublishOutcome>;
  /** Closes idle connections. */
  close(): void;
}
