import type { TFunction } from "i18next";
import type { Format } from "#app/i18n/format.ts";

const KILO = 1024;

/** A file's size for people: "340 KB", "2.4 MB". */
export function fileSize(bytes: number, t: TFunction, format: Format): string {
  if (bytes < KILO * KILO) return t("uploads.kilobytes", { size: format.number(Math.max(1, Math.round(bytes / KILO))) });
  return t("uploads.megabytes", { size: format.number(bytes / KILO / KILO, 1) });
}
