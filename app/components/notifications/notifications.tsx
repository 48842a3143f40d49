import { useLocation, useNavigate, useRevalidator } from "@remix-run/react";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { forgetNotifications, showBadge } from "#app/realtime/notifications/browser.ts";
import { setUnreadTotal } from "#app/realtime/notifications/unread-total.ts";
import type { Loaded } from "#app/realtime/notifications/use-notifications.ts";
import { useLooking, useNotifications } from "#app/realtime/notifications/use-notifications.ts";

const CHAT = /^\/chats\/([0-9a-f]{32})(\/info)?$/;
/** Beside it, or on phones instead of it, there may be what is known about it. */
const chatOnScreen = () => (document.getElementById("chat-title")?.getClientRects().length ?? 0) > 0;

/** Counts what is unread on every page, in the title and on the app's icon, and tells of new messages. Shows nothing itself. */
export function Notifications(loaded: Loaded) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { pathname } = useLocation();
  const { revalidate } = useRevalidator();
  const { total, stale } = useNotifications(loaded, {
    describe: ({ senderName, room, preview, count }) => ({ title: room === null ? senderName : t("notifications.inRoom", { name: senderName, room }), body: count > 1 ? t("notifications.several", { preview, count: count - 1 }) : preview }),
    describeMany: (messages, conversations) => ({ title: t("notifications.many", { count: messages }), body: t("notifications.manyIn", { count: conversations }) }),
    open: (path) => navigate(path),
  });
  useLooking(loaded.self.userId, CHAT.exec(pathname)?.[1] ?? null, pathname, chatOnScreen);

  useEffect(() => {
    if (stale) revalidate();
  }, [stale, loaded.position, revalidate]);

  useEffect(() => {
    setUnreadTotal(total);
    void showBadge(total);
  }, [total]);
  useEffect(() => () => setUnreadTotal(null), []);

  return null;
}

/** Nobody is signed in (any more): what was announced to somebody doesn't stay on the screen. */
export function NoNotifications() {
  useEffect(() => void forgetNotifications(), []);
  return null;
}
