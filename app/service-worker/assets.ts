/**
 * The app's own files, whose names change with their content: kept as long as a page may ask for them. Pages of the
 * version before stay open while a new one takes over, and may still load a part they had no need of until then.
 */
import { browserLog } from "#app/realtime/browser-log.ts";

const PREFIX = "roost-assets-";
/** This version's and the one before. */
const KEPT_VERSIONS = 2;
const OFFLINE_PAGE = "/offline";

const isAsset = (url: URL) => url.pathname.startsWith("/assets/");

export class Assets {
  readonly #cacheName: string;

  /** @param files paths of everything that this version may load */
  constructor(
    readonly version: string,
    readonly files: readonly string[],
  ) {
    this.#cacheName = PREFIX + version;
  }

  handles(request: Request, url: URL): boolean {
    return request.method === "GET" && isAsset(url);
  }

  /** Fetches what is not here yet. Fails as a whole when a file cannot be fetched: the browser tries again later. */
  async install(): Promise<void> {
    const cache = await caches.open(this.#cacheName);
    await Promise.all(
      this.files.map(async (file) => {
        const known = await caches.match(file);
        await (known ? cache.put(file, known) : cache.add(file));
      }),
    );
    await this.keepOfflinePage();
  }

  /** Deletes what only versions before the last one used. Caches are listed in the order in which they were made. */
  async tidy(): Promise<void> {
    const others = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== this.#cacheName);
    await Promise.all(others.slice(0, Math.max(0, others.length - KEPT_VERSIONS + 1)).map((name) => caches.delete(name)));
  }

  async answer(request: Request): Promise<Response> {
    const known = await caches.match(request, { ignoreVary: true });
    if (known) return known;
    const response = await fetch(request);
    if (response.status === 200 && response.type === "basic") await (await caches.open(this.#cacheName)).put(request, response.clone());
    return response;
  }

  /**
   * Fetches what a stored document names and is not here: the first pages are loaded before the worker is there to
   * see it, and Remix writes its manifest beside the build's own list.
   */
  async complete(files: Iterable<string>): Promise<void> {
    const cache = await caches.open(this.#cacheName);
    for (const file of files) if (!(await caches.match(file, { ignoreVary: true }))) await cache.add(file);
  }

  /** Whether everything that a stored document names is here. */
  async holdAll(files: Iterable<string>): Promise<boolean> {
    for (const file of files) if (!(await caches.match(file, { ignoreVary: true }))) return false;
    return true;
  }

  /** The language of the offline page follows the pages that are seen. */
  async speak(language: string): Promise<void> {
    const known = await caches.match(OFFLINE_PAGE, { ignoreVary: true });
    if (!(await known?.text())?.includes(`<html lang="${language}"`)) await this.keepOfflinePage().catch((error: unknown) => browserLog("no offline page", { language, error: String(error) }));
  }

  /** Says that there is no connection; the same for everybody. */
  async keepOfflinePage(): Promise<void> {
    const response = await fetch(OFFLINE_PAGE, { credentials: "same-origin" });
    if (response.status === 200) await (await caches.open(this.#cacheName)).put(OFFLINE_PAGE, response);
  }

  async offlinePage(): Promise<Response> {
    return (await caches.match(OFFLINE_PAGE, { ignoreVary: true })) ?? Response.error();
  }
}

/** The files that a document loads. */
export const assetsIn = (html: string): Set<string> => new Set(html.match(/\/assets\/[\w.~-]+/g));
