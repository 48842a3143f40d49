import { useTranslation } from "react-i18next";
import { useFormat } from "#app/i18n/use-format.ts";

const SECOND_MS = 1_000;

/** How long something took, as text: "42 ms", "1.4 s". */
export function useMillis(): (ms: number) => string {
  const { t } = useTranslation();
  const format = useFormat();
  return (ms) => (ms < SECOND_MS ? t("adminOperations.millis", { value: format.number(Math.round(ms)) }) : t("adminOperations.seconds", { value: format.number(ms / SECOND_MS, 1) }));
}
