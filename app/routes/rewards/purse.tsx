import { useTranslation } from "react-i18next";
import { Card } from "#app/components/card.tsx";
import { SavingsBar } from "#app/components/rewards/savings-bar.tsx";
import { StarCount } from "#app/components/rewards/star-count.tsx";
import { purseOf } from "#app/components/rewards/use-shop.ts";
import type { ShopProps } from "./shop-props.ts";

/** A child's own stars: what can be spent, what waits, and how far it is to what it wishes for. */
export function Purse({ state, catalogue, pricing, viewerId }: ShopProps & { viewerId: string }) {
  const { t } = useTranslation();
  const { balance, held, free } = purseOf(state, viewerId);
  const wish = catalogue.products.find(({ id, isActive }) => isActive && id === state.wishes[viewerId]?.productId);
  return (
    <Card className="flex flex-col justify-center gap-3 p-5">
      <div className="flex flex-wrap items-end justify-between gap-x-4 gap-y-1">
        <div>
          <p className="text-sm text-ink-soft">{t("rewards.free")}</p>
          <p data-free={free}>
            <StarCount count={free} size={30} className="text-xl" />
          </p>
        </div>
        {held > 0 && (
          <p className="text-sm text-waiting" data-held={held}>
            {t("rewards.held", { count: held, balance })}
          </p>
        )}
      </div>
      {wish ? (
        <div className="border-t border-line pt-3">
          <p className="mb-1 text-sm">
            {t("rewards.wish")} <bdi className="font-medium">{wish.name}</bdi>
          </p>
          <SavingsBar free={free} price={pricing(wish).price} name={wish.name} />
        </div>
      ) : (
        <p className="border-t border-line pt-3 text-sm text-ink-soft">{t("rewards.noWish")}</p>
      )}
    </Card>
  );
}
