import type { TFunction } from "i18next";
import type { PromotionData } from "#app/domain/rewards/reward.ts";
import type { Format } from "#app/i18n/format.ts";

/** "20 % off", or "for 3 stars". */
export const discountWords = (t: TFunction, format: Format, { kind, value }: Pick<PromotionData, "kind" | "value">): string =>
  kind === "percent" ? t("rewards.percentOff", { percent: format.number(value) }) : t("rewards.forStars", { count: value });
