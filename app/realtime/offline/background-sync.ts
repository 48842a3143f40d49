import type { Log } from "#app/realtime/environment.ts";

interface SyncManager {
  register: (tag: string) => Promise<void>;
}

/** Has the browser wake the service worker once there is a network, also when all pages are closed. Where it can. */
export function askForBackgroundSync(tag: string, log: Log): void {
  const { serviceWorker } = navigator as { serviceWorker?: ServiceWorkerContainer };
  if (!serviceWorker?.controller) return;
  serviceWorker.ready
    .then((registration) => (registration as { sync?: SyncManager }).sync?.register(tag))
    // Switched off by the user, say: the queue then goes out with the next page.
    .catch((error: unknown) => log("no background sync", { error: String(error) }));
}
