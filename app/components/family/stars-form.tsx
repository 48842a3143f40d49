import { Minus, Plus } from "lucide-react";
import { useCallback, useRef } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "#app/components/button.tsx";
import { SelectField, TextField } from "#app/components/field.tsx";
import { FormError } from "#app/components/form-error.tsx";
import { fieldsSayItAll, useInvalidFocus } from "#app/components/use-invalid-focus.ts";
import type { FamilyMember } from "#app/domain/families/family.ts";
import { useFamilyForm, type RefusedForm } from "./family-form.ts";
import { useDone } from "./use-done.ts";

interface StarsFormProps {
  members: readonly FamilyMember[];
  /** Another one after each load: a form sent twice counts once. */
  formKey: string;
  failure: RefusedForm | undefined;
}

/** Giving and taking stars, each with a reason. Children stand first: it is mostly theirs. */
export function StarsForm({ members, formKey, failure: posted }: StarsFormProps) {
  const { t } = useTranslation();
  const { fetcher, failure, busy, page } = useFamilyForm(posted, ({ intent }) => intent === "stars-add" || intent === "stars-remove");
  const form = useInvalidFocus(failure);
  const element = useRef<HTMLDetailsElement>(null);
  const close = useCallback(() => {
    form.current?.reset();
    if (!element.current) return;
    element.current.open = false;
    element.current.querySelector("summary")?.focus();
  }, [form]);
  useDone({ busy, failure }, close);
  const value = (name: string, otherwise = "") => failure?.values[name] ?? otherwise;
  const sorted = members.toSorted((a, b) => Number(a.role === "parent") - Number(b.role === "parent"));
  return (
    <details ref={element} className="px-4 py-2" open={failure !== undefined}>
      <summary className="inline-flex min-h-target items-center gap-2 rounded-md px-2 font-medium text-accent-ink hover:bg-accent-soft">
        <Plus aria-hidden size={18} />
        {t("stars.change")}
      </summary>
      <fetcher.Form ref={form} method="post" action={page} preventScrollReset className="mt-3 mb-2 flex flex-col gap-4">
        {failure && !fieldsSayItAll(failure) && <FormError failure={failure} />}
        <input type="hidden" name="key" value={formKey} />
        <div className="grid items-start gap-4 sm:grid-cols-[2fr_1fr]">
          <SelectField label={t("stars.whose")} name="memberId" defaultValue={value("memberId", sorted[0]?.id)} error={failure?.errors["memberId"]} options={sorted.map(({ id, name }) => ({ value: id, label: name }))} />
          <TextField label={t("stars.howMany")} name="amount" type="number" inputMode="numeric" required min={1} max={1000} defaultValue={value("amount", "1")} error={failure?.errors["amount"]} />
        </div>
        <TextField label={t("stars.reason")} name="reason" required maxLength={120} autoComplete="off" defaultValue={value("reason")} error={failure?.errors["reason"]} />
        <div className="flex flex-wrap gap-3">
          <Button type="submit" name="intent" value="stars-add" busy={busy === "stars-add"} icon={<Plus aria-hidden size={18} />}>
            {t("stars.give")}
          </Button>
          <Button type="submit" variant="secondary" name="intent" value="stars-remove" busy={busy === "stars-remove"} icon={<Minus aria-hidden size={18} />}>
            {t("stars.take")}
          </Button>
        </div>
      </fetcher.Form>
    </details>
  );
}
