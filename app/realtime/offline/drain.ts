/** Empties the queue: each conversation in its order, conversations beside each other. */
import type { Log, Timers } from "#app/realtime/environment.ts";
import type { Accepted, PostMessage } from "#app/realtime/post-message.ts";
import type { QueuedMessage, QueueStorage } from "#app/realtime/queue-storage.ts";

/** The first pause after a failure; it doubles, and what is waited is a random part of it. */
const RETRY_FIRST_MS = 500;
/** Nobody tells when a network is back: within 5 s of that everything that waited is to be sent. */
const RETRY_MOST_MS = 4_000;

export interface DrainOptions {
  storage: QueueStorage;
  post: PostMessage;
  /** False: this page leads no more, and must not post. */
  mayPost: () => Promise<boolean>;
  /** The server has it. Told before the storage forgets it, so that no screen misses it in between. */
  onAccepted: (queued: QueuedMessage, message: Accepted) => void;
  /** A refusal was noted. */
  onRefused: () => void;
  log: Log;
}

type Sent = { kind: "settled" } | { kind: "failed"; retryAfterMs: number } | { kind: "not-leading" };

/** Posts one message and notes what came of it. */
async function sendOne({ storage, post, mayPost, onAccepted, onRefused, log }: DrainOptions, message: QueuedMessage): Promise<Sent> {
  if (!(await mayPost())) return { kind: "not-leading" };
  const outcome = await post(message);
  if (outcome.kind === "failed") {
    log("send failed", { reason: outcome.reason });
    return { kind: "failed", retryAfterMs: outcome.retryAfterMs };
  }
  if (outcome.kind === "accepted") {
    onAccepted(message, outcome.message);
    // What was refused of it stays, as a message of its own, with its reason.
    for (const [place, { file, refusal }] of (outcome.refusedFiles ?? []).entries()) await storage.add({ ...message, clientId: `${message.clientId}-${place}`, body: "", files: [file], refusal });
    await storage.remove(message.clientId);
    if (outcome.refusedFiles) onRefused();
  } else {
    await storage.setRefusal(message.clientId, outcome.refusal);
    onRefused();
  }
  return { kind: "settled" };
}

/** A storage that fails is a failure like any other: posted again later, which `clientId` makes safe. */
async function sendNext(options: DrainOptions, conversationId: string): Promise<Sent | { kind: "empty" }> {
  try {
    const next = await options.storage.next(conversationId);
    return next ? await sendOne(options, next) : { kind: "empty" };
  } catch (error) {
    options.log("the queue failed", { error: String(error) });
    return { kind: "failed", retryAfterMs: 0 };
  }
}

const conversationsIn = (messages: readonly QueuedMessage[]) => new Set(messages.filter(({ refusal }) => refusal === null).map(({ conversationId }) => conversationId));

/**
 * Sends what waits, once: for the service worker, whom the browser wakes again.
 * @returns whether nothing waits any more
 */
export async function drainOnce(options: DrainOptions): Promise<boolean> {
  const lane = async (conversationId: string): Promise<boolean> => {
    const sent = await sendNext(options, conversationId);
    return sent.kind === "settled" ? lane(conversationId) : sent.kind === "empty";
  };
  const lanes = [...conversationsIn(await options.storage.all())].map(lane);
  return (await Promise.all(lanes)).every(Boolean);
}

interface Lane {
  posting: boolean;
  /** Something was written while one was under way. */
  again: boolean;
  failures: number;
  cancelRetry: (() => void) | undefined;
}

/** Sends what waits and what comes, for as long as this page leads. Failures are tried again with growing pauses. */
export class Drainer {
  #lanes = new Map<string, Lane>();
  #running = false;

  constructor(readonly options: DrainOptions & Timers & { random: () => number }) {}

  get running(): boolean {
    return this.#running;
  }

  start(): void {
    this.#running = true;
    this.look();
  }

  /** What is under way ends by itself and is noted. */
  stop(): void {
    this.#running = false;
    for (const lane of this.#lanes.values()) lane.cancelRetry?.();
    this.#lanes.clear();
  }

  /** The queue has changed somewhere. */
  look(): void {
    if (!this.#running) return;
    this.options.storage.all().then(
      (messages) => conversationsIn(messages).forEach((conversationId) => this.advance(conversationId)),
      (error: unknown) => this.options.log("the queue was not read", { error: String(error) }),
    );
  }

  /** The network is back: don't wait for the next try. */
  wake(): void {
    for (const lane of this.#lanes.values()) {
      lane.cancelRetry?.();
      lane.cancelRetry = undefined;
    }
    this.look();
  }

  advance(conversationId: string): void {
    if (!this.#running) return;
    let lane = this.#lanes.get(conversationId);
    if (!lane) this.#lanes.set(conversationId, (lane = { posting: false, again: false, failures: 0, cancelRetry: undefined }));
    if (lane.posting) lane.again = true;
    else if (!lane.cancelRetry) void this.#run(conversationId, lane);
  }

  async #run(conversationId: string, lane: Lane): Promise<void> {
    lane.posting = true;
    lane.again = false;
    const sent = await sendNext(this.options, conversationId);
    lane.posting = false;
    if (this.#lanes.get(conversationId) !== lane) return;
    if (sent.kind === "failed") {
      const most = Math.min(RETRY_MOST_MS, RETRY_FIRST_MS * 2 ** lane.failures++);
      lane.cancelRetry = this.options.after(Math.max(sent.retryAfterMs, this.options.random() * most), () => {
        lane.cancelRetry = undefined;
        this.advance(conversationId);
      });
      return;
    }
    lane.failures = 0;
    if (sent.kind === "settled" || lane.again) this.advance(conversationId);
    else this.#lanes.delete(conversationId);
  }
}
