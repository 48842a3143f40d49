import { BellRing } from "lucide-react";
import { useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";
import { Button, LinkButton } from "#app/components/button.tsx";
import { usePermission } from "./use-permission.ts";

/** Kept in this browser: a "not now" is for good, settings always have the button. */
const DISMISSED = "roost-notifications-not-now";
const listeners = new Set<() => void>();

/**
 * Below the list of chats, once: that Roost could tell of new messages. It never asks by itself. Only a browser knows
 * whether it is wanted, so it comes late: above the list it would push away what somebody is just about to press.
 */
export function NotificationHint() {
  const { t } = useTranslation();
  const { permission } = usePermission();
  const dismissed = useSyncExternalStore(watch, isDismissed, () => true);
  if (permission !== "default" || dismissed) return null;
  return (
    <section aria-label={t("notifications.hint.title")} className="mx-3 mt-6 flex flex-none flex-wrap items-center gap-x-4 gap-y-2 rounded-card border border-line bg-surface p-3" data-notification-hint>
      <p className="flex min-w-0 flex-1 basis-60 items-start gap-2.5 text-sm">
        <BellRing aria-hidden size={20} strokeWidth={1.5} className="mt-[0.1em] flex-none text-accent-ink" />
        <span>{t("notifications.hint.text")}</span>
      </p>
      <span className="flex gap-2">
        <LinkButton to="/settings#notifications" variant="secondary" size="sm">
          {t("notifications.hint.open")}
        </LinkButton>
        <Button variant="ghost" size="sm" onClick={dismiss}>
          {t("notifications.hint.notNow")}
        </Button>
      </span>
    </section>
  );
}

function watch(changed: () => void): () => void {
  listeners.add(changed);
  return () => listeners.delete(changed);
}

const isDismissed = (): boolean => stored(() => localStorage.getItem(DISMISSED) !== null) ?? true;

function dismiss(): void {
  stored(() => localStorage.setItem(DISMISSED, "1"));
  for (const changed of [...listeners]) changed();
}

/** Some private modes have no storage: then the hint stays away. */
function stored<T>(work: () => T): T | null {
  try {
    return work();
  } catch (error) {
    if (error instanceof DOMException) return null;
    throw error;
  }
}
