import { useContext, useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";
import { useFormat } from "#app/i18n/use-format.ts";
import { useLiveContext } from "#app/realtime/live-context.ts";
import { LoadedStatusesContext } from "./loaded-statuses.tsx";
import { useStatus } from "./use-status.ts";

/** "5 minutes ago" grows old by itself. */
const TICK_MS = 20_000;

/** Under somebody's name: here now, or when they were last. Nothing where it is not to be known. No live region: coming and going is not read out. */
export function StatusLine({ userId }: { userId: string }) {
  const { t } = useTranslation();
  const format = useFormat();
  const status = useStatus(userId);
  const now = useServerNow();
  if (!status) return null;
  return (
    <p className="truncate text-sm leading-tight text-ink-soft" data-presence={status.online ? "online" : "offline"}>
      {status.online ? t("presence.online") : t("presence.lastHere", { when: format.relative(status.lastActive, now) })}
    </p>
  );
}

/** The server's clock, to TICK_MS; while hydrating that of the loader, so that server and browser render the same. */
function useServerNow(): number {
  const loaded = useContext(LoadedStatusesContext)?.now ?? 0;
  const book = useLiveContext()?.statuses;
  return useSyncExternalStore(book ? everyTick : never, () => (book ? Math.floor(book.now() / TICK_MS) * TICK_MS : loaded), () => loaded);
}

function everyTick(changed: () => void): () => void {
  const timer = setInterval(changed, TICK_MS);
  return () => clearInterval(timer);
}

const never = () => () => {};
