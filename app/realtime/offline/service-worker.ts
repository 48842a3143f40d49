/** The page's side of the service worker. Where there is none (plain http in a LAN) all of this does nothing. */
import { browserLog } from "#app/realtime/browser-log.ts";
import { COPIES_PREFIX } from "./worker-messages.ts";
import type { ToWorker } from "./worker-messages.ts";

const SCRIPT = "/sw.js";
const FORGET_LIMIT_MS = 3_000;

/** Only in secure contexts, whatever the types say; and never in development, whose files change under their names. */
const container = () => (import.meta.env.PROD && window.isSecureContext ? (navigator as { serviceWorker?: ServiceWorkerContainer }).serviceWorker : undefined);

/** Once the page is loaded: it comes first. */
export function registerServiceWorker(): void {
  const workers = container();
  if (!workers) return;
  const register = () => {
    workers.register(SCRIPT, { scope: "/", updateViaCache: "none" }).catch((error: unknown) => browserLog("no service worker", { error: String(error) }));
  };
  if (document.readyState === "complete") register();
  else window.addEventListener("load", register, { once: true });
}

/** Has a copy made of a page that is on screen. */
export function keepPage(path: string): void {
  tell({ kind: "keep", path, language: document.documentElement.lang });
}

/** Deletes all private copies. Resolves when they are gone, and never takes long. */
export async function forgetCopies(): Promise<void> {
  const worker = container()?.controller;
  if (worker) {
    const { port1, port2 } = new MessageChannel();
    const answered = new Promise<void>((resolve) => {
      port1.onmessage = () => resolve();
      setTimeout(resolve, FORGET_LIMIT_MS);
    });
    worker.postMessage({ kind: "forget" } satisfies ToWorker, [port2]);
    await answered;
    port1.close();
  }
  const { caches } = window as { caches?: CacheStorage };
  const names = (await caches?.keys()) ?? [];
  await Promise.all(names.filter((name) => name.startsWith(COPIES_PREFIX)).map((name) => caches!.delete(name)));
}

function tell(message: ToWorker): void {
  void container()?.ready.then(({ active }) => active?.postMessage(message));
}
