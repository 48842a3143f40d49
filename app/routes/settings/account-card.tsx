import { Form } from "@remix-run/react";
import { Download } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Button } from "#app/components/button.tsx";
import { CardBody, SectionCard } from "#app/components/card.tsx";
import { CheckField } from "#app/components/check-field.tsx";
import { TextField } from "#app/components/field.tsx";
import { FormError } from "#app/components/form-error.tsx";
import { fieldsSayItAll, useInvalidFocus } from "#app/components/use-invalid-focus.ts";
import type { FormFailure } from "#app/http/form-failure.ts";

/** One's own data: taken along, and deleted. */
export function AccountCard({ mayErase, failure }: { mayErase: boolean; failure: FormFailure | undefined }) {
  const { t } = useTranslation();
  const form = useInvalidFocus(failure);
  return (
    <SectionCard title={t("account.title")} text={t("account.text")}>
      <CardBody className="flex flex-col gap-4">
        <Form method="post" reloadDocument className="flex flex-col items-start gap-2">
          <p className="text-sm text-ink-soft">{t("account.exportText")}</p>
          <Button type="submit" name="intent" value="export" variant="secondary" icon={<Download aria-hidden size={18} strokeWidth={1.5} />}>
            {t("account.export")}
          </Button>
        </Form>
        {mayErase ? (
          <details open={failure !== undefined} className="border-t border-line pt-3">
            <summary className="inline-flex min-h-target cursor-pointer items-center rounded-md px-1 font-medium text-bad">{t("account.delete")}</summary>
            {/* A document post: everything of the person leaves the page with it. */}
            <Form ref={form} method="post" reloadDocument className="flex flex-col gap-4 pt-2">
              <input type="hidden" name="intent" value="delete" />
              {!fieldsSayItAll(failure) && <FormError failure={failure} />}
              <p>{t("account.deleteText")}</p>
              <TextField type="password" name="password" label={t("account.password")} autoComplete="current-password" required error={failure?.errors["password"]} />
              <CheckField name="sure" label={t("account.sure")} defaultChecked={false} error={failure?.errors["sure"]} />
              <Button type="submit" variant="danger" className="self-start">
                {t("account.deleteGo")}
              </Button>
            </Form>
          </details>
        ) : (
          <p className="border-t border-line pt-3 text-sm text-ink-soft">{t("account.childText")}</p>
        )}
      </CardBody>
    </SectionCard>
  );
}
