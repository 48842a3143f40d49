import type { i18n } from "i18next";
import ar from "./ar.json" with { type: "json" };
import en from "./en.json" with { type: "json" };
import { i18nWith } from "./i18n.ts";
import type { Locale } from "./locale.ts";

const TEXTS = { ar, en };
const instances = new Map<string, i18n>();

/** The shared instance of one language and kind of digits; made once a process, ready at once. */
export function createI18n(language: Locale["language"], digits: Locale["digits"] = "latn"): i18n {
  const key = `${language}-${digits}`;
  const known = instances.get(key);
  if (known) return known;
  const made = i18nWith({ language, digits }, TEXTS[language]);
  instances.set(key, made);
  return made;
}
