import { useContext, useEffect, useSyncExternalStore } from "react";
import type { UserStatus } from "#app/domain/presence/events.ts";
import { useLiveContext } from "#app/realtime/live-context.ts";
import { LoadedStatusesContext } from "./loaded-statuses.tsx";

/**
 * Whether somebody is here, live; null: not known, not to be known, or this browser is offline itself.
 * @param userId null: nobody
 */
export function useStatus(userId: string | null): UserStatus | null {
  const live = useLiveContext();
  const book = live?.statuses;
  const loaded = useContext(LoadedStatusesContext);
  const known = useSyncExternalStore(book?.subscribe ?? never, () => (userId === null ? undefined : book?.known(userId)), nothing);
  // Told by the book, too: it hears of every change of the connection.
  const offline = useSyncExternalStore(book?.subscribe ?? never, () => live?.engine.state === "offline", no);
  useEffect(() => (userId === null ? undefined : book?.watch(userId)), [book, userId]);
  if (userId === null || offline) return null;
  if (known && (!loaded || known.seq >= loaded.seq || !loaded.asked.includes(userId))) return known.status;
  return loaded?.statuses.find((status) => status.userId === userId) ?? null;
}

const never = () => () => {};
const nothing = () => undefined;
const no = () => false;
