/**
 * Private copies of pages, for opening offline. They belong to one person: a copy is stored under the name of the
 * person that the page itself says it is for, only that person's are kept, and the first answer for anybody else
 * deletes them.
 */
import { NOBODY, USER_HEADER } from "#app/config/user-header.ts";
import { COPIES_PREFIX as PREFIX, isChat, isKept, KEPT_AT_ATTRIBUTE } from "#app/realtime/offline/worker-messages.ts";
import { assetsIn } from "./assets.ts";

const KEPT_CHATS = 20;
const KEPT_AT_HEADER = "Roost-Kept-At";
/** A copy younger than this is as good as a new one. */
const FRESH_MS = 10_000;
const DATA = ".data";
/** The home page's data. */
const ROOT_DATA = "/_root.data";

/** A document's policy names the nonce that stands in its scripts: they are stored and served together. */
const STORED_HEADERS = ["Content-Type", "Content-Security-Policy", "X-Content-Type-Options", "Referrer-Policy", "X-Frame-Options", "Permissions-Policy", "Cross-Origin-Opener-Policy", "Cross-Origin-Resource-Policy", "Cache-Control", "X-Remix-Response"];

export interface Copy {
  response: Response;
  /** Milliseconds since 1970. */
  keptAt: number;
}

/** The path of the page that a document or a data request is for; null: never kept. */
export function pageOf(url: URL): string | null {
  const isData = url.pathname.endsWith(DATA);
  const path = url.pathname === ROOT_DATA ? "/" : isData ? url.pathname.slice(0, -DATA.length) : url.pathname;
  // A data request may name the routes that it wants; another search is another page.
  const plain = [...url.searchParams.keys()].every((name) => isData && name === "_routes");
  return plain && isKept(path) ? path : null;
}

const dataOf = (path: string) => (path === "/" ? ROOT_DATA : path + DATA);

export class Copies {
  /** Requests are numbered when they leave: an answer to an older one says nothing about who is signed in now. */
  #asked = 0;
  #heard = 0;
  /** Who that was. */
  #owner: string = NOBODY;
  /** Storing and deleting in turn. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(readonly now: () => number) {}

  ask(): number {
    return ++this.#asked;
  }

  /** Takes note of whose answer this is: all others' copies go. */
  heard(response: Response, asked: number): Promise<void> {
    const owner = response.headers.get(USER_HEADER);
    if (owner === null || asked < this.#heard) return Promise.resolve();
    this.#heard = asked;
    this.#owner = owner;
    return this.#inTurn(() => this.#deleteAll(owner));
  }

  /** Signing out: whatever is still on its way was asked for before. */
  forget(): Promise<void> {
    this.#heard = this.ask();
    this.#owner = NOBODY;
    return this.#inTurn(() => this.#deleteAll(NOBODY));
  }

  /** Stores an answer for the page's path, if it is one to be kept. */
  async keep(url: URL, response: Response, asked: number): Promise<void> {
    const owner = response.headers.get(USER_HEADER);
    const path = pageOf(url);
    if (path === null || owner === null || owner === NOBODY || response.status !== 200 || response.redirected || response.type !== "basic") return;
    const copy = await this.#copyOf(response);
    if (!copy) return;
    await this.#inTurn(async () => {
      // Somebody signed out or in since. Answers to the same person may overtake each other.
      if (asked < this.#heard && owner !== this.#owner) return;
      const cache = await caches.open(PREFIX + owner);
      await cache.put(url.pathname, copy);
      await trim(cache);
    });
  }

  /** Fetches a page that is on screen already, and what moving to it needs; the two belong together. */
  async refresh(path: string, origin: string): Promise<void> {
    if (!isKept(path)) return;
    for (const [pathname, accept] of [[path, "text/html"], [dataOf(path), "*/*"]] as const) {
      const url = new URL(pathname, origin);
      if (await this.#isFresh(pathname, path)) continue;
      const asked = this.ask();
      const response = await fetch(url, { headers: { Accept: accept }, credentials: "same-origin", cache: "no-store", redirect: "manual" });
      await this.heard(response, asked);
      await this.keep(url, response, asked);
    }
  }

  /** What a page's stored document needs to come alive. */
  async filesOf(path: string): Promise<Set<string>> {
    const stored = await caches.match(path, { ignoreVary: true });
    return assetsIn(stored ? await stored.text() : "");
  }

  /** The copy for a document or data request, with everything that it needs to come alive. */
  async find(url: URL, holdAll: (files: Iterable<string>) => Promise<boolean>): Promise<Copy | null> {
    if (pageOf(url) === null) return null;
    await this.#turn;
    const names = (await caches.keys()).filter((name) => name.startsWith(PREFIX));
    // More than one person's: nobody can say whose turn it is.
    if (names.length !== 1) return null;
    const response = await (await caches.open(names[0]!)).match(url.pathname, { ignoreVary: true });
    if (!response) return null;
    if (isDocument(response) && !(await holdAll(assetsIn(await response.clone().text())))) return null;
    return { response, keptAt: keptAt(response) };
  }

  /** Data counts as fresh that is not older than its document. */
  async #isFresh(pathname: string, document: string): Promise<boolean> {
    const [name] = (await caches.keys()).filter((cache) => cache.startsWith(PREFIX));
    const cache = name === undefined ? undefined : await caches.open(name);
    const [known, beside] = await Promise.all([cache?.match(pathname, { ignoreVary: true }), cache?.match(document, { ignoreVary: true })]);
    return known !== undefined && this.now() - keptAt(known) < FRESH_MS && (beside === undefined || keptAt(known) >= keptAt(beside));
  }

  async #copyOf(response: Response): Promise<Response | null> {
    const document = isDocument(response);
    if (!document && !response.headers.get("Content-Type")?.startsWith("text/x-script")) return null;
    const headers = new Headers({ [KEPT_AT_HEADER]: String(this.now()) });
    for (const name of STORED_HEADERS) {
      const value = response.headers.get(name);
      if (value !== null) headers.set(name, value);
    }
    const text = await response.text();
    // So that the page can say that it is a copy, and of when.
    return new Response(document ? text.replace("<html ", `<html ${KEPT_AT_ATTRIBUTE}="${this.now()}" `) : text, { headers });
  }

  async #deleteAll(but: string): Promise<void> {
    const names = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== PREFIX + but);
    await Promise.all(names.map((name) => caches.delete(name)));
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => undefined);
    return done;
  }
}

const isDocument = (response: Response) => response.headers.get("Content-Type")?.startsWith("text/html") ?? false;
const keptAt = (response: Response) => Number(response.headers.get(KEPT_AT_HEADER));

/** The chats that were looked at last stay. */
async function trim(cache: Cache): Promise<void> {
  const chats = (await cache.keys()).filter(({ url }) => isChat(new URL(url).pathname));
  if (chats.length <= KEPT_CHATS) return;
  const dated = await Promise.all(chats.map(async (request) => ({ path: new URL(request.url).pathname, at: keptAt((await cache.match(request))!) })));
  dated.sort((a, b) => a.at - b.at);
  for (const { path } of dated.slice(0, chats.length - KEPT_CHATS)) {
    await cache.delete(path);
    await cache.delete(dataOf(path));
  }
}
