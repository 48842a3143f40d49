/** Looking into what a browser keeps, and being without a network. */
import type { BrowserContext, Page } from "@playwright/test";
import { until } from "./until.ts";

/** Waits until the service worker controls pages: from the next navigation on it answers them. */
export async function controlled(page: Page) {
  await page.evaluate(async () => {
    await navigator.serviceWorker.ready;
    if (!navigator.serviceWorker.controller) await new Promise((resolve) => navigator.serviceWorker.addEventListener("controllerchange", resolve, { once: true }));
  });
}

/** Paths of the private copies, of whomever, as `userId path`. */
export const copiesIn = (page: Page) =>
  page.evaluate(async () => {
    const found: string[] = [];
    for (const name of await caches.keys())
      if (name.startsWith("roost-pages-")) for (const { url } of await (await caches.open(name)).keys()) found.push(`${name.slice("roost-pages-".length)} ${new URL(url).pathname}`);
    return found.sort();
  });

/** Waits until there is a copy of each of these pages, and of what moving to them needs. */
export async function copied(page: Page, paths: readonly string[]) {
  await until(
    async () => {
      const kept = (await copiesIn(page)).map((copy) => copy.split(" ")[1]);
      return paths.every((path) => kept.includes(path) && kept.includes(path === "/" ? "/_root.data" : `${path}.data`));
    },
    { timeout: 20_000, what: `copies of ${paths.join(", ")}` },
  );
}

/** Waits until the copies of a page hold a text, the document as well as the data. */
export async function copyHolds(page: Page, path: string, text: string) {
  const holds = () =>
    page.evaluate(
      async ([paths, wanted]) => {
        for (const each of paths) {
          const copy = await caches.match(each, { ignoreVary: true });
          if (!(await copy?.text())?.includes(wanted)) return false;
        }
        return true;
      },
      [[path, `${path}.data`], text] as const,
    );
  await until(holds, { timeout: 20_000, what: `copies of ${path} with ${text}` });
}

/** Names of the queue's databases in this browser. */
export const queueDatabases = (page: Page) => page.evaluate(async () => (await indexedDB.databases()).map(({ name }) => name!).filter((name) => name.startsWith("roost-queue-")));

/** All texts that wait in a browser's queues, in their order. */
export const queuedTexts = (page: Page) =>
  page.evaluate(async () => {
    const texts: string[] = [];
    for (const { name } of await indexedDB.databases()) {
      if (!name!.startsWith("roost-queue-")) continue;
      texts.push(
        ...(await new Promise<string[]>((resolve, reject) => {
          const opening = indexedDB.open(name!);
          opening.onerror = () => reject(opening.error!);
          opening.onsuccess = () => {
            const reading = opening.result.transaction("messages").objectStore("messages").getAll();
            reading.onerror = () => reject(reading.error!);
            reading.onsuccess = () => {
              opening.result.close();
              resolve((reading.result as { body: string }[]).map(({ body }) => body));
            };
          };
        })),
      );
    }
    return texts;
  });

export async function write(page: Page, text: string) {
  const field = page.locator('textarea[name="body"]');
  await field.fill(text);
  await field.press("Enter");
}

export const onScreen = (page: Page, text: string, status: string) => page.locator(`[data-message][data-status="${status}"]`, { hasText: text });

export const offlineNotice = (page: Page) => page.locator("[data-offline-notice]");

/** A new tab of the same browser. */
export const newTab = (context: BrowserContext) => context.newPage();
