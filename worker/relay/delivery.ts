/** One batch to the publisher: in one request if it goes well, in a few if one of its events is refused. */
import { isolate, type Progress, type Rest } from "./isolate.ts";
import type { HeldRow } from "./lanes.ts";
import type { Publisher, PublishOutcome, WireEvent } from "./publishers/publisher.ts";
import type { Reach } from "./reach.ts";
import { wireEvents } from "./wire.ts";

/** Of an event that takes several requests: all of them, and how many were taken. A retry goes on after these, whoever came or went meanwhile. */
export interface Parts {
  requests: WireEvent[][];
  done: number;
}

export interface DeliveryOptions {
  publisher: Publisher;
  epoch: string;
  mayPublish: () => boolean;
  /** By seq. */
  partsDone: Map<number, Parts>;
  /** In the order of the rows. May reject: the database is asked. */
  reachOf: (rows: readonly HeldRow[]) => Promise<Reach[]>;
  /** Whose connections end after a row, if anybody's. */
  terminatedBy: (row: HeldRow) => string | null;
  signal: AbortSignal;
}

const NOT_LEADING: PublishOutcome = { kind: "unavailable", reason: "aborted", detail: "the lease has run out", retryAfterMs: null };

/** Sends rows that are all in one request, or a single row that takes several. */
export async function deliver(batch: readonly HeldRow[], options: DeliveryOptions, progress: Progress<HeldRow>): Promise<Rest<HeldRow>> {
  const publish = (part: readonly HeldRow[]) => publishRows(part, options);
  const outcome = await publish(batch);
  if (outcome.kind === "accepted") {
    progress.accepted(batch);
    return { refused: null, undecided: [], outage: null };
  }
  if (outcome.kind === "unavailable") return { refused: null, undecided: [...batch], outage: outcome };
  const [only, ...others] = batch;
  if (only && others.length === 0) return { refused: { item: only, outcome }, undecided: [], outage: null };
  return isolate(batch, publish, progress);
}

async function publishRows(rows: readonly HeldRow[], options: DeliveryOptions): Promise<PublishOutcome> {
  const { publisher, mayPublish, partsDone, signal } = options;
  if (!mayPublish()) return NOT_LEADING;
  const single = rows.length === 1 ? rows[0]! : null;
  const begun = single && partsDone.get(single.seq);
  const requests = begun?.requests ?? (await requestsOf(rows, options));
  if ("kind" in requests) return requests;
  for (let done = begun?.done ?? 0; done < requests.length; done += 1) {
    const request = requests[done]!;
    const outcome = request.length === 0 ? ({ kind: "accepted" } as const) : mayPublish() ? await publisher.publish(request, signal) : NOT_LEADING;
    if (outcome.kind !== "accepted") return outcome;
    if (single && requests.length > 1) partsDone.set(single.seq, { requests, done: done + 1 });
  }
  return endConnections(rows, options);
}

/** What is to be sent, in as many requests as it takes; or why that cannot be told. */
async function requestsOf(rows: readonly HeldRow[], { epoch, reachOf, partsDone }: DeliveryOptions): Promise<WireEvent[][] | PublishOutcome> {
  try {
    const reach = await reachOf(rows);
    const events = rows.map((row, index) => (partsDone.has(row.seq) ? [] : wireEvents(row, epoch, reach[index]!)));
    return events.length === 1 ? events[0]!.map((event) => [event]) : [events.flat()];
  } catch (error) {
    if (error instanceof SyntaxError) return { kind: "refused", reason: "bad-request", detail: "the row's audience is none" };
    if (!(error instanceof Error)) throw error;
    return { kind: "unavailable", reason: "network", detail: "the database did not say whom it reaches", retryAfterMs: null };
  }
}

/** Part of delivering: as long as it fails, the rows count as undecided, but they are not sent again. */
async function endConnections(rows: readonly HeldRow[], { publisher, mayPublish, terminatedBy, partsDone, signal }: DeliveryOptions): Promise<PublishOutcome> {
  const users = rows.flatMap((row) => terminatedBy(row) ?? []);
  if (users.length > 0) for (const row of rows) partsDone.set(row.seq, { requests: [], done: 0 });
  for (const userId of users) {
    const outcome = mayPublish() ? await terminate(publisher, userId, signal) : NOT_LEADING;
    if (outcome.kind !== "accepted") return outcome;
  }
  return { kind: "accepted" };
}

async function terminate(publisher: Publisher, userId: string, signal: AbortSignal): Promise<PublishOutcome> {
  const outcome = await publisher.terminate(userId, signal);
  // A server without this request will never have it: that must not hold everybody else up.
  if (outcome.kind === "unavailable" && outcome.reason === "not-found") return { kind: "refused", reason: "bad-request", detail: "delivered, but this server ends no connections" };
  return outcome;
}
