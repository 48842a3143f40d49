/** Delivers webhook events to the app: in order, in signed batches, tried again with growing pauses. */
import type { Logger } from "pino";
import type { Clock } from "#worker/relay/clock.ts";
import { sign } from "./credentials.ts";
import type { AppCredentials } from "./credentials.ts";
import type { Limits } from "./limits.ts";
import type { WebhookEvent } from "./webhook-news.ts";

const MAX_BATCH = 100;
/** What happens together is told together. */
const GATHER_MS = 20;
const ANSWER_WITHIN_MS = 10_000;
const WEBHOOK_MAX_PAUSE_MS = 30_000;
/** While the app is away its news is bounded; the oldest, of which it could make the least, goes first. */
const MAX_QUEUED = 10_000;

export interface DeliveryParts {
  app: AppCredentials;
  url: string;
  limits: Pick<Limits, "webhookRetryForMs" | "webhookFirstPauseMs">;
  clock: Clock;
  log: Logger;
}

export class WebhookDelivery {
  #queue: WebhookEvent[] = [];
  #running = false;
  readonly #closing = new AbortController();

  constructor(private readonly parts: DeliveryParts) {}

  add(event: WebhookEvent): void {
    if (this.#closing.signal.aborted) return;
    if (this.#queue.push(event) > MAX_QUEUED) this.#queue.shift();
    if (this.#running) return;
    this.#running = true;
    void this.#run();
  }

  /** Stops at once; what was not delivered is not delivered. */
  close(): void {
    this.#closing.abort();
    this.#queue = [];
  }

  async #run(): Promise<void> {
    await this.#pause(GATHER_MS);
    while (this.#queue.length > 0) await this.#deliver(this.#queue.splice(0, MAX_BATCH));
    this.#running = false;
  }

  /** One batch, until it is accepted, its time is over, or this server stops. */
  async #deliver(events: WebhookEvent[]): Promise<void> {
    const { limits, log, clock } = this.parts;
    const body = JSON.stringify({ time_ms: clock.now(), events });
    const giveUpAt = clock.monotonic() + limits.webhookRetryForMs;
    for (let attempt = 0; !this.#closing.signal.aborted; attempt += 1) {
      const failure = await this.#post(body);
      if (failure === null || this.#closing.signal.aborted) return;
      if (attempt === 0) log.warn({ reason: failure, events: events.length }, "a webhook failed and will be tried again");
      const pause = Math.min(limits.webhookFirstPauseMs * 2 ** attempt, WEBHOOK_MAX_PAUSE_MS);
      if (clock.monotonic() + pause > giveUpAt) return log.error({ reason: failure, events: events.length, attempts: attempt + 1 }, "a webhook was given up");
      await this.#pause(pause);
    }
  }

  /** @returns null when the app took it, else why not */
  async #post(body: string): Promise<string | null> {
    const { app, url } = this.parts;
    const signal = AbortSignal.any([this.#closing.signal, AbortSignal.timeout(ANSWER_WITHIN_MS)]);
    try {
      const response = await fetch(url, {
        method: "POST",
        // The `pusher` package reads the body only under exactly this content type.
        headers: { "content-type": "application/json", "x-pusher-key": app.key, "x-pusher-signature": sign(app.secret, body) },
        body,
        redirect: "manual",
        signal,
      });
      await response.body?.cancel();
      return response.ok ? null : `status ${response.status}`;
    } catch (error) {
      // fetch fails with a TypeError (its cause has the code) or the signal's reason.
      if (!(error instanceof Error)) throw error;
      return error.cause instanceof Error && "code" in error.cause ? String(error.cause.code) : error.name;
    }
  }

  /** Ends early when this server stops. */
  #pause(ms: number): Promise<void> {
    const { signal } = this.#closing;
    return new Promise((resolve) => {
      const done = () => {
        callOff();
        signal.removeEventListener("abort", done);
        resolve();
      };
      const callOff = this.parts.clock.after(ms, done);
      if (signal.aborted) done();
      else signal.addEventListener("abort", done);
    });
  }
}
