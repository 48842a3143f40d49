import { useCallback, useSyncExternalStore } from "react";
import { askPermission, permission } from "#app/realtime/notifications/browser.ts";
import type { Permission } from "#app/realtime/notifications/verdict.ts";

const listeners = new Set<() => void>();

function watch(changed: () => void): () => void {
  listeners.add(changed);
  // It may have been changed in the browser's own settings meanwhile.
  document.addEventListener("visibilitychange", changed);
  return () => {
    listeners.delete(changed);
    document.removeEventListener("visibilitychange", changed);
  };
}

/** Whether this browser may notify; null on the server and while hydrating. */
export function usePermission(): { permission: Permission | null; ask: () => void } {
  const current = useSyncExternalStore<Permission | null>(watch, permission, () => null);
  const ask = useCallback(() => void askPermission().then(() => listeners.forEach((changed) => changed())), []);
  return { permission: current, ask };
}
