/**
 * The service worker: opens Roost offline, and sends the queue when all pages are closed. Served by /sw.js, bundled
 * by worker/service-worker-plugin.ts. What it keeps, for whom and how long: docs/offline.md.
 */
import { isRecord } from "#app/realtime/live-event.ts";
import { FORGOTTEN } from "#app/realtime/offline/worker-messages.ts";
import type { ToWorker } from "#app/realtime/offline/worker-messages.ts";
import { Assets } from "./assets.ts";
import { Copies } from "./copies.ts";
import { openFrom } from "./notification-click.ts";
import { Pages } from "./pages.ts";
import { replay } from "./replay.ts";
import type { WorkerScope } from "./scope.ts";

/** Put in by the bundler. */
declare const __VERSION__: string;
declare const __ASSETS__: string[];

const scope = self as unknown as WorkerScope;
const assets = new Assets(__VERSION__, __ASSETS__);
const copies = new Copies(() => Date.now());
const pages = new Pages(scope, assets, copies);

// A new version takes over at once. Open pages of the old one go on: their files stay (assets.ts), the queue's
// database only grows (queue-database.ts), and so does what is said between them (worker-messages.ts).
scope.addEventListener("install", (event) => event.waitUntil(assets.install().then(() => scope.skipWaiting())));
scope.addEventListener("activate", (event) => event.waitUntil(assets.tidy().then(() => scope.clients.claim())));

scope.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (url.origin !== scope.location.origin) return;
  if (assets.handles(event.request, url)) event.respondWith(assets.answer(event.request));
  else if (pages.handles(event.request, url)) event.respondWith(pages.answer(event, url));
});

scope.addEventListener("message", (event) => {
  if (!isRecord(event.data)) return;
  const message = event.data as ToWorker;
  if (message.kind === "keep") event.waitUntil(Promise.all([pages.keep(message.path), assets.speak(message.language)]));
  if (message.kind === "forget") event.waitUntil(copies.forget().then(() => event.ports[0]?.postMessage(FORGOTTEN)));
});

scope.addEventListener("notificationclick", (event) => event.waitUntil(openFrom(event.notification, scope)));

scope.addEventListener("sync", (event) => event.waitUntil(replay(event.tag, scope.navigator.locks)));
