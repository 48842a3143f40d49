import { useEffect, useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";
import { Banner } from "#app/components/banner.tsx";
import type { ConnectionState } from "#app/components/connection-badge.tsx";
import { useFormat } from "#app/i18n/use-format.ts";
import { caughtUp, shownCopy, watchShownCopy } from "#app/realtime/offline/shown-copy.ts";

/** So long the connection has to hold before what is on screen counts as new: the first sync may still fail. */
const CAUGHT_UP_AFTER_MS = 6_000;

/** Says that the page was opened offline, from when it is, and that writing works. */
export function OfflineNotice({ connection }: { connection: ConnectionState }) {
  const { t } = useTranslation();
  const format = useFormat();
  const keptAt = useSyncExternalStore(watchShownCopy, shownCopy, () => null);
  const away = connection === "offline" || connection === "connecting";

  useEffect(() => {
    if (away || keptAt === null) return;
    const timer = setTimeout(caughtUp, CAUGHT_UP_AFTER_MS);
    return () => clearTimeout(timer);
  }, [away, keptAt]);

  if (keptAt === null) return null;
  return (
    <div className="flex-none px-4 pt-3" data-offline-notice>
      <Banner tone="waiting" title={t("connection.copy.title")}>
        {t("connection.copy.text", { time: format.dateTime(keptAt) })}
      </Banner>
    </div>
  );
}
