import { useTranslation } from "react-i18next";
import { CardBody, SectionCard } from "#app/components/card.tsx";
import { CheckField } from "#app/components/check-field.tsx";
import type { Privacy } from "#app/domain/accounts/queries.server.ts";
import type { FormFailure } from "#app/http/form-failure.ts";
import { SettingsForm } from "./settings-form.tsx";

interface PrivacyFormProps {
  privacy: Privacy;
  failure: FormFailure | undefined;
}

/** What others are shown: how far one has read, and whether one is here. */
export function PrivacyForm({ privacy, failure }: PrivacyFormProps) {
  const { t } = useTranslation();
  const ticked = (field: keyof Privacy) => (failure ? failure.values[field] === "on" : privacy[field]);
  return (
    <SectionCard title={t("settings.privacy.title")} text={t("settings.privacy.text")}>
      <CardBody>
        <SettingsForm intent="privacy" saved={privacy} failure={failure}>
          <CheckField label={t("settings.privacy.receipts")} hint={t("settings.privacy.receiptsHint")} name="showReceipts" defaultChecked={ticked("showReceipts")} error={failure?.errors["showReceipts"]} />
          <CheckField label={t("settings.privacy.lastActive")} hint={t("settings.privacy.lastActiveHint")} name="showLastActive" defaultChecked={ticked("showLastActive")} error={failure?.errors["showLastActive"]} />
        </SettingsForm>
      </CardBody>
    </SectionCard>
  );
}
