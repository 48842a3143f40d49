/** Notifications as a real browser gives them. */
import { mentionedIn } from "#app/domain/conversations/mentions.ts";
import { browserTimers } from "#app/realtime/browser.ts";
import { browserLog } from "#app/realtime/browser-log.ts";
import { browserChime } from "./chime.ts";
import type { Ledger, NotifyEnvironment } from "./environment.ts";
import { openLedger } from "./ledger.ts";
import { lockManager, lookedAt } from "./looking.ts";
import { browserTray, clearTray } from "./tray.ts";
import type { Permission } from "./verdict.ts";

/** Whether this browser may notify. Plain http, and some phones, have no notifications at all. */
export function permission(): Permission {
  if (!window.isSecureContext || typeof Notification === "undefined") return "unsupported";
  return Notification.permission;
}

/** Asks, which browsers allow only while a button is being pressed. */
export async function askPermission(): Promise<Permission> {
  if (permission() !== "unsupported") await Notification.requestPermission();
  return permission();
}

interface Options extends Pick<NotifyEnvironment, "catchingUp" | "describe" | "describeMany"> {
  userId: string;
  open: (path: string) => void;
}

export function browserNotifications({ userId, open, ...given }: Options): NotifyEnvironment {
  const locks = lockManager();
  return {
    ...browserTimers,
    ...given,
    permission,
    names: (text, name) => mentionedIn(text, [{ id: userId, name }]).length > 0,
    exclusively: async (work) => void (locks ? await locks.request(`roost-notify:${userId}`, work) : await work()),
    lookedAt: () => lookedAt(userId),
    tray: browserTray({ userId, open }),
    ledger: ledgerOf(userId),
    chime: browserChime,
    log: browserLog,
  };
}

/** Opened when there is something to note. */
function ledgerOf(userId: string): Ledger {
  let opening: ReturnType<typeof openLedger> | undefined;
  const opened = () => (opening ??= openLedger(userId, browserTimers.now, browserLog));
  return {
    known: async (ids) => (await opened()).known(ids),
    note: async (ids) => (await opened()).note(ids),
    rung: async () => (await opened()).rung(),
    noteRung: async (rung) => (await opened()).noteRung(rung),
  };
}

/** Signing out, or signed out elsewhere: nothing that was announced stays on the screen. What was announced is remembered, by ids alone. */
export async function forgetNotifications(): Promise<void> {
  await Promise.all([clearTray(), showBadge(0)]);
}

/** The number on the app's icon, where the system shows one. */
export async function showBadge(count: number): Promise<void> {
  const badged = navigator as { setAppBadge?: (count: number) => Promise<void>; clearAppBadge?: () => Promise<void> };
  try {
    await (count > 0 ? badged.setAppBadge?.(count) : badged.clearAppBadge?.());
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
    // Not installed, or not allowed there.
    browserLog("no badge", { error: error.message });
  }
}
