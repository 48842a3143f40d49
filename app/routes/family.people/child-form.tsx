import { useCallback } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "#app/components/button.tsx";
import { useFamilyForm } from "#app/components/family/family-form.ts";
import { useDone } from "#app/components/family/use-done.ts";
import { TextField } from "#app/components/field.tsx";
import { FormError } from "#app/components/form-error.tsx";
import { fieldsSayItAll, useInvalidFocus } from "#app/components/use-invalid-focus.ts";
import type { FormFailure } from "#app/http/form-failure.ts";

/** A child's account: a user name and a PIN. */
export function ChildForm({ posted }: { posted: FormFailure | undefined }) {
  const { t } = useTranslation();
  const { fetcher, failure, busy } = useFamilyForm(posted, ({ intent }) => intent === "child-create");
  const form = useInvalidFocus(failure);
  const clear = useCallback(() => form.current?.reset(), [form]);
  useDone({ busy, failure }, clear);
  const value = (name: string) => failure?.values[name] ?? "";
  return (
    <fetcher.Form ref={form} method="post" action="/family/people" preventScrollReset className="flex flex-col gap-5">
      {failure && !fieldsSayItAll(failure) && <FormError failure={failure} />}
      <input type="hidden" name="intent" value="child-create" />
      <TextField label={t("people.name")} name="name" required maxLength={60} autoComplete="off" defaultValue={value("name")} error={failure?.errors["name"]} />
      <div className="grid items-start gap-5 sm:grid-cols-2">
        <TextField label={t("people.userName")} name="userName" hint={t("people.userNameHint")} required maxLength={30} autoComplete="off" autoCapitalize="none" spellCheck={false} defaultValue={value("userName")} error={failure?.errors["userName"]} />
        <TextField label={t("people.pin")} name="pin" hint={t("people.pinHint")} inputMode="numeric" autoComplete="off" dir="ltr" required maxLength={8} error={failure?.errors["pin"]} />
      </div>
      <Button type="submit" busy={busy !== null} className="self-start">
        {t("people.add")}
      </Button>
    </fetcher.Form>
  );
}
