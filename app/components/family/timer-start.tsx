import { Plus, Star } from "lucide-react";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "#app/components/button.tsx";
import { SelectField, TextField } from "#app/components/field.tsx";
import { FormError } from "#app/components/form-error.tsx";
import { fieldsSayItAll, useInvalidFocus } from "#app/components/use-invalid-focus.ts";
import type { FamilyMember } from "#app/domain/families/family.ts";
import { mayInFamily, type MemberRole } from "#app/domain/families/policy.ts";
import type { TimerTemplate } from "#app/domain/timers/templates.server.ts";
import { useFormat } from "#app/i18n/use-format.ts";
import { useFamilyForm, type RefusedForm } from "./family-form.ts";
import { FamilyIcon } from "./family-icon.tsx";
import { keyByWish } from "./start-key.ts";

interface TimerStartProps {
  templates: readonly TimerTemplate[];
  members: readonly FamilyMember[];
  viewer: { id: string; role: MemberRole };
  /** Another one after each load: a form sent twice starts one timer. */
  formKey: string;
  failure: RefusedForm | undefined;
}

/** Starting one: from a template by one press, or for once. */
export function TimerStart({ templates, members, viewer, formKey, failure: posted }: TimerStartProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const { fetcher, failure, busy, page } = useFamilyForm(posted, ({ intent, values }) => intent === "timer-start" && (values["templateId"] ?? "") !== "");
  if (!mayInFamily(viewer.role, "timer-start", true)) return null;
  const pressed = fetcher.formData?.get("templateId");
  return (
    <div className="flex flex-col gap-3 border-t border-line pt-4">
      <h3 className="font-semibold">{t("timers.startOne")}</h3>
      {templates.length > 0 && (
        <fetcher.Form method="post" action={page} preventScrollReset onSubmit={keyByWish(formKey)} className="flex flex-col gap-3">
          {failure && <FormError failure={failure} />}
          <input type="hidden" name="intent" value="timer-start" />
          <input type="hidden" name="key" value={formKey} />
          <div className="max-w-72">
            <ForWhom members={members} viewer={viewer} chosen={failure?.values["memberId"]} />
          </div>
          <ul className="grid grid-cols-[repeat(auto-fill,minmax(min(100%,14rem),1fr))] gap-2">
            {templates.map((template) => (
              <li key={template.id} data-hue={template.hue}>
                <button
                  type="submit"
                  name="templateId"
                  value={template.id}
                  aria-busy={busy !== null && pressed === template.id ? true : undefined}
                  className="flex size-full min-h-16 items-center gap-3 rounded-card border border-line bg-surface p-3 text-start transition-colors hover:bg-sunken active:translate-y-px aria-busy:opacity-60"
                >
                  <span className="grid size-10 flex-none place-items-center rounded-full bg-hue-soft text-hue">
                    <FamilyIcon name={template.icon} size={20} />
                  </span>
                  <span className="min-w-0">
                    <span className="flex">
                      <bdi className="line-clamp-2 font-medium">{template.name}</bdi>
                    </span>
                    <span className="flex flex-wrap items-center gap-x-2 text-sm text-ink-soft">
                      {format.duration(template.durationMs)}
                      {template.stars > 0 && (
                        <span className="inline-flex items-center gap-0.5">
                          <Star aria-hidden size={14} />
                          <span aria-hidden className="figures">
                            {format.number(template.stars)}
                          </span>
                          <span className="sr-only">{t("timers.stars", { count: template.stars })}</span>
                        </span>
                      )}
                    </span>
                  </span>
                </button>
              </li>
            ))}
          </ul>
        </fetcher.Form>
      )}
      <OneOffTimer members={members} viewer={viewer} formKey={formKey} failure={posted} open={templates.length === 0} />
    </div>
  );
}

function OneOffTimer({ members, viewer, formKey, failure: posted, open }: Omit<TimerStartProps, "templates"> & { open: boolean }) {
  const { t } = useTranslation();
  const { fetcher, failure, busy, page } = useFamilyForm(posted, ({ intent, values }) => intent === "timer-start" && (values["templateId"] ?? "") === "");
  const form = useInvalidFocus(failure);
  const element = useRef<HTMLDetailsElement>(null);
  const wasBusy = useRef(false);
  useEffect(() => {
    // It runs: the form is empty again, and out of the way.
    if (wasBusy.current && busy === null && !failure) {
      form.current?.reset();
      if (element.current) element.current.open = open;
    }
    wasBusy.current = busy !== null;
  }, [busy, failure, form, open]);
  const value = (name: string) => failure?.values[name] ?? "";
  return (
    <details ref={element} open={open || failure !== undefined}>
      <summary className="inline-flex min-h-target items-center gap-2 rounded-md px-2 font-medium text-accent-ink hover:bg-accent-soft">
        <Plus aria-hidden size={18} />
        {t("timers.once")}
      </summary>
      <fetcher.Form ref={form} method="post" action={page} preventScrollReset className="mt-3 grid items-start gap-4 sm:grid-cols-2 lg:grid-cols-[2fr_1fr_2fr_1fr]">
        {failure && !fieldsSayItAll(failure) && (
          <div className="col-span-full">
            <FormError failure={failure} />
          </div>
        )}
        <input type="hidden" name="intent" value="timer-start" />
        <input type="hidden" name="key" value={`${formKey}-once`} />
        <TextField label={t("timers.name")} name="name" required maxLength={60} autoComplete="off" defaultValue={value("name")} error={failure?.errors["name"]} />
        <TextField label={t("timers.minutes")} name="minutes" type="number" inputMode="numeric" required min={1} max={1440} defaultValue={value("minutes")} error={failure?.errors["minutes"]} />
        <ForWhom members={members} viewer={viewer} chosen={failure?.values["memberId"]} />
        {mayInFamily(viewer.role, "timer-set-stars", true) && (
          <TextField label={t("timers.starsField")} name="stars" type="number" inputMode="numeric" min={0} max={1000} optional defaultValue={value("stars")} error={failure?.errors["stars"]} />
        )}
        <Button type="submit" busy={busy !== null} className="justify-self-start">
          {t("timers.start")}
        </Button>
      </fetcher.Form>
    </details>
  );
}

/** Children start their own. */
function ForWhom({ members, viewer, chosen }: Pick<TimerStartProps, "members" | "viewer"> & { chosen: string | undefined }) {
  const { t } = useTranslation();
  if (!mayInFamily(viewer.role, "timer-start", false)) return <input type="hidden" name="memberId" value={viewer.id} />;
  return <SelectField label={t("timers.forWhom")} name="memberId" defaultValue={chosen ?? ""} options={[{ value: "", label: t("timers.forNobody") }, ...members.map(({ id, name }) => ({ value: id, label: name }))]} />;
}
