import { BadgePercent } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useMinute } from "#app/realtime/clock/use-minute.ts";
import { isInForce } from "#app/domain/rewards/price.ts";
import { useFormat } from "#app/i18n/use-format.ts";
import { discountWords } from "#app/components/rewards/discount-words.ts";
import { Picture } from "#app/components/uploads/picture.tsx";
import type { ShopProps } from "./shop-props.ts";

/** The promotions in force, with what they take off and until when. */
export function Offers({ catalogue, now }: ShopProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const minute = Math.max(useMinute(now), now - (now % 60_000));
  const offers = catalogue.promotions.filter((promotion) => isInForce(promotion, minute));
  if (offers.length === 0) return null;
  return (
    <ul className="flex flex-col gap-3" aria-label={t("rewards.offers")}>
      {offers.map((offer) => {
        const target = catalogue.products.find(({ id }) => id === offer.productId) ?? catalogue.categories.find(({ id }) => id === offer.categoryId);
        return (
          <li key={offer.id} className="flex items-center gap-3 rounded-card border border-line bg-accent-soft px-4 py-3">
            {offer.image ? (
              <Picture image={offer.image} alt="" sizes="3rem" className="size-12 flex-none rounded-md object-cover" />
            ) : (
              <BadgePercent aria-hidden size={28} className="flex-none text-accent-ink" />
            )}
            <span className="min-w-0">
              <span className="block font-semibold">
                <bdi>{offer.name}</bdi>
              </span>
              <span className="block text-sm text-ink-soft">
                {discountWords(t, format, offer)} · <bdi>{target?.name ?? t("rewards.onAll")}</bdi> · {t("rewards.until", { time: format.dateTime(offer.until) })}
              </span>
            </span>
          </li>
        );
      })}
    </ul>
  );
}
