import { useTranslation } from "react-i18next";
import type { Price } from "#app/domain/rewards/price.ts";
import { useFormat } from "#app/i18n/use-format.ts";
import { StarCount } from "./star-count.tsx";

/** What it costs; under a promotion beside what it costs otherwise. */
export function PriceTag({ price, fullPrice }: Pick<Price, "price" | "fullPrice">) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <span className="inline-flex items-baseline gap-2">
      <StarCount count={price} className="text-lg" />
      {price < fullPrice && (
        <>
          <span className="sr-only">{t("rewards.insteadOf", { count: fullPrice })}</span>
          <s aria-hidden className="figures text-sm text-ink-faint">
            {format.number(fullPrice)}
          </s>
        </>
      )}
    </span>
  );
}
