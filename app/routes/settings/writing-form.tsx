import { useTranslation } from "react-i18next";
import { CardBody, SectionCard } from "#app/components/card.tsx";
import { CheckField } from "#app/components/check-field.tsx";
import type { FormFailure } from "#app/http/form-failure.ts";
import { SettingsForm } from "./settings-form.tsx";

/** How messages are written. */
export function WritingForm({ enterSends, failure }: { enterSends: boolean; failure: FormFailure | undefined }) {
  const { t } = useTranslation();
  return (
    <SectionCard title={t("writing.title")}>
      <CardBody>
        <SettingsForm intent="writing" saved={{ enterSends }} failure={failure}>
          <CheckField label={t("writing.enterSends")} hint={t("writing.enterSendsHint")} name="enterSends" defaultChecked={failure ? failure.values["enterSends"] === "on" : enterSends} error={failure?.errors["enterSends"]} />
        </SettingsForm>
      </CardBody>
    </SectionCard>
  );
}
