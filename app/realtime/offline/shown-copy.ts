/** Whether what stands on screen is a copy, and of when: told by the document itself, or by the service worker. */
import { isRecord } from "#app/realtime/live-event.ts";
import type { FromWorker } from "./worker-messages.ts";
import { KEPT_AT_ATTRIBUTE } from "./worker-messages.ts";

let keptAt: number | null | undefined;
const listeners = new Set<() => void>();

/** Milliseconds since 1970; null: it came from the server. */
export function shownCopy(): number | null {
  if (keptAt === undefined) {
    const told = document.documentElement.getAttribute(KEPT_AT_ATTRIBUTE);
    keptAt = told === null ? null : Number(told);
  }
  return keptAt;
}

export function watchShownCopy(changed: () => void): () => void {
  listeners.add(changed);
  const workers = (navigator as { serviceWorker?: ServiceWorkerContainer }).serviceWorker;
  const hear = ({ data }: MessageEvent) => {
    if (isRecord(data) && (data as unknown as FromWorker).kind === "shown-from-copy") set((data as unknown as FromWorker).keptAt);
  };
  workers?.addEventListener("message", hear);
  return () => {
    listeners.delete(changed);
    workers?.removeEventListener("message", hear);
  };
}

/** Everything is up to date again. */
export const caughtUp = (): void => set(null);

function set(next: number | null): void {
  if (next === shownCopy()) return;
  keptAt = next;
  for (const listener of [...listeners]) listener();
}
