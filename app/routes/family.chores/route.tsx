import { useActionData, useOutletContext } from "@remix-run/react";
import { useTranslation } from "react-i18next";
import { CardBody, SectionCard } from "#app/components/card.tsx";
import { EmptyState } from "#app/components/empty-state.tsx";
import type { DashboardProps } from "#app/components/family/dashboard.ts";
import { FamilyIcon } from "#app/components/family/family-icon.tsx";
import { FamilySubpage } from "#app/components/family/family-subpage.tsx";
import { failureOf } from "#app/components/form-error.tsx";
import { List } from "#app/components/list.tsx";
import type { RouteHandle } from "#app/components/route-handle.ts";
import { dateIn } from "#app/domain/calendar-days.ts";
import { membershipFor } from "#app/domain/families/membership.server.ts";
import { familyAction } from "#app/http/family-action.server.ts";
import type { FormFailure } from "#app/http/form-failure.ts";
import { page } from "#app/http/page.server.ts";
import { ChoreForm } from "./chore-form.tsx";
import { PlannedChore } from "./planned-chore.tsx";

/** Which chores there are: for parents. The list itself is the dashboard's, live. */
export const loader = page({ access: "member" }, async ({ ctx, viewer }) => {
  await membershipFor(ctx.db, viewer, "chore-change");
  return null;
});

export const action = familyAction;

export const handle: RouteHandle = { title: (t) => t("family.chores") };

export default function Chores() {
  const { t } = useTranslation();
  const { state, now } = useOutletContext<DashboardProps>();
  const posted = failureOf<FormFailure>(useActionData<typeof action>());
  const { chores, members, family } = state;
  const today = dateIn(family.timeZone, now);
  return (
    <FamilySubpage title={t("family.chores")} text={t("chores.text")}>
      <SectionCard title={t("chores.list")}>
        {chores.length > 0 ? (
          <List>
            {chores.map((chore) => (
              <PlannedChore key={chore.id} chore={chore} members={members} weekStart={family.weekStart} today={today} posted={posted} />
            ))}
          </List>
        ) : (
          <EmptyState icon={<FamilyIcon name="house" size={40} />} title={t("chores.noneTitle")} text={t("chores.noneText")} />
        )}
      </SectionCard>
      <SectionCard title={t("chores.new")}>
        <CardBody>
          <ChoreForm chore={null} members={members} weekStart={family.weekStart} today={today} posted={posted} />
        </CardBody>
      </SectionCard>
    </FamilySubpage>
  );
}
