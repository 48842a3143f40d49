/** How a person reads Roost. Pinned in full, so that server and browser render the same text. */
export interface Locale {
  language: "ar" | "en";
  dir: "rtl" | "ltr";
  digits: "latn" | "arab";
  /** IANA name. */
  timeZone: string;
}

export const LANGUAGES = ["ar", "en"] as const;
export const dirOf = (language: Locale["language"]): Locale["dir"] => (language === "ar" ? "rtl" : "ltr");
