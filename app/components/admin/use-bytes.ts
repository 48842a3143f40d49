import { useTranslation } from "react-i18next";
import { useFormat } from "#app/i18n/use-format.ts";

const STEP = 1_024;
const UNITS = ["bytes", "kibibytes", "mebibytes", "gibibytes"] as const;

/** A size as text: "48.2 MB". */
export function useBytes(): (bytes: number) => string {
  const { t } = useTranslation();
  const format = useFormat();
  return (bytes) => {
    let value = bytes;
    let unit = 0;
    while (value >= STEP && unit < UNITS.length - 1) {
      value /= STEP;
      unit++;
    }
    return t(`adminDatabase.units.${UNITS[unit]}`, { value: format.number(value, unit === 0 || value >= 100 ? 0 : 1) });
  };
}
