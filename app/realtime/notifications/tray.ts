/** Notifications of the browser: by the service worker where there is one, which also answers clicks when no page is open. */
import { isRecord } from "#app/realtime/live-event.ts";
import type { Shown, Tray } from "./environment.ts";

/** TypeScript's declaration leaves it out. */
type Options = NotificationOptions & { renotify?: boolean };

interface BrowserTrayOptions {
  userId: string;
  /** A click on a notification of the page's own. */
  open: (path: string) => void;
}

const ICON = "/icon-192.png";
const BADGE = "/icon-32.png";

/** Only in secure contexts, whatever the types say; null in development, too, where no worker is registered. */
export async function registration(): Promise<ServiceWorkerRegistration | null> {
  const { serviceWorker } = navigator as { serviceWorker?: ServiceWorkerContainer };
  const found = await serviceWorker?.getRegistration();
  return found?.active ? found : null;
}

export function browserTray({ userId, open }: BrowserTrayOptions): Tray {
  /** The page's own, where there is no service worker. */
  const own = new Map<string, { notification: Notification; shown: Shown }>();
  const listed = async () => (await (await registration())?.getNotifications()) ?? [];

  return {
    async shown() {
      const ours = (await listed()).flatMap((notification) => readShown(notification, userId) ?? []);
      return [...ours, ...[...own.values()].map(({ shown }) => shown)];
    },

    async show({ title, body, silent, ...shown }) {
      const options: Options = { body, silent, tag: shown.tag, renotify: true, icon: ICON, badge: BADGE, lang: document.documentElement.lang, dir: document.documentElement.dir === "rtl" ? "rtl" : "ltr", data: { ...shown, userId } };
      const worker = await registration();
      if (worker) return worker.showNotification(title, options);
      const notification = new Notification(title, options);
      own.set(shown.tag, { notification, shown });
      notification.onclose = () => own.get(shown.tag)?.notification === notification && own.delete(shown.tag);
      notification.onclick = () => {
        notification.close();
        window.focus();
        open(shown.path);
      };
    },

    async close(tag) {
      own.get(tag)?.notification.close();
      own.delete(tag);
      for (const notification of await listed()) if (notification.tag === tag) notification.close();
    },
  };
}

/** Takes all notifications away: whoever signed out, or in, must not see what was meant for another. */
export async function clearTray(): Promise<void> {
  for (const notification of (await (await registration())?.getNotifications()) ?? []) notification.close();
}

function readShown(notification: Notification, userId: string): Shown | null {
  const data: unknown = notification.data;
  if (!isRecord(data) || data["userId"] !== userId) return null;
  return { tag: notification.tag, path: String(data["path"]), conversationIds: texts(data["conversationIds"]), messageIds: texts(data["messageIds"]), lastSeq: typeof data["lastSeq"] === "number" ? data["lastSeq"] : null };
}


const texts = (list: unknown): string[] => (Array.isArray(list) ? list.map(String) : []);
