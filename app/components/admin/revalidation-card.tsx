import { Form, useNavigation } from "@remix-run/react";
import { RefreshCw } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { CACHE_PATHS, CACHE_TAGS } from "#app/cache/tags.ts";
import { Button, LinkButton, type ButtonVariant } from "#app/components/button.tsx";
import { CardBody, SectionCard } from "#app/components/card.tsx";
import { TicksField } from "#app/components/family/ticks-field.tsx";
import { FormError } from "#app/components/form-error.tsx";
import { fieldsSayItAll, useInvalidFocus } from "#app/components/use-invalid-focus.ts";
import type { OperationData } from "#app/domain/maintenance/operation.ts";
import { OperationProgress } from "./operation-progress.tsx";
import { useItemName } from "./use-item-name.ts";

interface Failure {
  intent: string | null;
  error: { code: string; message: string };
  errors: Record<string, string>;
  values: Record<string, string>;
}

interface RevalidationCardProps {
  /** The one that runs, whoever began it. */
  running: OperationData | undefined;
  /** Names the last that was done: after it the forms are empty again. */
  formKey: string;
  failure: Failure | undefined;
}

/** Is what people see fresh: declare what is kept in memory out of date, by kind, by page, or all of it. */
export function RevalidationCard({ running, formKey, failure }: RevalidationCardProps) {
  const { t } = useTranslation();
  const nameOf = useItemName();
  return (
    <SectionCard title={t("adminRevalidation.title")} text={t("adminRevalidation.text")}>
      <div role="status" className="empty:hidden">
        {running && (
          <CardBody className="flex flex-col gap-2 border-b border-line bg-accent-soft/40">
            <p>
              {t(`adminOperations.kinds.${running.kind}`)}
              {" · "}
              <bdi>{running.actorName}</bdi>
            </p>
            <OperationProgress operation={running} />
            <p className="text-sm text-ink-soft">{t("adminRevalidation.wait")}</p>
            <noscript>
              <LinkButton to="/admin" variant="secondary" size="sm" className="self-start">
                {t("adminRevalidation.lookAgain")}
              </LinkButton>
            </noscript>
          </CardBody>
        )}
      </div>
      <div key={formKey} className="divide-y divide-line">
        <RevalidationForm intent="revalidate-tags" isBlocked={running !== undefined} failure={failure} button={t("adminRevalidation.refreshTags")}>
          <TicksField legend={t("adminRevalidation.byTags")} name="tags" options={CACHE_TAGS.map((tag) => ({ value: tag, label: nameOf(tag) }))} ticked={tickedIn(failure, "tags")} error={failure?.errors["tags"]} />
        </RevalidationForm>
        <RevalidationForm intent="revalidate-paths" isBlocked={running !== undefined} failure={failure} button={t("adminRevalidation.refreshPaths")}>
          <TicksField legend={t("adminRevalidation.byPaths")} name="paths" options={CACHE_PATHS.map((path) => ({ value: path, label: nameOf(path) }))} ticked={tickedIn(failure, "paths")} error={failure?.errors["paths"]} />
        </RevalidationForm>
        <RevalidationForm intent="refresh-all" isBlocked={running !== undefined} failure={failure} button={t("adminRevalidation.refreshAll")} variant="primary">
          <p className="text-sm text-ink-soft">{t("adminRevalidation.allText")}</p>
        </RevalidationForm>
      </div>
    </SectionCard>
  );
}

/** What was ticked in a form that was refused. */
const tickedIn = (failure: Failure | undefined, field: string) => failure?.values[field]?.split(/[\s,]+/) ?? [];

interface RevalidationFormProps {
  intent: string;
  isBlocked: boolean;
  failure: Failure | undefined;
  button: string;
  variant?: ButtonVariant;
  children: ReactNode;
}

function RevalidationForm({ intent, isBlocked, failure, button, variant = "secondary", children }: RevalidationFormProps) {
  const own = failure?.intent === intent ? failure : undefined;
  const formRef = useInvalidFocus(own);
  const navigation = useNavigation();
  const isPosting = navigation.formData?.get("intent") === intent;
  return (
    <Form ref={formRef} method="post" className="flex flex-col gap-4 p-4">
      {!fieldsSayItAll(own) && <FormError failure={own} />}
      <input type="hidden" name="intent" value={intent} />
      {children}
      <Button type="submit" variant={variant} busy={isPosting} disabled={isBlocked && !isPosting} icon={<RefreshCw aria-hidden size={18} />} className="self-start">
        {button}
      </Button>
    </Form>
  );
}
