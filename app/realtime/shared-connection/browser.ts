/** Sharing as a real browser gives it. */
import { newId } from "#app/domain/ids.ts";
import { browserTimers } from "#app/realtime/browser.ts";
import type { Bus, Locks, SharedEnvironment } from "./environment.ts";
import type { Message } from "./messages.ts";

/** @returns null where the browser has no locks or no channel between tabs: on plain http under a name that is not localhost */
export function browserSharing(): SharedEnvironment | null {
  const locks = navigator.locks as LockManager | undefined;
  if (!locks || typeof BroadcastChannel === "undefined") return null;
  return { ...browserTimers, locks: webLocks(locks), openBus: broadcast, hidden: () => document.visibilityState === "hidden", newId };
}

export function webLocks(manager: LockManager): Locks {
  return {
    hold(name, { held, lost }, steal = false) {
      const waiting = new AbortController();
      let release = () => {};
      let over = false;
      const hold = () => {
        if (over) return;
        held();
        // Released in the very moment it was got.
        if (over) return;
        return new Promise<void>((resolve) => (release = resolve));
      };
      // The browser refuses to combine stealing with a signal: there is no waiting to be ended.
      manager.request(name, steal ? { steal } : { signal: waiting.signal }, hold).catch((error: unknown) => {
        if (!(error instanceof Error)) throw error;
        if (over) return;
        over = true;
        lost();
      });
      return () => {
        over = true;
        waiting.abort();
        release();
      };
    },
  };
}

export function broadcast(name: string, onMessage: (message: Message) => void): Bus {
  const channel = new BroadcastChannel(name);
  channel.onmessage = ({ data }: MessageEvent<Message>) => onMessage(data);
  return { post: (message) => channel.postMessage(message), close: () => channel.close() };
}
