import { useActionData, useLoaderData, useOutletContext } from "@remix-run/react";
import { useTranslation } from "react-i18next";
import { CardBody, SectionCard } from "#app/components/card.tsx";
import { CopyField } from "#app/components/family/copy-field.tsx";
import type { DashboardProps } from "#app/components/family/dashboard.ts";
import { FamilySubpage } from "#app/components/family/family-subpage.tsx";
import { failureOf } from "#app/components/form-error.tsx";
import { List } from "#app/components/list.tsx";
import type { RouteHandle } from "#app/components/route-handle.ts";
import { familyAction } from "#app/http/family-action.server.ts";
import type { FormFailure } from "#app/http/form-failure.ts";
import { page } from "#app/http/page.server.ts";
import { ChildForm } from "./child-form.tsx";
import { Invitations } from "./invitations.tsx";
import { loadPeople } from "./load-people.server.ts";
import { PersonRow } from "./person-row.tsx";
import { SettingsForm } from "./settings-form.tsx";

/** Who belongs to the family; parents let people in and out here. */
export const loader = page({ access: "member" }, async (args) => ({ managed: await loadPeople(args) }));

export const action = familyAction;

export const handle: RouteHandle = { title: (t) => t("family.people") };

export default function People() {
  const { t } = useTranslation();
  const { managed } = useLoaderData<typeof loader>();
  const { state } = useOutletContext<DashboardProps>();
  const posted = failureOf<FormFailure>(useActionData<typeof action>());
  return (
    <FamilySubpage title={t("family.people")} text={<bdi>{state.family.name}</bdi>}>
      <SectionCard title={t("people.members")}>
        <List>
          {state.members.map((member) => (
            <PersonRow key={member.id} member={member} isViewer={member.id === state.viewerId} userName={managed?.childNames[member.id]} picture={managed?.pictures[member.id]} managed={managed !== null} posted={posted} />
          ))}
        </List>
      </SectionCard>
      {managed && (
        <>
          <SectionCard title={t("people.invitations")} text={t("people.invitationsText")}>
            <Invitations invitations={managed.invitations} link={managed.link} posted={posted} />
          </SectionCard>
          <SectionCard title={t("people.addChild")} text={t("people.addChildText")}>
            <CardBody className="flex flex-col gap-6">
              <ChildForm posted={posted} />
              <div className="border-t border-line pt-4">
                <CopyField label={t("people.code")} name="familyCode" hint={t("people.codeHint")} value={state.family.code} />
              </div>
            </CardBody>
          </SectionCard>
          <SectionCard title={t("people.settings")}>
            <CardBody>
              <SettingsForm family={state.family} timeZones={managed.timeZones} posted={posted} />
            </CardBody>
          </SectionCard>
        </>
      )}
    </FamilySubpage>
  );
}
