import { createContext, useContext } from "react";
import { useTranslation } from "react-i18next";
import { dirOf, type Locale } from "./locale.ts";

/** The locale of the texts on screen; null where the root loader failed. */
export const LocaleContext = createContext<Locale | null>(null);

/** The reader's locale. Without one (error pages) it follows the texts, with Latin digits and UTC. */
export function useLocale(): Locale {
  const { i18n } = useTranslation();
  const given = useContext(LocaleContext);
  if (given) return given;
  const language = i18n.language === "ar" ? "ar" : "en";
  return { language, dir: dirOf(language), digits: "latn", timeZone: "UTC" };
}
