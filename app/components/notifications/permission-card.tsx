import { BellOff, BellRing, CircleAlert } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Button } from "#app/components/button.tsx";
import { usePermission } from "./use-permission.ts";

/** What this browser says to notifications, and the one button that asks it. Without JavaScript there are none, and it says so. */
export function PermissionCard() {
  const { t } = useTranslation();
  const { permission, ask } = usePermission();
  return (
    <>
      <noscript>
        <p className="text-sm text-ink-soft">{t("notifications.permission.noScript")}</p>
      </noscript>
      {permission !== null && (
        <div className="flex flex-wrap items-center gap-x-4 gap-y-3" data-permission={permission}>
          <p role="status" className="flex min-w-0 flex-1 basis-60 items-start gap-2.5 text-sm">
            <Sign permission={permission} />
            <span>{t(`notifications.permission.${permission}`)}</span>
          </p>
          {permission === "default" && (
            <Button variant="secondary" onClick={ask}>
              {t("notifications.permission.ask")}
            </Button>
          )}
        </div>
      )}
    </>
  );
}

function Sign({ permission }: { permission: string }) {
  const Icon = permission === "granted" ? BellRing : permission === "default" ? CircleAlert : BellOff;
  return <Icon aria-hidden size={20} strokeWidth={1.5} className="mt-[0.1em] flex-none" />;
}
