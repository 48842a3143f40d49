import { Form, useNavigation } from "@remix-run/react";
import { useTranslation } from "react-i18next";
import { Button } from "#app/components/button.tsx";
import { Card, CardBody } from "#app/components/card.tsx";
import { FamilyFields } from "#app/components/family/family-fields.tsx";
import { FormError } from "#app/components/form-error.tsx";
import { Page } from "#app/components/page.tsx";
import { fieldsSayItAll, useInvalidFocus } from "#app/components/use-invalid-focus.ts";
import type { FormFailure } from "#app/http/form-failure.ts";

interface NewFamilyProps {
  timeZones: string[];
  /** The viewer's own. */
  timeZone: string;
  /** The first day of the week where they seem to live; 0 is Sunday. */
  weekStart: number;
  failure: FormFailure | undefined;
}

/** For somebody who has no family yet: how one begins. */
export function NewFamily({ timeZones, timeZone, weekStart, failure }: NewFamilyProps) {
  const { t } = useTranslation();
  const form = useInvalidFocus(failure);
  const busy = useNavigation().formData?.get("intent") === "family-create";
  return (
    <Page title={t("family.new.title")} text={t("family.new.text")}>
      <Card>
        <CardBody>
          <Form ref={form} method="post" action="/family" className="flex flex-col gap-5">
            {!fieldsSayItAll(failure) && <FormError failure={failure} />}
            <input type="hidden" name="intent" value="family-create" />
            <FamilyFields timeZones={timeZones} saved={{ name: "", timeZone, weekStart, choresCountAtOnce: false }} failure={failure} />
            <Button type="submit" busy={busy} className="self-start">
              {t("family.new.create")}
            </Button>
          </Form>
        </CardBody>
      </Card>
    </Page>
  );
}
