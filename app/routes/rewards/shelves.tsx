import { useTranslation } from "react-i18next";
import { LinkButton } from "#app/components/button.tsx";
import { Card } from "#app/components/card.tsx";
import { EmptyState } from "#app/components/empty-state.tsx";
import { FamilyIcon } from "#app/components/family/family-icon.tsx";
import { Picture } from "#app/components/uploads/picture.tsx";
import { mayInFamily } from "#app/domain/families/policy.ts";
import type { CategoryData, ProductData } from "#app/domain/rewards/reward.ts";
import { RewardCard } from "./reward-card.tsx";
import type { ShopProps } from "./shop-props.ts";

interface ShelvesProps extends ShopProps {
  /** Another one after each load: a form sent twice counts once. */
  formKey: string;
}

/** All rewards on their shelves; those of no shelf stand at the end. */
export function Shelves({ formKey, ...shown }: ShelvesProps) {
  const { t } = useTranslation();
  const { catalogue, role } = shown;
  const offered = catalogue.products.filter(({ isActive }) => isActive);
  if (offered.length === 0) {
    const manages = mayInFamily(role, "product-create", false);
    return (
      <Card>
        <EmptyState
          drawing="gift"
          title={t("rewards.emptyTitle")}
          text={manages ? t("rewards.emptyTextParent") : t("rewards.emptyTextChild")}
          action={manages && <LinkButton to="/rewards/manage#product-new">{t("rewards.addFirst")}</LinkButton>}
        />
      </Card>
    );
  }
  const shelves: { category: CategoryData | null; products: ProductData[] }[] = [...catalogue.categories, null].map((category) => ({
    category,
    products: offered.filter(({ categoryId }) => (catalogue.categories.some(({ id }) => id === categoryId) ? categoryId : null) === (category?.id ?? null)),
  }));
  return shelves
    .filter(({ products }) => products.length > 0)
    .map(({ category, products }, index, all) => {
      const id = `shelf-${category?.id ?? "other"}`;
      return (
        <section key={id} aria-labelledby={id} data-hue={category?.hue ?? 1} className="flex flex-col gap-3">
          <h2 id={id} className="flex items-center gap-2 text-lg">
            {category?.image ? (
              <Picture image={category.image} alt="" sizes="2.25rem" className="size-9 flex-none rounded-full object-cover" />
            ) : (
              <span className="grid size-9 flex-none place-items-center rounded-full bg-hue-soft text-hue">
                <FamilyIcon name={category?.icon ?? "star"} />
              </span>
            )}
            <bdi>{category?.name ?? (all.length > 1 || index > 0 ? t("rewards.others") : t("rewards.all"))}</bdi>
          </h2>
          <ul className="shelf">
            {products.map((product) => (
              <RewardCard key={product.id} {...shown} product={product} category={category} formKey={formKey} />
            ))}
          </ul>
        </section>
      );
    });
}
