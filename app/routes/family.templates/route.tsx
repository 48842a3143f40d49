import { useActionData, useLoaderData } from "@remix-run/react";
import { useTranslation } from "react-i18next";
import { CardBody, SectionCard } from "#app/components/card.tsx";
import { EmptyState } from "#app/components/empty-state.tsx";
import { FamilyIcon } from "#app/components/family/family-icon.tsx";
import { FamilySubpage } from "#app/components/family/family-subpage.tsx";
import { failureOf } from "#app/components/form-error.tsx";
import { List } from "#app/components/list.tsx";
import type { RouteHandle } from "#app/components/route-handle.ts";
import { membershipFor } from "#app/domain/families/membership.server.ts";
import { templatesOf } from "#app/domain/timers/queries.server.ts";
import type { FormFailure } from "#app/http/form-failure.ts";
import { page } from "#app/http/page.server.ts";
import { familyAction } from "#app/http/family-action.server.ts";
import { TemplateForm } from "./template-form.tsx";
import { TemplateRow } from "./template-row.tsx";

/** What timers are started from: for parents. */
export const loader = page({ access: "member" }, async ({ ctx, viewer }) => ({ templates: await templatesOf(ctx.db, await membershipFor(ctx.db, viewer, "template-change")) }));

export const action = familyAction;

export const handle: RouteHandle = { title: (t) => t("timers.templatesTitle") };

export default function Templates() {
  const { t } = useTranslation();
  const { templates } = useLoaderData<typeof loader>();
  const posted = failureOf<FormFailure>(useActionData<typeof action>());
  return (
    <FamilySubpage title={t("timers.templatesTitle")} text={t("timers.templatesText")}>
      <SectionCard title={t("timers.templates")}>
        {templates.length > 0 ? (
          <List>
            {templates.map((template) => (
              <TemplateRow key={template.id} template={template} posted={posted} />
            ))}
          </List>
        ) : (
          <EmptyState icon={<FamilyIcon name="timer" size={40} />} title={t("timers.noTemplatesTitle")} text={t("timers.noTemplatesText")} />
        )}
      </SectionCard>
      <SectionCard title={t("timers.newTemplate")}>
        <CardBody>
          <TemplateForm template={null} posted={posted} />
        </CardBody>
      </SectionCard>
    </FamilySubpage>
  );
}
