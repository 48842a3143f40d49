/** Whose page copies the service worker keeps, when answers overtake each other. Covers D4, D6. */
import { beforeEach, expect, it, vi } from "vitest";
import { NOBODY, USER_HEADER } from "#app/config/user-header.ts";
import { Copies } from "#app/service-worker/copies.ts";

const ORIGIN = "https://roost.test";
const CHAT = `/chats/${"a".repeat(32)}`;

/** As much of a browser's cache storage as the copies use. */
function cacheStorage() {
  const stores = new Map<string, Map<string, Response>>();
  const pathOf = (key: string) => new URL(key, ORIGIN).pathname;
  const cache = (store: Map<string, Response>) => ({
    put: async (key: string, response: Response) => void store.set(pathOf(key), response),
    match: async (key: string) => store.get(pathOf(key))?.clone(),
    keys: async () => [...store.keys()].map((path) => ({ url: ORIGIN + path })),
    delete: async (key: string) => store.delete(pathOf(key)),
  });
  return {
    keys: async () => [...stores.keys()],
    delete: async (name: string) => stores.delete(name),
    open: async (name: string) => {
      if (!stores.has(name)) stores.set(name, new Map());
      return cache(stores.get(name)!);
    },
    paths: () => Object.fromEntries([...stores].map(([name, store]) => [name.replace("roost-pages-", ""), [...store.keys()]])),
  };
}

let storage: ReturnType<typeof cacheStorage>;
beforeEach(() => {
  storage = cacheStorage();
  vi.stubGlobal("caches", storage);
});

const url = (path: string) => new URL(path, ORIGIN);
function answerFor(owner: string): Response {
  const response = new Response("<html lang=en></html>", { headers: { "Content-Type": "text/html", [USER_HEADER]: owner } });
  // As a browser's own of the same origin are.
  Object.defineProperty(response, "type", { value: "basic" });
  return response;
}
async function arrive(copies: Copies, asked: number, path: string, owner: string) {
  const response = answerFor(owner);
  await copies.heard(response, asked);
  await copies.keep(url(path), response, asked);
}

it("keeps both of two answers to the same person, whichever comes first", async () => {
  const copies = new Copies(() => 1);
  const [first, second] = [copies.ask(), copies.ask()];
  await arrive(copies, second, "/chats", "mona");
  await arrive(copies, first, CHAT, "mona");
  expect(storage.paths()).toEqual({ mona: ["/chats", CHAT] });
});

it("keeps nothing of somebody who has signed out, or been followed by another, since it was asked for", async () => {
  const copies = new Copies(() => 1);
  const late = copies.ask();
  await copies.forget();
  await arrive(copies, late, CHAT, "mona");
  expect(storage.paths()).toEqual({});
  const later = copies.ask();
  await arrive(copies, copies.ask(), "/chats", "adam");
  await arrive(copies, later, CHAT, "mona");
  expect(storage.paths()).toEqual({ adam: ["/chats"] });
  const last = copies.ask();
  await arrive(copies, copies.ask(), "/", NOBODY);
  await arrive(copies, last, CHAT, "adam");
  expect(storage.paths()).toEqual({});
});
