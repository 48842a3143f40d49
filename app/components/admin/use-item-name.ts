import { useTranslation } from "react-i18next";
import { CACHE_PATHS, isCacheTag } from "#app/cache/tags.ts";

/** What people call a tag or a page; anything else by its own name. */
export function useItemName(): (item: string) => string {
  const { t } = useTranslation();
  return (item) => {
    if (isCacheTag(item)) return t(`adminRevalidation.tags.${item}`);
    return CACHE_PATHS.includes(item) ? t(`adminRevalidation.paths.${item.slice(1) || "home"}`) : item;
  };
}
