import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "#app/components/button.tsx";
import { CheckField } from "#app/components/check-field.tsx";
import { SelectField, TextField } from "#app/components/field.tsx";
import type { RefusedForm } from "#app/components/family/family-form.ts";
import { FormError } from "#app/components/form-error.tsx";
import { fieldsSayItAll } from "#app/components/use-invalid-focus.ts";
import type { CategoryData, ProductData } from "#app/domain/rewards/reward.ts";
import { MAX_DESCRIPTION_LENGTH, MAX_REWARD_NAME_LENGTH, MAX_STOCK } from "#app/domain/rewards/schema.ts";
import { MAX_STARS } from "#app/domain/stars/entry.ts";
import { useCatalogueForm } from "./use-catalogue-form.ts";

interface ProductFormProps {
  /** Null: a new one. */
  product: ProductData | null;
  stock: number | null;
  categories: readonly CategoryData[];
  formKey: string;
  posted: RefusedForm | undefined;
}

/** A reward's name, price, stock and shelf. */
export function ProductForm({ product, stock, categories, formKey, posted }: ProductFormProps) {
  const { t } = useTranslation();
  // What the form shows and what it says that it showed belong together, whatever is asked for meanwhile.
  const [shown] = useState(stock);
  const intent = product ? "product-change" : "product-create";
  const { fetcher, failure, busy, page, form, value } = useCatalogueForm({ posted, intent, of: product ? { field: "productId", id: product.id } : undefined });
  return (
    <fetcher.Form ref={form} method="post" action={page} preventScrollReset className="flex flex-col gap-5">
      {failure && !fieldsSayItAll(failure) && <FormError failure={failure} />}
      <input type="hidden" name="intent" value={intent} />
      {product ? <input type="hidden" name="productId" value={product.id} /> : <input type="hidden" name="key" value={`${formKey}-product`} />}
      {product && <input type="hidden" name="stockBefore" value={failure?.values["stockBefore"] ?? shown ?? ""} />}
      <TextField label={t("rewards.name")} name="name" required maxLength={MAX_REWARD_NAME_LENGTH} autoComplete="off" defaultValue={value("name", product?.name)} error={failure?.errors["name"]} />
      <TextField label={t("rewards.description")} name="description" optional maxLength={MAX_DESCRIPTION_LENGTH} autoComplete="off" defaultValue={value("description", product?.description)} error={failure?.errors["description"]} />
      <div className="grid items-start gap-4 sm:grid-cols-2">
        <TextField label={t("rewards.price")} name="price" type="number" inputMode="numeric" required min={1} max={MAX_STARS} defaultValue={value("price", product?.price)} error={failure?.errors["price"]} />
        <TextField label={t("rewards.stock")} name="stock" type="number" inputMode="numeric" optional min={0} max={MAX_STOCK} defaultValue={value("stock", shown)} error={failure?.errors["stock"]} hint={t("rewards.stockHint")} />
      </div>
      <SelectField
        label={t("rewards.category")}
        name="categoryId"
        defaultValue={value("categoryId", product?.categoryId)}
        error={failure?.errors["categoryId"]}
        options={[{ value: "", label: t("rewards.noCategory") }, ...categories.map(({ id, name }) => ({ value: id, label: name }))]}
      />
      <CheckField label={t("rewards.isActive")} name="isActive" hint={t("rewards.isActiveHint")} defaultChecked={failure ? failure.values["isActive"] === "on" : (product?.isActive ?? true)} />
      <Button type="submit" busy={busy} className="self-start">
        {product ? t("rewards.save") : t("rewards.addProduct")}
      </Button>
    </fetcher.Form>
  );
}
