import { useTranslation } from "react-i18next";
import { Button } from "#app/components/button.tsx";
import { CardBody, SectionCard } from "#app/components/card.tsx";
import type { RefusedForm } from "#app/components/family/family-form.ts";
import { HueField } from "#app/components/family/hue-field.tsx";
import { TextField } from "#app/components/field.tsx";
import { FormError } from "#app/components/form-error.tsx";
import { fieldsSayItAll } from "#app/components/use-invalid-focus.ts";
import { ImageUpload } from "#app/components/uploads/image-upload.tsx";
import type { CompanyData } from "#app/domain/rewards/reward.ts";
import { MAX_MOTTO_LENGTH, MAX_REWARD_NAME_LENGTH } from "#app/domain/rewards/schema.ts";
import { useCatalogueForm } from "./use-catalogue-form.ts";

interface CompanyCardProps {
  company: CompanyData;
  family: { id: string; name: string };
  posted: RefusedForm | undefined;
}

/** How the household introduces itself in its shop. */
export function CompanyCard({ company, family, posted }: CompanyCardProps) {
  const { t } = useTranslation();
  const { fetcher, failure, busy, page, form, value } = useCatalogueForm({ posted, intent: "company-change", of: { field: "intent", id: "company-change" } });
  return (
    <SectionCard title={t("rewards.company")} text={t("rewards.companyText")}>
      <CardBody className="flex flex-col gap-5">
        <ImageUpload table="company" id={family.id} image={company.image} label={t("rewards.companyPicture")} />
        <fetcher.Form ref={form} method="post" action={page} preventScrollReset className="flex flex-col gap-5">
          {failure && !fieldsSayItAll(failure) && <FormError failure={failure} />}
          <input type="hidden" name="intent" value="company-change" />
          <TextField label={t("rewards.name")} name="name" optional maxLength={MAX_REWARD_NAME_LENGTH} autoComplete="off" placeholder={family.name} defaultValue={value("name", company.name)} error={failure?.errors["name"]} />
          <TextField label={t("rewards.motto")} name="motto" optional maxLength={MAX_MOTTO_LENGTH} autoComplete="off" defaultValue={value("motto", company.motto)} error={failure?.errors["motto"]} />
          <HueField legend={t("timers.hue")} name="hue" defaultValue={Number(failure?.values["hue"] ?? company.hue)} />
          <Button type="submit" busy={busy} className="self-start">
            {t("rewards.save")}
          </Button>
        </fetcher.Form>
      </CardBody>
    </SectionCard>
  );
}
