import type { TFunction } from "i18next";
import { useSyncExternalStore } from "react";
import type { Notices } from "#app/domain/notifications/notices.ts";
import { totalUnread } from "#app/domain/notifications/notices.ts";
import { unreadTotal, watchUnreadTotal } from "#app/realtime/notifications/unread-total.ts";

/** More than this is no longer counted out. */
const MOST_SHOWN = 99;

/** A page's title with the number of unread messages in front: as loaded, and then as it is now. */
export function useUnreadTitle(title: string, notices: Notices | null, t: TFunction): string {
  const loaded = notices ? totalUnread(notices) : 0;
  const live = useSyncExternalStore(watchUnreadTotal, unreadTotal, () => null);
  const unread = notices ? (live ?? loaded) : 0;
  if (unread === 0) return title;
  return unread > MOST_SHOWN ? t("notifications.titledMany", { unread: MOST_SHOWN, title }) : t("notifications.titled", { unread, title });
}
