import type { i18n } from "i18next";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { loadI18n } from "./i18n.client.ts";
import type { Locale } from "./locale.ts";

interface Shown {
  i18n: i18n;
  locale: Locale;
}

const sameTexts = (a: Locale, b: Locale) => a.language === b.language && a.digits === b.digits;

/**
 * The texts for a locale. The first ones stand already (the server rendered with them); when the person chooses
 * another language, here or in another tab, the page changes as a whole once the new texts are loaded.
 */
export function useFollowedI18n(wanted: Locale): Shown {
  const { i18n } = useTranslation();
  const [shown, setShown] = useState<Shown>({ i18n, locale: wanted });
  const { language, digits, dir, timeZone } = wanted;

  useEffect(() => {
    const next: Locale = { language, digits, dir, timeZone };
    if (sameTexts(shown.locale, next)) return;
    let current = true;
    loadI18n(next).then(
      (loaded) => current && setShown({ i18n: loaded, locale: next }),
      // The chunk is not there, after an update perhaps: a fresh page brings everything in the new language.
      () => current && window.location.reload(),
    );
    return () => {
      current = false;
    };
  }, [shown.locale, language, digits, dir, timeZone]);

  return sameTexts(shown.locale, wanted) ? { i18n: shown.i18n, locale: wanted } : shown;
}
