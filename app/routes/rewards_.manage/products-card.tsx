import { useTranslation } from "react-i18next";
import { Badge } from "#app/components/badge.tsx";
import { SectionCard } from "#app/components/card.tsx";
import type { RefusedForm } from "#app/components/family/family-form.ts";
import { List } from "#app/components/list.tsx";
import { NameLine } from "#app/components/name-line.tsx";
import { RewardPicture } from "#app/components/rewards/reward-picture.tsx";
import { StarCount } from "#app/components/rewards/star-count.tsx";
import { ImageUpload } from "#app/components/uploads/image-upload.tsx";
import type { Shop } from "#app/domain/rewards/queries.server.ts";
import { EditableRow } from "./editable-row.tsx";
import { NewForm } from "./new-form.tsx";
import { ProductForm } from "./product-form.tsx";

interface ProductsCardProps extends Pick<Shop, "catalogue" | "stocks"> {
  formKey: string;
  posted: RefusedForm | undefined;
}

/** All rewards, also those that are not offered just now. */
export function ProductsCard({ catalogue: { products, categories }, stocks, formKey, posted }: ProductsCardProps) {
  const { t } = useTranslation();
  return (
    <SectionCard title={t("rewards.products")}>
      {products.length === 0 && <p className="p-4 text-ink-soft">{t("rewards.noProducts")}</p>}
      <List>
        {products.map((product) => {
          const category = categories.find(({ id }) => id === product.categoryId) ?? null;
          const stock = stocks[product.id]?.stock ?? null;
          return (
            <li key={product.id} data-product={product.id} className="flex">
              <EditableRow
                stored={JSON.stringify([product, stock])}
                isOpen={posted?.values["productId"] === product.id && posted.intent === "product-change"}
                summary={
                  <>
                    <span className="w-16 flex-none overflow-hidden rounded-md">
                      <RewardPicture image={product.image} category={category} sizes="4rem" />
                    </span>
                    <span className="min-w-0 flex-1">
                      <NameLine className="font-medium">{product.name}</NameLine>
                      <span className="flex flex-wrap items-center gap-x-3 text-sm text-ink-soft">
                        <StarCount count={product.price} size={14} />
                        <span>{stock === null ? t("rewards.unlimited") : t("rewards.left", { count: stock })}</span>
                        {category && <bdi>{category.name}</bdi>}
                        {!product.isActive && <Badge>{t("rewards.inactive")}</Badge>}
                      </span>
                    </span>
                  </>
                }
                picture={<ImageUpload table="products" id={product.id} image={product.image} label={t("rewards.pictureOf", { name: product.name })} />}
                remove={{ intent: "product-archive", field: "productId", id: product.id, label: t("rewards.removeProduct"), hint: t("rewards.removeProductHint") }}
              >
                <ProductForm product={product} stock={stock} categories={categories} formKey={formKey} posted={posted} />
              </EditableRow>
            </li>
          );
        })}
      </List>
      <NewForm id="product-new" label={t("rewards.newProduct")} isOpen={posted?.intent === "product-create" || products.length === 0}>
        <ProductForm product={null} stock={null} categories={categories} formKey={formKey} posted={posted} />
      </NewForm>
    </SectionCard>
  );
}
