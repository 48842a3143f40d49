import { useTranslation } from "react-i18next";
import { Button } from "#app/components/button.tsx";
import { SelectField, TextField } from "#app/components/field.tsx";
import type { RefusedForm } from "#app/components/family/family-form.ts";
import { FormError } from "#app/components/form-error.tsx";
import { fieldsSayItAll } from "#app/components/use-invalid-focus.ts";
import { PROMOTION_KINDS, type Catalogue, type PromotionData } from "#app/domain/rewards/reward.ts";
import { MAX_REWARD_NAME_LENGTH } from "#app/domain/rewards/schema.ts";
import { MAX_STARS } from "#app/domain/stars/entry.ts";
import { useCatalogueForm } from "./use-catalogue-form.ts";

export interface PromotionDates {
  startsAt: string;
  endsAt: string;
}

interface PromotionFormProps {
  /** Null: a new one. */
  promotion: PromotionData | null;
  /** When a new one begins and ends unless one says otherwise, by the family's clock. */
  dates: PromotionDates;
  catalogue: Pick<Catalogue, "products" | "categories">;
  formKey: string;
  posted: RefusedForm | undefined;
}

const targetOf = ({ productId, categoryId }: PromotionData): string => (productId !== null ? `product:${productId}` : categoryId !== null ? `category:${categoryId}` : "all");

/** What is cheaper, by how much, from when to when. */
export function PromotionForm({ promotion, dates, catalogue, formKey, posted }: PromotionFormProps) {
  const { t } = useTranslation();
  const intent = promotion ? "promotion-change" : "promotion-create";
  const { fetcher, failure, busy, page, form, value } = useCatalogueForm({ posted, intent, of: promotion ? { field: "promotionId", id: promotion.id } : undefined });
  const { startsAt, endsAt } = promotion ?? dates;
  return (
    <fetcher.Form ref={form} method="post" action={page} preventScrollReset className="flex flex-col gap-5">
      {failure && !fieldsSayItAll(failure) && <FormError failure={failure} />}
      <input type="hidden" name="intent" value={intent} />
      {promotion ? <input type="hidden" name="promotionId" value={promotion.id} /> : <input type="hidden" name="key" value={`${formKey}-promotion`} />}
      <TextField label={t("rewards.name")} name="name" required maxLength={MAX_REWARD_NAME_LENGTH} autoComplete="off" defaultValue={value("name", promotion?.name)} error={failure?.errors["name"]} />
      <SelectField
        label={t("rewards.target")}
        name="target"
        defaultValue={value("target", promotion ? targetOf(promotion) : "all")}
        error={failure?.errors["target"]}
        options={[
          { value: "all", label: t("rewards.onAll") },
          ...catalogue.categories.map(({ id, name }) => ({ value: `category:${id}`, label: t("rewards.onCategory", { name }) })),
          ...catalogue.products.map(({ id, name }) => ({ value: `product:${id}`, label: name })),
        ]}
      />
      <div className="grid items-start gap-4 sm:grid-cols-2">
        <SelectField label={t("rewards.kind")} name="kind" defaultValue={value("kind", promotion?.kind ?? "percent")} error={failure?.errors["kind"]} options={PROMOTION_KINDS.map((kind) => ({ value: kind, label: t(`rewards.kinds.${kind}`) }))} />
        <TextField label={t("rewards.value")} name="value" type="number" inputMode="numeric" required min={1} max={MAX_STARS} defaultValue={value("value", promotion?.value ?? 20)} error={failure?.errors["value"]} hint={t("rewards.valueHint")} />
      </div>
      <div className="grid items-start gap-4 sm:grid-cols-2">
        <TextField label={t("rewards.startsAt")} name="startsAt" type="datetime-local" required defaultValue={value("startsAt", startsAt)} error={failure?.errors["startsAt"]} />
        <TextField label={t("rewards.endsAt")} name="endsAt" type="datetime-local" required defaultValue={value("endsAt", endsAt)} error={failure?.errors["endsAt"]} />
      </div>
      <p className="text-sm text-ink-soft">{t("rewards.clockHint")}</p>
      <Button type="submit" busy={busy} className="self-start">
        {promotion ? t("rewards.save") : t("rewards.addPromotion")}
      </Button>
    </fetcher.Form>
  );
}
