import { BadgePercent } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Badge } from "#app/components/badge.tsx";
import { SectionCard } from "#app/components/card.tsx";
import type { RefusedForm } from "#app/components/family/family-form.ts";
import { List } from "#app/components/list.tsx";
import { NameLine } from "#app/components/name-line.tsx";
import { discountWords } from "#app/components/rewards/discount-words.ts";
import { ImageUpload } from "#app/components/uploads/image-upload.tsx";
import { Picture } from "#app/components/uploads/picture.tsx";
import { isInForce } from "#app/domain/rewards/price.ts";
import type { Shop } from "#app/domain/rewards/queries.server.ts";
import { useFormat } from "#app/i18n/use-format.ts";
import { EditableRow } from "./editable-row.tsx";
import { NewForm } from "./new-form.tsx";
import { PromotionForm, type PromotionDates } from "./promotion-form.tsx";

interface PromotionsCardProps extends Pick<Shop, "catalogue" | "now"> {
  dates: PromotionDates;
  formKey: string;
  posted: RefusedForm | undefined;
}

/** All discounts: those in force, those to come, those that are over. */
export function PromotionsCard({ catalogue, dates, now, formKey, posted }: PromotionsCardProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const { promotions } = catalogue;
  return (
    <SectionCard title={t("rewards.promotions")}>
      {promotions.length === 0 && <p className="p-4 text-ink-soft">{t("rewards.noPromotions")}</p>}
      <List>
        {promotions.map((promotion) => (
          <li key={promotion.id} data-promotion={promotion.id} className="flex">
            <EditableRow
              stored={JSON.stringify(promotion)}
              isOpen={posted?.values["promotionId"] === promotion.id && posted.intent === "promotion-change"}
              summary={
                <>
                  {promotion.image ? (
                    <Picture image={promotion.image} alt="" sizes="2.5rem" className="size-10 flex-none rounded-md object-cover" />
                  ) : (
                    <span className="grid size-10 flex-none place-items-center rounded-full bg-accent-soft text-accent-ink">
                      <BadgePercent aria-hidden size={20} />
                    </span>
                  )}
                  <span className="min-w-0 flex-1">
                    <span className="flex items-center gap-2">
                      <NameLine className="font-medium">{promotion.name}</NameLine>
                      {isInForce(promotion, now) ? <Badge tone="good">{t("rewards.inForce")}</Badge> : <Badge>{now < promotion.from ? t("rewards.toCome") : t("rewards.isOver")}</Badge>}
                    </span>
                    <span className="block text-sm text-ink-soft">
                      {discountWords(t, format, promotion)} · {t("rewards.until", { time: format.dateTime(promotion.until) })}
                    </span>
                  </span>
                </>
              }
              picture={<ImageUpload table="promotions" id={promotion.id} image={promotion.image} label={t("rewards.pictureOf", { name: promotion.name })} />}
              remove={{ intent: "promotion-archive", field: "promotionId", id: promotion.id, label: t("rewards.removePromotion"), hint: t("rewards.removePromotionHint") }}
            >
              <PromotionForm promotion={promotion} dates={dates} catalogue={catalogue} formKey={formKey} posted={posted} />
            </EditableRow>
          </li>
        ))}
      </List>
      <NewForm id="promotion-new" label={t("rewards.newPromotion")} isOpen={posted?.intent === "promotion-create"}>
        <PromotionForm promotion={null} dates={dates} catalogue={catalogue} formKey={formKey} posted={posted} />
      </NewForm>
    </SectionCard>
  );
}
