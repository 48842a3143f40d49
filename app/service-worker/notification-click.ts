/** A click on a notification: the page that shows it comes to the front, or another one is taken there, or a new one opens. */
import { isRecord } from "#app/realtime/live-event.ts";
import type { OpenPath } from "#app/realtime/offline/worker-messages.ts";
import { OPENED } from "#app/realtime/offline/worker-messages.ts";
import type { WindowClient, WorkerScope } from "./scope.ts";

/** A page that hasn't answered by then is loaded anew instead. */
const ANSWER_MS = 1_500;
const setTimeoutOf = (ms: number, run: () => void) => void setTimeout(run, ms);
/** Only ever pages of ours. */
const PATH = /^\/(?!\/)[\w/-]*$/;

export async function openFrom(
  notification: Pick<Notification, "close" | "data">,
  { clients, location }: Pick<WorkerScope, "clients"> & { location: { href: string } },
  after: (ms: number, run: () => void) => void = setTimeoutOf,
): Promise<void> {
  notification.close();
  const data: unknown = notification.data;
  const told = isRecord(data) ? data["path"] : null;
  const path = typeof told === "string" && PATH.test(told) ? told : "/";
  const pages = await clients.matchAll({ type: "window", includeUncontrolled: true });
  const page = pages.find(({ url }) => new URL(url).pathname === path) ?? pages.find(({ visibilityState }) => visibilityState === "visible") ?? pages[0];
  if (!page) return void (await clients.openWindow(path));
  // First: browsers allow it only right after the click.
  const focused = await page.focus();
  if (new URL(focused.url).pathname === path || (await isTaken(focused, path, after))) return;
  try {
    await focused.navigate(new URL(path, location.href).href);
  } catch (error) {
    // A page that this worker doesn't control can't be led.
    if (!(error instanceof TypeError)) throw error;
    await clients.openWindow(path);
  }
}

/** Asks the page to go there by itself, which keeps what it holds. @returns whether it does */
function isTaken(page: WindowClient, path: string, after: (ms: number, run: () => void) => void): Promise<boolean> {
  const { port1, port2 } = new MessageChannel();
  const answer = new Promise<boolean>((resolve) => {
    port1.onmessage = ({ data }) => resolve(data === OPENED);
    after(ANSWER_MS, () => resolve(false));
  });
  page.postMessage({ kind: "open", path } satisfies OpenPath, [port2]);
  return answer.finally(() => port1.close());
}
