/** A browser as the queue sees it, with pages that can be killed: shared storage, channel, and a lock or a lease. */
import type { Timers } from "#app/realtime/environment.ts";
import type { Leadership } from "#app/realtime/offline/leadership.ts";
import { aloneLeadership, lockLeadership } from "#app/realtime/offline/leadership.ts";
import type { Lease, LeaseStore } from "#app/realtime/offline/lease-leadership.ts";
import { leaseLeadership } from "#app/realtime/offline/lease-leadership.ts";
import type { QueueChannel, QueueNotice } from "#app/realtime/offline/queue-channel.ts";
import { silentChannel } from "#app/realtime/offline/queue-channel.ts";
import type { QueueDevice } from "#app/realtime/offline/queue-device.ts";
import type { QueueStorage } from "#app/realtime/queue-storage.ts";
import { memoryStorage } from "#app/realtime/queue-storage.ts";

const quiet = () => {};

/** One page alone, on a storage of the test's. */
export const loneDevice = (storage: QueueStorage): QueueDevice => ({ storage, leadership: aloneLeadership(), channel: silentChannel, onView: () => quiet, onUnsent: quiet });

/** The row of a lease, as IndexedDB's transactions keep it. */
export function memoryLease(): LeaseStore & { row: () => Lease | null } {
  let row: Lease | null = null;
  return {
    row: () => row,
    read: async () => row,
    async swap(expected, next) {
      if (row?.owner !== expected?.owner || row?.beat !== expected?.beat) return false;
      row = next;
      return true;
    },
  };
}

/** navigator.locks, as far as it is used: exclusive, first come first served, given on when a page dies. */
export class Locks {
  #waiting: { page: object; grant: () => void }[] = [];
  #holder: object | null = null;

  manager(page: { alive: boolean }): LockManager {
    const request = (_name: string, { signal }: { signal: AbortSignal }, hold: () => Promise<void>) =>
      new Promise<void>((resolve, reject) => {
        const asked = {
          page,
          grant: () => {
            this.#holder = page;
            void hold().then(() => {
              resolve();
              if (this.#holder === page) this.#pass();
            });
          },
        };
        signal.addEventListener("abort", () => {
          if (!this.#waiting.includes(asked)) return;
          this.#waiting = this.#waiting.filter((other) => other !== asked);
          reject(new DOMException("left", "AbortError"));
        });
        if (page.alive) this.#waiting.push(asked);
        if (this.#holder === null) this.#pass();
      });
    return { request } as unknown as LockManager;
  }

  kill(page: object): void {
    this.#waiting = this.#waiting.filter((asked) => asked.page !== page);
    if (this.#holder === page) this.#pass();
  }

  #pass(): void {
    this.#holder = null;
    this.#waiting.shift()?.grant();
  }
}

export class BrowserModel {
  storage = memoryStorage();
  lease = memoryLease();
  locks = new Locks();
  #listeners = new Map<object, (notice: QueueNotice) => void>();

  constructor(
    readonly kind: "locks" | "lease",
    /** Whether a notice gets lost. */
    readonly loses: () => boolean = () => false,
  ) {}

  /** What one page of this browser runs on. `alive` false: the page is dead, and nothing that it does has any effect. */
  device(page: { alive: boolean; name: string }, timers: Timers): QueueDevice {
    const stillborn = <T>() => new Promise<T>(() => {});
    const living = Object.fromEntries(Object.entries(this.storage).map(([name, run]) => [name, (...args: never[]) => (page.alive ? (run as (...args: never[]) => unknown)(...args) : stillborn())])) as unknown as QueueStorage;
    const lease: LeaseStore = { read: () => (page.alive ? this.lease.read() : stillborn()), swap: (expected, next) => (page.alive ? this.lease.swap(expected, next) : stillborn()) };
    const leadership: Leadership = this.kind === "locks" ? lockLeadership(this.locks.manager(page), "queue", quiet) : leaseLeadership({ ...timers, store: lease, owner: page.name, log: quiet });
    return { storage: living, leadership, channel: this.#channel(page), onView: () => quiet, onUnsent: quiet };
  }

  kill(page: { alive: boolean }): void {
    page.alive = false;
    this.#listeners.delete(page);
    this.locks.kill(page);
  }

  #channel(page: { alive: boolean }): QueueChannel {
    return {
      tell: (notice) => {
        if (!page.alive) return;
        for (const [other, listener] of [...this.#listeners]) if (other !== page && !this.loses()) queueMicrotask(() => this.#listeners.has(other) && listener(notice));
      },
      listen: (onNotice) => void this.#listeners.set(page, onNotice),
      close: () => void this.#listeners.delete(page),
    };
  }
}
