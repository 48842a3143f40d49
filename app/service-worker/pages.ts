/** Answers for pages: the network's if it comes soon, else a copy, else a page that says how it is. */
import { NOBODY, USER_HEADER } from "#app/config/user-header.ts";
import { browserLog } from "#app/realtime/browser-log.ts";
import type { FromWorker } from "#app/realtime/offline/worker-messages.ts";
import type { Assets } from "./assets.ts";
import type { Copies } from "./copies.ts";
import { pageOf } from "./copies.ts";
import type { FetchEvent, WorkerScope } from "./scope.ts";

/** A network that has not answered by then counts as away, if there is a copy; */
const COPY_AFTER_MS = 2_000;
/** without one it is given longer, as a browser would. */
const OFFLINE_AFTER_MS = 15_000;
/** A proxy whose app is down. */
const GATEWAY_AWAY = new Set([502, 503, 504]);

const after = (ms: number) => new Promise<"late">((resolve) => setTimeout(() => resolve("late"), ms));

export class Pages {
  constructor(
    readonly scope: WorkerScope,
    readonly assets: Assets,
    readonly copies: Copies,
  ) {}

  /** Documents, and the data of pages that are kept. Forms are the browser's own business. */
  handles(request: Request, url: URL): boolean {
    return request.method === "GET" && (request.mode === "navigate" || (url.pathname.endsWith(".data") && pageOf(url) !== null));
  }

  async answer(event: FetchEvent, url: URL): Promise<Response> {
    const network = this.#fromNetwork(event, url);
    const soon = await Promise.race([network, after(COPY_AFTER_MS)]);
    if (soon instanceof Response) return soon;
    const copy = await this.copies.find(url, (files) => this.assets.holdAll(files));
    if (copy) {
      if (event.request.mode !== "navigate") await this.#tell(event.clientId, { kind: "shown-from-copy", keptAt: copy.keptAt });
      return copy.response;
    }
    const late = soon === "late" ? await Promise.race([network, after(OFFLINE_AFTER_MS)]) : soon;
    if (late instanceof Response) return late;
    return event.request.mode === "navigate" ? this.assets.offlinePage() : Response.error();
  }

  /** @returns "away" when there is no answer from Roost; never rejects */
  async #fromNetwork(event: FetchEvent, url: URL): Promise<Response | "away"> {
    const asked = this.copies.ask();
    try {
      const response = await fetch(event.request);
      if (GATEWAY_AWAY.has(response.status) && event.request.mode === "navigate") return "away";
      // What is answered while it is stored is the same answer: nobody waits for the storing.
      event.waitUntil(this.#take(event.request, url, response.clone(), asked));
      return response;
    } catch (error) {
      if (error instanceof Error) return "away";
      throw error;
    }
  }

  async #take(request: Request, url: URL, response: Response, asked: number): Promise<void> {
    await this.copies.heard(response, asked);
    await this.copies.keep(url, response, asked);
    const path = pageOf(url);
    if (path !== null && request.mode === "navigate" && response.status === 200 && response.headers.get(USER_HEADER) !== NOBODY) await this.keep(path);
  }

  /** A copy of a page that is on screen. */
  async keep(path: string): Promise<void> {
    try {
      await this.copies.refresh(path, this.scope.location.origin);
      await this.assets.complete(await this.copies.filesOf(path));
    } catch (error) {
      // The network: the copy from before stays.
      if (!(error instanceof TypeError)) throw error;
      browserLog("no copy for opening offline", { path, error: error.message });
    }
  }

  async #tell(clientId: string, message: FromWorker): Promise<void> {
    (await this.scope.clients.get(clientId))?.postMessage(message);
  }
}
