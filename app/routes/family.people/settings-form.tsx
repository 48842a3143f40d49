import { useTranslation } from "react-i18next";
import { useCallback } from "react";
import { Button } from "#app/components/button.tsx";
import { FamilyFields } from "#app/components/family/family-fields.tsx";
import { useFamilyForm } from "#app/components/family/family-form.ts";
import { useDone } from "#app/components/family/use-done.ts";
import { FormError } from "#app/components/form-error.tsx";
import { useToast } from "#app/components/toast.tsx";
import { fieldsSayItAll, useInvalidFocus } from "#app/components/use-invalid-focus.ts";
import type { FamilyData } from "#app/domain/families/family.ts";
import type { FormFailure } from "#app/http/form-failure.ts";

interface SettingsFormProps {
  family: FamilyData;
  timeZones: readonly string[];
  posted: FormFailure | undefined;
}

/** What holds for the whole family. */
export function SettingsForm({ family, timeZones, posted }: SettingsFormProps) {
  const { t } = useTranslation();
  const toast = useToast();
  const { fetcher, failure, busy } = useFamilyForm(posted, ({ intent }) => intent === "family-change");
  const form = useInvalidFocus(failure);
  const done = useCallback(() => toast(t("people.saved"), "good"), [toast, t]);
  useDone({ busy, failure }, done);
  return (
    <fetcher.Form ref={form} key={JSON.stringify(family)} method="post" action="/family/people" preventScrollReset className="flex flex-col gap-5">
      {failure && !fieldsSayItAll(failure) && <FormError failure={failure} />}
      <input type="hidden" name="intent" value="family-change" />
      <FamilyFields timeZones={timeZones} saved={family} failure={failure} />
      <Button type="submit" busy={busy !== null} className="self-start">
        {t("people.save")}
      </Button>
    </fetcher.Form>
  );
}
