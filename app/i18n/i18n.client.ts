import type { i18n } from "i18next";
import { i18nWith, type Texts } from "./i18n.ts";
import { dirOf, type Locale } from "./locale.ts";

// One chunk a language, so that nobody downloads the other one.
const LOADERS: Record<Locale["language"], () => Promise<{ default: Texts }>> = {
  ar: () => import("./ar.json"),
  en: () => import("./en.json"),
};

/** Loads a language's texts and makes the instance. Rejects where the chunk cannot be fetched. */
export async function loadI18n(locale: Pick<Locale, "language" | "digits">): Promise<i18n> {
  const texts = await LOADERS[locale.language]();
  return i18nWith(locale, texts.default);
}

/** The locale that the server rendered with, as <html> says; the root's data brings the time zone. */
export function documentLocale(root: HTMLElement): Locale {
  const language = root.lang === "ar" ? "ar" : "en";
  return { language, dir: dirOf(language), digits: root.dataset["digits"] === "arab" ? "arab" : "latn", timeZone: "UTC" };
}
