import { useLocation } from "@remix-run/react";
import { useEffect } from "react";
import { keepPage, registerServiceWorker } from "#app/realtime/offline/service-worker.ts";
import { isKept } from "#app/realtime/offline/worker-messages.ts";

/** A page that is only passed through is not kept. */
const ON_SCREEN_MS = 1_500;

/** Has the service worker keep copies of the pages that are looked at: when they are opened, and as they are left. */
export function KeptForOffline() {
  const { pathname } = useLocation();
  useEffect(registerServiceWorker, []);
  useEffect(() => {
    if (!isKept(pathname)) return;
    const opened = setTimeout(() => keepPage(pathname), ON_SCREEN_MS);
    const hidden = () => document.visibilityState === "hidden" && keepPage(pathname);
    document.addEventListener("visibilitychange", hidden);
    return () => {
      clearTimeout(opened);
      document.removeEventListener("visibilitychange", hidden);
    };
  }, [pathname]);
  return null;
}
