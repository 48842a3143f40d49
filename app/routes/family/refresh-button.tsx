import { useLocation, useRevalidator } from "@remix-run/react";
import { RefreshCw } from "lucide-react";
import { useTranslation } from "react-i18next";
import { IconButton } from "#app/components/icon-button.tsx";

/** Loads all that the page shows anew. Without JavaScript the form does what it says: it asks for the same page. */
export function RefreshButton() {
  const { t } = useTranslation();
  const { pathname } = useLocation();
  const { revalidate, state } = useRevalidator();
  const busy = state !== "idle";
  return (
    <form
      method="get"
      action={pathname}
      onSubmit={(event) => {
        event.preventDefault();
        revalidate();
      }}
    >
      <IconButton type="submit" label={busy ? t("family.refreshing") : t("family.refresh")} busy={busy} icon={<RefreshCw aria-hidden size={20} />} />
    </form>
  );
}
