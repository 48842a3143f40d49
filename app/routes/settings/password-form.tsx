import { Form, useNavigation } from "@remix-run/react";
import { useTranslation } from "react-i18next";
import { Button } from "#app/components/button.tsx";
import { CardBody, SectionCard } from "#app/components/card.tsx";
import { TextField } from "#app/components/field.tsx";
import { FormError } from "#app/components/form-error.tsx";
import { fieldsSayItAll, useInvalidFocus } from "#app/components/use-invalid-focus.ts";
import type { FormFailure } from "#app/http/form-failure.ts";

interface PasswordFormProps {
  /** For password managers: whose password this is. */
  email: string | null;
  failure: FormFailure | undefined;
  /** Changes when it was saved, so that the fields are empty again. */
  savedKey: string;
}

export function PasswordForm({ email, failure, savedKey }: PasswordFormProps) {
  const { t } = useTranslation();
  const formRef = useInvalidFocus(failure);
  const busy = useNavigation().formData?.get("intent") === "password";
  return (
    <SectionCard title={t("settings.password.title")} text={t("settings.password.text")}>
      <CardBody>
        <Form ref={formRef} key={savedKey} method="post" className="flex flex-col gap-5">
          {!fieldsSayItAll(failure) && <FormError failure={failure} />}
          <input type="hidden" name="intent" value="password" />
          <input type="hidden" autoComplete="username" value={email ?? ""} readOnly />
          <TextField label={t("settings.password.current")} name="currentPassword" type="password" autoComplete="current-password" dir="ltr" required maxLength={200} error={failure?.errors["currentPassword"]} />
          <TextField label={t("settings.password.next")} name="newPassword" type="password" autoComplete="new-password" dir="ltr" required minLength={8} maxLength={200} hint={t("auth.passwordHint")} error={failure?.errors["newPassword"]} />
          <Button type="submit" variant="secondary" busy={busy} className="self-start">
            {t("settings.password.submit")}
          </Button>
        </Form>
      </CardBody>
    </SectionCard>
  );
}
