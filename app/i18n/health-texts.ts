/** A health result as one text: for programs that ask the console, and for the terminal. Pages show its parts. */
import type { TFunction } from "i18next";
import type { Cause, DatabaseCode } from "#app/domain/health/codes.ts";

/** Names of settings are Latin in any text: each is isolated, so that it keeps its direction. */
const isolated = (name: string) => `\u2068${name}\u2069`;

/** What happened, what to do, and the settings to look at. */
export function causeText(t: TFunction, { cause, settings }: { cause: Cause; settings: readonly string[] }): string {
  const look = settings.length > 0 ? [t("adminRealtime.lookAt", { settings: settings.map(isolated).join(t("adminRealtime.comma")) })] : [];
  return [t(`adminRealtime.causes.${cause}.what`), t(`adminRealtime.causes.${cause}.todo`), ...look].join(" ");
}

export const databaseText = (t: TFunction, code: DatabaseCode): string => `${t(`adminDatabase.codes.${code}.what`)} ${t(`adminDatabase.codes.${code}.todo`)}`;
