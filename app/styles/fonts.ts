/** The font files that a page shows first, for preloading. The same files as in fonts.css, by the same hashed names. */
import arabic400 from "@fontsource/ibm-plex-sans-arabic/files/ibm-plex-sans-arabic-arabic-400-normal.woff2?url";
import arabic600 from "@fontsource/ibm-plex-sans-arabic/files/ibm-plex-sans-arabic-arabic-600-normal.woff2?url";
import latin400 from "@fontsource/ibm-plex-sans/files/ibm-plex-sans-latin-400-normal.woff2?url";
import latin600 from "@fontsource/ibm-plex-sans/files/ibm-plex-sans-latin-600-normal.woff2?url";
import type { Locale } from "#app/i18n/locale.ts";

export const fontsFor = (language: Locale["language"]): readonly string[] => (language === "ar" ? [arabic400, arabic600] : [latin400, latin600]);
