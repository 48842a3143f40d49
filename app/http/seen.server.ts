/** Notes that a person's browser has asked, off the answer's path and with few writes. */
import type { Logger } from "pino";
import type { Context } from "#app/domain/context.ts";
import { markSeen } from "#app/domain/presence/commands.server.ts";
import type { Viewer } from "#app/domain/viewer.ts";
import { isDatabaseUnavailable } from "#db/unavailable.ts";

/** Signs of life of so long are looked at together. */
const GATHER_MS = 200;
/** One person's row is looked at so often at most, however many tabs ask. Less than a poll, so that who was told to be gone is back with the next one. */
const LOOK_EVERY_MS = 4_000;
const MOST_REMEMBERED = 10_000;

/** Of one process and database: when each person asked last, and when their row was looked at last. */
class Gatherer {
  readonly #looked = new Map<string, number>();
  readonly #waiting = new Map<string, number>();
  #planned = false;

  constructor(readonly ctx: Context) {}

  note(userId: string, log: Logger): void {
    this.#waiting.set(userId, this.ctx.now());
    if (!this.#planned) this.#plan(log);
  }

  #plan(log: Logger): void {
    this.#planned = true;
    setTimeout(() => void this.#flush(log), GATHER_MS).unref();
  }

  async #flush(log: Logger): Promise<void> {
    const seen = this.#due();
    this.#planned = false;
    if (this.#waiting.size > 0) this.#plan(log);
    if (seen.size === 0) return;
    try {
      await markSeen(this.ctx, seen);
    } catch (error) {
      // The next sign of life is some seconds away.
      if (isDatabaseUnavailable(error)) log.warn("presence not noted: the database cannot be used just now");
      else log.error({ err: error }, "presence not noted");
    }
  }

  /** Those whose row may be looked at again; the others wait for it, since meanwhile they may have been told to be gone. */
  #due(): Map<string, number> {
    const now = this.ctx.now();
    const due = new Map<string, number>();
    for (const [userId, at] of this.#waiting) {
      const last = this.#looked.get(userId);
      // A clock that went back is no reason to wait.
      if (last !== undefined && now >= last && now - last < LOOK_EVERY_MS) continue;
      this.#waiting.delete(userId);
      due.set(userId, at);
    }
    if (this.#looked.size + due.size > MOST_REMEMBERED) this.#looked.clear();
    for (const userId of due.keys()) this.#looked.set(userId, now);
    return due;
  }
}

const gatherers = new WeakMap<object, Gatherer>();

/** Returns at once. */
export function noteSeen({ ctx, viewer, log }: { ctx: Context; viewer: Viewer; log: Logger }): void {
  const gatherer = gatherers.get(ctx.db) ?? new Gatherer(ctx);
  gatherers.set(ctx.db, gatherer);
  gatherer.note(viewer.userId, log);
}
