import type { Locale } from "./locale.ts";

const ARABIC_INDIC: Record<string, string> = { ",": "٬", ".": "٫", "-": "\u061c-" };
for (let digit = 0; digit < 10; digit++) ARABIC_INDIC[String(digit)] = String.fromCharCode(0x660 + digit);

/**
 * Writes the digits, separators and signs of a plain ASCII number the person's way. Done by table, not by
 * Intl's Arabic locales: their output differs between ICU versions, and server and browser must agree.
 */
export const inDigits = (text: string, digits: Locale["digits"]): string =>
  digits === "latn" ? text : text.replace(/[0-9.,-]/g, (sign) => ARABIC_INDIC[sign] ?? sign);

/** A number with grouping and at most `fraction` decimals, in the person's digits. */
export function formatNumber(value: number, digits: Locale["digits"], fraction = 2): string {
  const rounded = Number(value.toFixed(fraction));
  const [whole = "0", decimals] = String(Math.abs(rounded)).split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  const sign = rounded < 0 ? "-" : "";
  return inDigits(`${sign}${grouped}${decimals ? `.${decimals}` : ""}`, digits);
}
