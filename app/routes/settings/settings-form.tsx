import { Form, useNavigation } from "@remix-run/react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "#app/components/button.tsx";
import { FormError } from "#app/components/form-error.tsx";
import { fieldsSayItAll, useInvalidFocus } from "#app/components/use-invalid-focus.ts";
import type { FormFailure } from "#app/http/form-failure.ts";

interface SettingsFormProps {
  intent: "profile" | "notifications" | "privacy" | "writing";
  /** What is saved now: after saving, the fields show that. */
  saved: object;
  failure: FormFailure | undefined;
  children: ReactNode;
}

/** The frame of a form of settings: why it was refused, its fields, and what saves them. */
export function SettingsForm({ intent, saved, failure, children }: SettingsFormProps) {
  const { t } = useTranslation();
  const formRef = useInvalidFocus(failure);
  const busy = useNavigation().formData?.get("intent") === intent;
  return (
    <Form ref={formRef} key={JSON.stringify(saved)} method="post" className="flex flex-col gap-5">
      {!fieldsSayItAll(failure) && <FormError failure={failure} />}
      <input type="hidden" name="intent" value={intent} />
      {children}
      <Button type="submit" busy={busy} className="self-start">
        {t("settings.save")}
      </Button>
    </Form>
  );
}
