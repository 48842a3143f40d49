import { useTranslation } from "react-i18next";
import { Button, LinkButton } from "#app/components/button.tsx";
import { Drawing } from "#app/components/drawings.tsx";
import type { RouteHandle } from "#app/components/route-handle.ts";
import { page } from "#app/http/page.server.ts";

/** Without scripts: the service worker shows it in the place of any page, whose address it keeps. */
export const handle: RouteHandle = { title: (t) => t("errorPage.offline.title"), layout: "bare", still: true };

export const loader = page({ access: "public" }, async () => null);

/** What is shown without a network where there is no copy of the page that was asked for. */
export default function Offline() {
  const { t } = useTranslation();
  return (
    <div data-offline-page className="flex flex-1 flex-col items-center justify-center px-6 py-16 text-center">
      <Drawing name="cloud" />
      <h1 className="mt-6 text-xl">{t("errorPage.offline.title")}</h1>
      <p className="mt-2 max-w-96 text-ink-soft">{t("errorPage.offline.text")}</p>
      <div className="mt-6 flex flex-wrap justify-center gap-3">
        {/* A form without an action asks for this very address again, whichever it is. */}
        <form>
          <Button type="submit">{t("common.retry")}</Button>
        </form>
        <LinkButton to="/chats" variant="secondary">
          {t("nav.chats")}
        </LinkButton>
      </div>
    </div>
  );
}
