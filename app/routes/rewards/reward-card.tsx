import { Gift, Heart } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Badge } from "#app/components/badge.tsx";
import { Button } from "#app/components/button.tsx";
import { useFamilyForm } from "#app/components/family/family-form.ts";
import { FormError } from "#app/components/form-error.tsx";
import { IconButton } from "#app/components/icon-button.tsx";
import { discountWords } from "#app/components/rewards/discount-words.ts";
import { PriceTag } from "#app/components/rewards/price-tag.tsx";
import { RewardPicture } from "#app/components/rewards/reward-picture.tsx";
import { SavingsBar } from "#app/components/rewards/savings-bar.tsx";
import { purseOf } from "#app/components/rewards/use-shop.ts";
import { mayInFamily } from "#app/domain/families/policy.ts";
import type { CategoryData, ProductData } from "#app/domain/rewards/reward.ts";
import { useFormat } from "#app/i18n/use-format.ts";
import type { ShopProps } from "./shop-props.ts";

interface RewardCardProps extends ShopProps {
  product: ProductData;
  category: CategoryData | null;
  formKey: string;
}

/** Fewer than this are said to be few. */
const FEW = 5;
/** Of an id, enough to tell one reward of a family from another. */
const TAIL = -12;

/** One reward: what it looks like, what it costs now, and for a child whether it can be asked for. */
export function RewardCard({ product, category, state, role, pricing, formKey, failure: posted }: RewardCardProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const { id, name, description, image } = product;
  const { price, fullPrice, promotion } = pricing(product);
  const { fetcher, failure, busy, page } = useFamilyForm(posted, ({ intent, values }) => (intent === "redeem" || intent === "wish-set") && values["productId"] === id);
  const stock = state.stocks[id]?.stock ?? null;
  const soldOut = stock === 0;
  const asks = mayInFamily(role, "redemption-ask", true);
  const { free } = purseOf(state, state.viewerId);
  const mine = asks && state.redemptions.some(({ productId, memberId, state: standing }) => productId === id && memberId === state.viewerId && standing === "waiting");
  const wished = state.wishes[state.viewerId]?.productId === id;
  const affordable = free >= price;
  return (
    <li data-product={id} data-affordable={asks ? affordable : undefined} className="flex flex-col overflow-hidden rounded-card border border-line bg-surface">
      <div className="relative">
        <RewardPicture image={image} category={category} className={soldOut ? "opacity-60" : ""} />
        {promotion && (
          <span className="absolute start-2 top-2">
            <Badge tone="accent">{discountWords(t, format, promotion)}</Badge>
          </span>
        )}
        {asks && (
          <fetcher.Form method="post" action={page} preventScrollReset className="absolute end-1 top-1">
            <input type="hidden" name="intent" value="wish-set" />
            <input type="hidden" name="productId" value={wished ? "" : id} />
            <IconButton
              type="submit"
              className="rounded-full! bg-surface"
              aria-pressed={wished}
              label={t("rewards.wishFor", { name })}
              busy={busy === "wish-set"}
              icon={<Heart aria-hidden size={20} className={wished ? "fill-current text-accent-ink" : ""} />}
            />
          </fetcher.Form>
        )}
      </div>
      <div className="flex flex-1 flex-col gap-2 p-3">
        {failure && <FormError failure={failure} />}
        <div>
          <h3 className="text-base leading-snug font-semibold">
            <bdi>{name}</bdi>
          </h3>
          {description !== null && (
            <p className="text-sm text-ink-soft">
              <bdi>{description}</bdi>
            </p>
          )}
        </div>
        <div className="mt-auto flex flex-wrap items-center justify-between gap-x-2 gap-y-1">
          <PriceTag price={price} fullPrice={fullPrice} />
          {stock !== null && (soldOut ? <Badge>{t("rewards.soldOut")}</Badge> : <span className={stock < FEW ? "text-sm font-medium text-waiting" : "text-sm text-ink-soft"}>{t("rewards.left", { count: stock })}</span>)}
        </div>
        {promotion && <p className="text-sm text-accent-ink">{t("rewards.until", { time: format.dateTime(promotion.until) })}</p>}
        {asks && !affordable && !soldOut && <SavingsBar free={free} price={price} name={name} />}
        {mine && <Badge tone="waiting">{t("rewards.askedAlready")}</Badge>}
        {asks && affordable && !soldOut && (
          <fetcher.Form method="post" action={page} preventScrollReset>
            <input type="hidden" name="intent" value="redeem" />
            <input type="hidden" name="productId" value={id} />
            <input type="hidden" name="price" value={price} />
            <input type="hidden" name="key" value={`${formKey}-${id.slice(TAIL)}`} />
            <Button type="submit" variant={mine ? "secondary" : "primary"} size="sm" busy={busy === "redeem"} className="w-full" aria-label={t("rewards.askName", { name })} icon={<Gift aria-hidden size={18} />}>
              {mine ? t("rewards.askAgain") : t("rewards.ask")}
            </Button>
          </fetcher.Form>
        )}
      </div>
    </li>
  );
}
