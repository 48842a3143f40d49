import { createContext, useEffect, type ReactNode } from "react";
import { useLiveContext } from "#app/realtime/live-context.ts";
import type { Statuses } from "#app/domain/presence/statuses.ts";

export const LoadedStatusesContext = createContext<Statuses | null>(null);

/** What a loader knows of who is here, for all below: shown at once, also without JavaScript. */
export function LoadedStatuses({ statuses, children }: { statuses: Statuses; children: ReactNode }) {
  const book = useLiveContext()?.statuses;
  useEffect(() => book?.take(statuses), [book, statuses]);
  return <LoadedStatusesContext.Provider value={statuses}>{children}</LoadedStatusesContext.Provider>;
}
