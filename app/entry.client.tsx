import { RemixBrowser } from "@remix-run/react";
import { startTransition, StrictMode } from "react";
import { hydrateRoot } from "react-dom/client";
import { I18nextProvider } from "react-i18next";
import { documentLocale, loadI18n } from "#app/i18n/i18n.client.ts";
import { LocaleContext } from "#app/i18n/locale-context.ts";

/**
 * Waits until the page's own data is decoded. Before that RemixBrowser suspends, and no boundary is around a whole
 * document: a key pressed or a field entered meanwhile has React hydrate at once, fail ("Root did not complete", 18.3),
 * and throw away the server's page with what was typed into it. It suspends by throwing the promise, before any hook.
 */
async function pageData() {
  try {
    RemixBrowser({});
  } catch (decoding) {
    await decoding;
  }
}

/** Hydrates once the texts of the page's own language are here, so that the first render equals the server's. */
async function start() {
  const locale = documentLocale(document.documentElement);
  const [i18n] = await Promise.all([loadI18n(locale), pageData()]);
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
