/** What the queue runs on in this browser: storage, leadership, a channel to the other pages, the service worker. */
import { newId } from "#app/domain/ids.ts";
import type { Log, Timers } from "#app/realtime/environment.ts";
import { memoryStorage } from "#app/realtime/queue-storage.ts";
import type { QueueStorage } from "#app/realtime/queue-storage.ts";
import { askForBackgroundSync } from "./background-sync.ts";
import type { Leadership } from "./leadership.ts";
import { aloneLeadership, lockLeadership } from "./leadership.ts";
import { leaseLeadership } from "./lease-leadership.ts";
import type { QueueChannel } from "./queue-channel.ts";
import { broadcastChannel, silentChannel } from "./queue-channel.ts";
import { queueDatabaseName, QueueDatabase } from "./queue-database.ts";

export interface QueueDevice {
  storage: QueueStorage;
  leadership: Leadership;
  channel: QueueChannel;
  /** Calls back when the page comes to view again. @returns stops */
  onView: (look: () => void) => () => void;
  /** Something waits longer than a moment: have the browser try also when all pages are closed. */
  onUnsent: () => void;
}

/** Also the name of the lock, of the channel and of the sync tag. */
export const queueName = queueDatabaseName;

/** Never fails: without IndexedDB the queue lives as long as the page, and the log says so. */
export async function openQueueDevice(userId: string, log: Log, timers: Timers): Promise<QueueDevice> {
  const name = queueName(userId);
  const database = new QueueDatabase(name);
  const page = { onView: whenViewed, onUnsent: () => askForBackgroundSync(name, log) };
  try {
    await database.open();
  } catch (error) {
    log("no IndexedDB: what is not sent yet is kept by this page alone", { error: String(error) });
    return { ...page, storage: memoryStorage(), leadership: aloneLeadership(), channel: silentChannel, onUnsent: () => {} };
  }
  const locks = lockManager();
  const leadership = locks ? lockLeadership(locks, name, log) : leaseLeadership({ ...timers, store: database.leases, owner: newId(), log });
  return { ...page, storage: database, leadership, channel: broadcastChannel(name) };
}

/** Only in secure contexts, whatever the types say. */
const lockManager = () => (navigator as { locks?: LockManager }).locks;

function whenViewed(look: () => void): () => void {
  const listening = new AbortController();
  const { signal } = listening;
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && look(), { signal });
  window.addEventListener("pageshow", (event) => event.persisted && look(), { signal });
  return () => listening.abort();
}
