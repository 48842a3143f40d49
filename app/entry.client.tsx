import { RemixBrowser } from "@remix-run/react";
import { startTransition, StrictMode } from "react";
import { hydrateRoot } from "react-dom/client";
import { I18nextProvider } from "react-i18next";
import { documentLocale, loadI18n } from "#app/i18n/i18n.client.ts";
import { LocaleContext } from "#app/i18n/locale-context.ts";

/** Hydrates once the texts of the page's own language are here, so that the first render equals the server's. */
async function start() {
  const locale = documentLocale(document.documentElement);
  const i18n = await loadI18n(locale);
  startTransition(() => {
    hydrateRoot(
      document,
      <StrictMode>
        <I18nextProvider i18n={i18n}>
          <LocaleContext.Provider value={locale}>
            <RemixBrowser />
          </LocaleContext.Provider>
        </I18nextProvider>
      </StrictMode>,
    );
  });
}

void start();
