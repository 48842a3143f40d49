import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "#app/components/button.tsx";
import { useFamilyForm } from "#app/components/family/family-form.ts";
import { HueField } from "#app/components/family/hue-field.tsx";
import { IconField } from "#app/components/family/icon-field.tsx";
import { TextField } from "#app/components/field.tsx";
import { FormError } from "#app/components/form-error.tsx";
import { fieldsSayItAll, useInvalidFocus } from "#app/components/use-invalid-focus.ts";
import type { TimerTemplate } from "#app/domain/timers/templates.server.ts";
import type { FormFailure } from "#app/http/form-failure.ts";

interface TemplateFormProps {
  /** Null: a new one. */
  template: TimerTemplate | null;
  posted: FormFailure | undefined;
  /** It is saved. */
  onDone?: () => void;
}

const MINUTE_MS = 60_000;
const PAGE = "/family/templates";

/** Name, length, stars, picture and colour. */
export function TemplateForm({ template, posted, onDone }: TemplateFormProps) {
  const { t } = useTranslation();
  const intent = template ? "template-change" : "template-create";
  const { fetcher, failure, busy } = useFamilyForm(posted, (refused) => refused.intent === intent && (template === null || refused.values["templateId"] === template.id));
  const form = useInvalidFocus(failure);
  const wasBusy = useRef(false);
  useEffect(() => {
    if (wasBusy.current && busy === null && !failure) {
      if (!template) form.current?.reset();
      onDone?.();
    }
    wasBusy.current = busy !== null;
  }, [busy, failure, form, template, onDone]);
  const value = (name: string, stored: string | number | undefined) => failure?.values[name] ?? (stored === undefined ? "" : String(stored));
  return (
    <fetcher.Form ref={form} method="post" action={PAGE} preventScrollReset className="flex flex-col gap-5">
      {failure && !fieldsSayItAll(failure) && <FormError failure={failure} />}
      <input type="hidden" name="intent" value={intent} />
      {template && <input type="hidden" name="templateId" value={template.id} />}
      <div className="grid items-start gap-4 sm:grid-cols-[2fr_1fr_1fr]">
        <TextField label={t("timers.name")} name="name" required maxLength={60} autoComplete="off" defaultValue={value("name", template?.name)} error={failure?.errors["name"]} />
        <TextField label={t("timers.minutes")} name="minutes" type="number" inputMode="numeric" required min={1} max={1440} defaultValue={value("minutes", template ? template.durationMs / MINUTE_MS : undefined)} error={failure?.errors["minutes"]} />
        <TextField label={t("timers.starsField")} name="stars" type="number" inputMode="numeric" required min={0} max={1000} defaultValue={value("stars", template?.stars ?? 0)} error={failure?.errors["stars"]} />
      </div>
      <IconField legend={t("timers.icon")} name="icon" defaultValue={failure?.values["icon"] ?? template?.icon} error={failure?.errors["icon"]} />
      <HueField legend={t("timers.hue")} name="hue" defaultValue={Number(failure?.values["hue"] ?? template?.hue ?? 0)} />
      <Button type="submit" busy={busy !== null} className="self-start">
        {template ? t("timers.saveTemplate") : t("timers.addTemplate")}
      </Button>
    </fetcher.Form>
  );
}
