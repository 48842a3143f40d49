/**
 * What this browser knows of who is here. Hints tell of changes and may be lost; a question answers for a moment.
 * Each carries where the log stood, so that the later of two counts, in whatever order they come. Asked is only while
 * a screen shows somebody: when one is shown who is not known yet, after each gap, and now and then.
 */
import { userStatusChange, type UserStatus } from "#app/domain/presence/events.ts";
import { MAX_STATUSES, type Statuses } from "#app/domain/presence/statuses.ts";
import type { ConnectionState } from "./connection-state.ts";
import type { LiveEnvironment } from "./environment.ts";
import { isRecord, isEvent, type LiveEvent } from "./live-event.ts";

/** Several rows are shown at once: one question serves them all. */
export const ASK_SOON_MS = 50;
/** Without push a change shows after this at the latest. */
export const ASK_POLLING_MS = 10_000;
/** With push, in case a hint was lost. */
export const ASK_CONNECTED_MS = 60_000;
/** After a reconnect of all browsers at once. */
const SPREAD_MS = 1_500;
const RETRY_MS = 5_000;
const ANSWER_WITHIN_MS = 10_000;

/** `status` null: this person may not be seen, or was never here. */
export interface KnownStatus {
  status: UserStatus | null;
  seq: number;
}

interface Engine {
  readonly state: ConnectionState;
  onState(listener: () => void): () => void;
  listen(listener: (event: LiveEvent) => void): () => void;
}

export class StatusBook {
  #known = new Map<string, KnownStatus>();
  #watched = new Map<string, number>();
  #epoch: string | null = null;
  #listeners = new Set<() => void>();
  #env: LiveEnvironment | null = null;
  #due: { at: number; cancel: () => void } | null = null;
  #asking: AbortController | null = null;
  #state: ConnectionState;
  /** How far the server's clock is ahead of this one, in ms: the quickest answer says it best. */
  #ahead = -Infinity;

  constructor(
    readonly engine: Engine,
    /** Nobody looks at a hidden page. */
    readonly isShown: () => boolean = () => typeof document === "undefined" || document.visibilityState === "visible",
  ) {
    this.#state = engine.state;
  }

  /** @returns stops everything; may be started again */
  start(env: LiveEnvironment): () => void {
    this.#env = env;
    const stops = [this.engine.listen(this.#hear), this.engine.onState(this.#onState), env.page.listen((signal) => signal === "visible" && this.#ask(ASK_SOON_MS))];
    this.#ask(this.#pause());
    return () => {
      for (const stop of stops) stop();
      this.#due?.cancel();
      this.#asking?.abort();
      this.#due = this.#asking = this.#env = null;
    };
  }

  /** Called after every change. */
  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Undefined: nothing is known yet. The same object until something changes. */
  known(userId: string): KnownStatus | undefined {
    return this.#known.get(userId);
  }

  /** The server's clock, ms since 1970, as well as it is known. */
  now(): number {
    const now = this.#env?.now() ?? Date.now();
    return now + (Number.isFinite(this.#ahead) ? this.#ahead : 0);
  }

  /** Somebody is shown. @returns no longer */
  watch(userId: string): () => void {
    this.#watched.set(userId, (this.#watched.get(userId) ?? 0) + 1);
    if (!this.#known.has(userId)) this.#ask(ASK_SOON_MS);
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      const left = (this.#watched.get(userId) ?? 1) - 1;
      if (left > 0) this.#watched.set(userId, left);
      else this.#watched.delete(userId);
    };
  }

  /** What a loader or an answer says. */
  take({ epoch, seq, now, asked, statuses }: Statuses): void {
    if (this.#epoch !== null && epoch !== this.#epoch) this.#known.clear();
    this.#epoch = epoch;
    if (this.#env) this.#ahead = Math.max(this.#ahead, now - this.#env.now());
    const found = new Map(statuses.map((status) => [status.userId, status]));
    let changed = false;
    for (const userId of asked) changed = this.#note(userId, found.get(userId) ?? null, seq) || changed;
    if (changed) this.#tell();
  }

  #note(userId: string, status: UserStatus | null, seq: number): boolean {
    const before = this.#known.get(userId);
    if (before && before.seq > seq) return false;
    // To be told that somebody went at no moment is to be told that there is nothing to know.
    const shown = status && (status.online || status.lastActive > 0) ? status : null;
    this.#known.set(userId, { status: shown, seq });
    return true;
  }

  #hear = (event: LiveEvent): void => {
    if (!isEvent(event, userStatusChange) || !event.stamp || !isStatus(event.data)) return;
    if (event.stamp.epoch !== (this.#epoch ??= event.stamp.epoch)) return this.#ask(ASK_SOON_MS);
    if (this.#note(event.data.userId, event.data, event.stamp.seq)) this.#tell();
  };

  #onState = (): void => {
    const before = this.#state;
    this.#state = this.engine.state;
    if (this.#state === before) return;
    // What happened between the load and the subscription, or while away, was not heard.
    if (this.#state === "connected" || this.#state === "polling") this.#ask(this.#env!.random() * SPREAD_MS);
    this.#tell();
  };

  /** In `delayMs` at the latest. */
  #ask(delayMs: number): void {
    const env = this.#env;
    if (!env) return;
    const at = env.now() + delayMs;
    if (this.#due && this.#due.at <= at && this.#due.at >= env.now()) return;
    this.#due?.cancel();
    const cancel = env.after(delayMs, () => {
      this.#due = null;
      void this.#run(env);
    });
    this.#due = { at, cancel };
  }

  #pause = () => (this.#state === "connected" ? ASK_CONNECTED_MS * (0.8 + 0.4 * this.#env!.random()) : ASK_POLLING_MS);

  async #run(env: LiveEnvironment): Promise<void> {
    const wanted = [...this.#watched.keys()];
    if (wanted.length === 0 || !this.isShown() || this.#state === "offline" || this.#asking) return this.#ask(this.#pause());
    const asking = new AbortController();
    this.#asking = asking;
    const cancelLimit = env.after(ANSWER_WITHIN_MS, () => asking.abort());
    let answered = false;
    try {
      for (let from = 0; from < wanted.length; from += MAX_STATUSES) {
        const ids = wanted.slice(from, from + MAX_STATUSES);
        const response = await env.fetch(`/api/presence?ids=${ids.join(",")}`, { headers: { Accept: "application/json" }, cache: "no-store", credentials: "same-origin", redirect: "manual", signal: asking.signal });
        const answer: unknown = response.status === 200 ? await response.json() : null;
        if (this.#env !== env || this.#asking !== asking) return;
        if (!isAnswer(answer)) throw new TypeError(`presence: status ${response.status}`);
        // Of whom it does not speak there is nothing to know.
        this.take({ ...answer, asked: ids });
      }
      answered = true;
    } catch (error) {
      // The network's TypeError, an abort, a SyntaxError: asked again soon, and nobody is told.
      if (!(error instanceof Error)) throw error;
      env.log("presence not answered", { reason: error.message });
    } finally {
      cancelLimit();
      if (this.#asking === asking) this.#asking = null;
    }
    // Who was shown meanwhile was not asked for.
    const unknown = [...this.#watched.keys()].some((userId) => !this.#known.has(userId));
    this.#ask(!answered ? RETRY_MS : unknown ? ASK_SOON_MS : this.#pause());
  }

  #tell(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}

const isStatus = (value: unknown): value is UserStatus => isRecord(value) && typeof value["userId"] === "string" && typeof value["online"] === "boolean" && typeof value["lastActive"] === "number";

const isAnswer = (value: unknown): value is Statuses =>
  isRecord(value) && typeof value["epoch"] === "string" && typeof value["seq"] === "number" && typeof value["now"] === "number" && Array.isArray(value["asked"]) && Array.isArray(value["statuses"]) && value["statuses"].every(isStatus);
