import { useTranslation } from "react-i18next";
import { CheckField } from "#app/components/check-field.tsx";
import { SelectField, TextField } from "#app/components/field.tsx";
import type { FamilyData } from "#app/domain/families/family.ts";
import type { RefusedForm } from "./family-form.ts";

interface FamilyFieldsProps {
  timeZones: readonly string[];
  saved: Pick<FamilyData, "name" | "timeZone" | "weekStart" | "choresCountAtOnce">;
  failure: RefusedForm | undefined;
}

const WEEKDAYS = [0, 1, 2, 3, 4, 5, 6] as const;

/** What is the same for everybody in a family. */
export function FamilyFields({ timeZones, saved, failure }: FamilyFieldsProps) {
  const { t } = useTranslation();
  const value = (name: string, otherwise: string) => failure?.values[name] ?? otherwise;
  const atOnce = failure ? failure.values["choresCountAtOnce"] === "on" : saved.choresCountAtOnce;
  return (
    <>
      <TextField label={t("family.new.name")} name="name" required maxLength={60} autoComplete="off" defaultValue={value("name", saved.name)} error={failure?.errors["name"]} />
      <SelectField label={t("family.new.timeZone")} name="timeZone" defaultValue={value("timeZone", saved.timeZone)} error={failure?.errors["timeZone"]} options={timeZones.map((zone) => ({ value: zone, label: zone.replaceAll("_", " ") }))} />
      <SelectField label={t("family.new.weekStart")} name="weekStart" defaultValue={value("weekStart", String(saved.weekStart))} error={failure?.errors["weekStart"]} options={WEEKDAYS.map((day) => ({ value: String(day), label: t(`format.weekdays.${day}`) }))} />
      <CheckField label={t("family.new.countAtOnce")} hint={t("family.new.countAtOnceHint")} name="choresCountAtOnce" defaultChecked={atOnce} />
    </>
  );
}
