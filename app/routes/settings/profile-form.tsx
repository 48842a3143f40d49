import { useTranslation } from "react-i18next";
import { CardBody, SectionCard } from "#app/components/card.tsx";
import { SelectField, TextField } from "#app/components/field.tsx";
import type { FormFailure } from "#app/http/form-failure.ts";
import { SettingsForm } from "./settings-form.tsx";

interface ProfileFormProps {
  profile: { name: string; language: string | null; digits: string | null; timeZone: string | null };
  timeZones: string[];
  failure: FormFailure | undefined;
}

export function ProfileForm({ profile, timeZones, failure }: ProfileFormProps) {
  const { t } = useTranslation();
  const typed = (field: keyof ProfileFormProps["profile"]) => failure?.values[field] ?? profile[field] ?? "";
  return (
    <SectionCard title={t("settings.profile.title")}>
      <CardBody>
        <SettingsForm intent="profile" saved={profile} failure={failure}>
          <TextField label={t("settings.profile.name")} name="name" autoComplete="name" required maxLength={60} defaultValue={typed("name")} error={failure?.errors["name"]} />
          <SelectField
            label={t("settings.profile.language")}
            name="language"
            defaultValue={typed("language")}
            error={failure?.errors["language"]}
            options={[
              { value: "", label: t("settings.profile.languageAuto") },
              { value: "ar", label: "العربية", lang: "ar" },
              { value: "en", label: "English", lang: "en" },
            ]}
          />
          <SelectField
            label={t("settings.profile.digits")}
            name="digits"
            defaultValue={typed("digits")}
            error={failure?.errors["digits"]}
            options={[
              { value: "", label: t("settings.profile.digitsAuto") },
              { value: "latn", label: t("settings.profile.digitsLatn") },
              { value: "arab", label: t("settings.profile.digitsArab") },
            ]}
          />
          <SelectField
            label={t("settings.profile.timeZone")}
            name="timeZone"
            defaultValue={typed("timeZone")}
            error={failure?.errors["timeZone"]}
            options={[{ value: "", label: t("settings.profile.timeZoneAuto") }, ...timeZones.map((zone) => ({ value: zone, label: zone.replaceAll("_", " ") }))]}
          />
        </SettingsForm>
      </CardBody>
    </SectionCard>
  );
}
