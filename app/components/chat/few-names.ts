import type { TFunction } from "i18next";

/** So many are named; of more, one fewer, and the rest are counted. */
export const MOST_NAMED = 3;

/** The names that a sentence has room for, and the text for those left over, if any. */
export function fewNames(names: readonly string[], t: TFunction): { named: readonly string[]; rest: string[] } {
  if (names.length <= MOST_NAMED) return { named: names, rest: [] };
  const named = names.slice(0, MOST_NAMED - 1);
  return { named, rest: [t("chats.others", { count: names.length - named.length })] };
}
