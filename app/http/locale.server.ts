/** Which language, digits and time zone a request is answered in. */
import { dirOf, LANGUAGES, type Locale } from "#app/i18n/locale.ts";

export interface LocaleSettings {
  language: Locale["language"] | null;
  digits: Locale["digits"] | null;
  timeZone: string | null;
}

/** The person's setting, else the browser's wish, else English; digits by language, UTC until a time zone is known. */
export function localeFor(settings: LocaleSettings | null, acceptLanguage: string | null): Locale {
  const language = settings?.language ?? preferred(acceptLanguage) ?? "en";
  return { language, dir: dirOf(language), digits: settings?.digits ?? (language === "ar" ? "arab" : "latn"), timeZone: settings?.timeZone ?? "UTC" };
}

/** The best of our languages by quality, first come first; null when none is asked for. */
export function preferred(acceptLanguage: string | null): Locale["language"] | null {
  const wishes = (acceptLanguage ?? "")
    .slice(0, MAX_ACCEPT_LANGUAGE)
    .split(",")
    .map((part) => {
      const [tag = "", ...parameters] = part.trim().toLowerCase().split(";");
      const quality = parameters.map((parameter) => /^\s*q=([01](?:\.\d{1,3})?)\s*$/.exec(parameter)?.[1]).find((value) => value !== undefined);
      return { language: LANGUAGES.find((known) => tag === known || tag.startsWith(`${known}-`)), quality: Number(quality ?? 1) };
    })
    .filter((wish) => wish.quality > 0)
    .sort((a, b) => b.quality - a.quality);
  return wishes.find((wish) => wish.language !== undefined)?.language ?? null;
}

const MAX_ACCEPT_LANGUAGE = 500;
