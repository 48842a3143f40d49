import { useTranslation } from "react-i18next";
import { Button } from "#app/components/button.tsx";
import { TextField } from "#app/components/field.tsx";
import type { RefusedForm } from "#app/components/family/family-form.ts";
import { HueField } from "#app/components/family/hue-field.tsx";
import { IconField } from "#app/components/family/icon-field.tsx";
import { FormError } from "#app/components/form-error.tsx";
import { fieldsSayItAll } from "#app/components/use-invalid-focus.ts";
import type { CategoryData } from "#app/domain/rewards/reward.ts";
import { MAX_REWARD_NAME_LENGTH } from "#app/domain/rewards/schema.ts";
import { useCatalogueForm } from "./use-catalogue-form.ts";

interface CategoryFormProps {
  /** Null: a new one. */
  category: CategoryData | null;
  formKey: string;
  posted: RefusedForm | undefined;
}

/** A shelf's name, drawing and colour. */
export function CategoryForm({ category, formKey, posted }: CategoryFormProps) {
  const { t } = useTranslation();
  const intent = category ? "category-change" : "category-create";
  const { fetcher, failure, busy, page, form, value } = useCatalogueForm({ posted, intent, of: category ? { field: "categoryId", id: category.id } : undefined });
  return (
    <fetcher.Form ref={form} method="post" action={page} preventScrollReset className="flex flex-col gap-5">
      {failure && !fieldsSayItAll(failure) && <FormError failure={failure} />}
      <input type="hidden" name="intent" value={intent} />
      {category ? <input type="hidden" name="categoryId" value={category.id} /> : <input type="hidden" name="key" value={`${formKey}-category`} />}
      <TextField label={t("rewards.name")} name="name" required maxLength={MAX_REWARD_NAME_LENGTH} autoComplete="off" defaultValue={value("name", category?.name)} error={failure?.errors["name"]} />
      <IconField legend={t("timers.icon")} name="icon" defaultValue={failure?.values["icon"] ?? category?.icon} error={failure?.errors["icon"]} />
      <HueField legend={t("timers.hue")} name="hue" defaultValue={Number(failure?.values["hue"] ?? category?.hue ?? 0)} />
      <Button type="submit" busy={busy} className="self-start">
        {category ? t("rewards.save") : t("rewards.addCategory")}
      </Button>
    </fetcher.Form>
  );
}
