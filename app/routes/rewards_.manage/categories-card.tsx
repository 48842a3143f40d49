import { useFetcher } from "@remix-run/react";
import { ChevronDown, ChevronUp, GripVertical } from "lucide-react";
import { useContext } from "react";
import { useTranslation } from "react-i18next";
import { SectionCard } from "#app/components/card.tsx";
import { FamilyIcon } from "#app/components/family/family-icon.tsx";
import { FamilyPageContext, type RefusedForm } from "#app/components/family/family-form.ts";
import { IconButton } from "#app/components/icon-button.tsx";
import { NameLine } from "#app/components/name-line.tsx";
import { ImageUpload } from "#app/components/uploads/image-upload.tsx";
import { Picture } from "#app/components/uploads/picture.tsx";
import type { CategoryData } from "#app/domain/rewards/reward.ts";
import { useFormat } from "#app/i18n/use-format.ts";
import { CategoryForm } from "./category-form.tsx";
import { EditableRow } from "./editable-row.tsx";
import { NewForm } from "./new-form.tsx";
import { useCategoryOrder } from "./use-category-order.ts";

interface CategoriesCardProps {
  categories: readonly CategoryData[];
  formKey: string;
  posted: RefusedForm | undefined;
}

/** The shelves in their order: dragged, moved by keys, or by buttons that need no JavaScript. */
export function CategoriesCard({ categories, formKey, posted }: CategoriesCardProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const { list, shown, dragged, handleOf, moved } = useCategoryOrder(categories);
  return (
    <SectionCard title={t("rewards.categories")}>
      {shown.length === 0 && <p className="p-4 text-ink-soft">{t("rewards.noCategories")}</p>}
      <ul ref={list} className="shelf-order divide-y divide-line">
        {shown.map((category, index) => (
          <li key={category.id} data-category={category.id} data-hue={category.hue} data-dragged={dragged === category.id || undefined} className="flex items-start bg-surface">
            <button type="button" className="shelf-handle grid h-14 w-target flex-none place-items-center rounded-md text-ink-soft hover:bg-sunken" aria-label={t("rewards.moveName", { name: category.name })} {...handleOf(category.id)}>
              <GripVertical aria-hidden size={20} />
            </button>
            <EditableRow
              stored={JSON.stringify(category)}
              isOpen={posted?.values["categoryId"] === category.id && posted.intent === "category-change"}
              summary={
                <>
                  {category.image ? (
                    <Picture image={category.image} alt="" sizes="2.5rem" className="size-10 flex-none rounded-full object-cover" />
                  ) : (
                    <span className="grid size-10 flex-none place-items-center rounded-full bg-hue-soft text-hue">
                      <FamilyIcon name={category.icon ?? "star"} />
                    </span>
                  )}
                  <NameLine className="flex-1 font-medium">{category.name}</NameLine>
                </>
              }
              picture={<ImageUpload table="categories" id={category.id} image={category.image} label={t("rewards.pictureOf", { name: category.name })} />}
              remove={{ intent: "category-archive", field: "categoryId", id: category.id, label: t("rewards.removeCategory"), hint: t("rewards.removeCategoryHint") }}
            >
              <CategoryForm category={category} formKey={formKey} posted={posted} />
            </EditableRow>
            <MoveButtons category={category} index={index} last={shown.length - 1} />
          </li>
        ))}
      </ul>
      <p role="status" className="sr-only">
        {moved && t("rewards.movedTo", { name: moved.name, place: format.number(moved.to + 1), of: format.number(shown.length) })}
      </p>
      <NewForm id="category-new" label={t("rewards.newCategory")} isOpen={posted?.intent === "category-create"}>
        <CategoryForm category={null} formKey={formKey} posted={posted} />
      </NewForm>
    </SectionCard>
  );
}

function MoveButtons({ category: { id, name }, index, last }: { category: CategoryData; index: number; last: number }) {
  const { t } = useTranslation();
  const fetcher = useFetcher();
  const page = useContext(FamilyPageContext);
  return (
    <fetcher.Form method="post" action={page} preventScrollReset className="flex flex-none py-1.5 pe-2">
      <input type="hidden" name="intent" value="category-move" />
      <input type="hidden" name="categoryId" value={id} />
      <IconButton type="submit" name="to" value={index - 1} disabled={index === 0} label={t("rewards.up", { name })} icon={<ChevronUp aria-hidden size={20} />} />
      <IconButton type="submit" name="to" value={index + 1} disabled={index === last} label={t("rewards.down", { name })} icon={<ChevronDown aria-hidden size={20} />} />
    </fetcher.Form>
  );
}
