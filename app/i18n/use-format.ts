import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { createFormat, type Format } from "./format.ts";
import { useLocale } from "./locale-context.ts";

/** Formats for the person who reads; stable while language, digits and time zone are. */
export function useFormat(): Format {
  const { t } = useTranslation();
  const { digits, timeZone } = useLocale();
  return useMemo(() => createFormat(t, { digits, timeZone }), [t, digits, timeZone]);
}
