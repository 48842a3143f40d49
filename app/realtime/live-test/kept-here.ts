/** The last live test of this browser, kept in it: a test that could not reach the server is known here alone. */
import type { LiveTest } from "#app/domain/health/live-test-result.ts";

const KEY = "roost-live-test";

const listeners = new Set<() => void>();

/** Calls back when another result is kept, in this tab or in another. @returns stops it */
export function whenKept(listener: () => void): () => void {
  listeners.add(listener);
  window.addEventListener("storage", listener);
  return () => {
    listeners.delete(listener);
    window.removeEventListener("storage", listener);
  };
}

/** As it was kept, to be read by `readLiveTest`; null, too, where the browser keeps nothing. */
export const keptHere = (): string | null => withStorage((storage) => storage.getItem(KEY));

export function keepHere(test: LiveTest): void {
  withStorage((storage) => storage.setItem(KEY, JSON.stringify(test)));
  for (const listener of [...listeners]) listener();
}

function withStorage<T>(work: (storage: Storage) => T): T | null {
  try {
    return work(window.localStorage);
  } catch (error) {
    // Switched off (SecurityError) or full (QuotaExceededError): the result is shown, and not kept here.
    if (error instanceof DOMException) return null;
    throw error;
  }
}
