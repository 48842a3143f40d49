/**
 * i18next as Roost uses it. The texts are handed in, so that this module carries none: the server has both
 * languages (i18n.server.ts), a browser loads only its own (i18n.client.ts).
 */
import i18next, { type i18n, type ResourceLanguage } from "i18next";
import { initReactI18next } from "react-i18next";
import { formatNumber } from "./digits.ts";
import { createFormat } from "./format.ts";
import type { Locale } from "./locale.ts";

export type Texts = ResourceLanguage;

const MINUTE_MS = 60_000;

/**
 * An instance that is ready when this returns (no text may be missing while the page hydrates).
 * Counts are written as `{{count, digits}}`, which follows the person's digits; lengths of time as `{{minutes, duration}}`.
 */
export function i18nWith(locale: Pick<Locale, "language" | "digits">, texts: Texts): i18n {
  const instance = i18next.createInstance();
  void instance.use(initReactI18next).init({
    lng: locale.language,
    resources: { [locale.language]: { translation: texts } },
    fallbackLng: false,
    initAsync: false,
    // It would write an advertisement to every member's console and into the app's log.
    showSupportNotice: false,
    // React escapes; a second time would show &amp;.
    interpolation: { escapeValue: false },
    react: { useSuspense: false },
  });
  instance.services.formatter?.add("digits", (value: unknown) => formatNumber(Number(value), locale.digits));
  instance.services.formatter?.add("duration", (minutes: unknown) => createFormat(instance.t, { digits: locale.digits, timeZone: "UTC" }).duration(Number(minutes) * MINUTE_MS));
  return instance;
}
