/** Messages that are known to exist before their event has come. */
import { newMessage } from "#app/domain/conversations/events.ts";
import type { Timers } from "./environment.ts";
import type { EventLog } from "./event-log.ts";
import { isEvent } from "./live-event.ts";

/** So long their event may take by push before it is fetched. */
export const EXPECTED_WITHIN_MS = 300;

export class Expectations {
  #timers: Timers | null = null;
  #ids = new Set<string>();
  #cancel: (() => void) | undefined;

  /** @param onMissing some did not come */
  constructor(
    readonly log: EventLog,
    readonly onMissing: () => void,
  ) {}

  start(timers: Timers): void {
    this.#timers = timers;
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    this.#ids.clear();
    this.#timers = null;
  }

  /** Many that are expected at about the same time share one look. */
  add(id: string): void {
    this.#ids.add(id);
    this.#cancel ??= this.#timers?.after(EXPECTED_WITHIN_MS, () => {
      this.#cancel = undefined;
      const missing = [...this.#ids].some((expected) => !this.log.holds((event) => isEvent(event, newMessage) && event.data.id === expected));
      this.#ids.clear();
      if (missing) this.onMissing();
    });
  }
}
