import type { ShouldRevalidateFunctionArgs } from "@remix-run/react";
import { useActionData, useLoaderData, useOutlet } from "@remix-run/react";
import { Users } from "lucide-react";
import { useTranslation } from "react-i18next";
import { LinkButton } from "#app/components/button.tsx";
import { failureOf } from "#app/components/form-error.tsx";
import { Page } from "#app/components/page.tsx";
import { RequestsHint } from "#app/components/rewards/requests-hint.tsx";
import type { RouteHandle } from "#app/components/route-handle.ts";
import { timeZones } from "#app/domain/accounts/schema.ts";
import type { FormFailure } from "#app/http/form-failure.ts";
import { page } from "#app/http/page.server.ts";
import { weekStartFor } from "#app/i18n/week-start.ts";
import { ChoresSection } from "./chores-section.tsx";
import type { DashboardProps } from "#app/components/family/dashboard.ts";
import { useDashboard } from "#app/components/family/use-dashboard.ts";
import { familyAction } from "#app/http/family-action.server.ts";
import { loadFamily, type FamilyLoad } from "./load-family.server.ts";
import { NewFamily } from "./people-new-family.tsx";
import { RefreshButton } from "./refresh-button.tsx";
import { StarsSection } from "./stars-section.tsx";
import { TimersSection } from "./timers-section.tsx";

/** Pages below it (family.people and the like) stand in the dashboard's place and get the same live data. */
export const loader = page({ access: "member" }, async ({ ctx, viewer, locale, request }) => {
  const dashboard = await loadFamily(ctx, viewer);
  return dashboard ? { dashboard, start: null } : { dashboard: null, start: { timeZones: timeZones(), timeZone: locale.timeZone, weekStart: weekStartFor(request.headers.get("accept-language")) } };
});

export const action = familyAction;

export const handle: RouteHandle = { title: (t) => t("family.title") };

/** Refused because it has moved on: the page shows how it stands now. */
export function shouldRevalidate({ actionStatus, defaultShouldRevalidate }: ShouldRevalidateFunctionArgs) {
  return actionStatus === 409 || defaultShouldRevalidate;
}

export default function Family() {
  const { dashboard, start } = useLoaderData<typeof loader>();
  const failure = failureOf<FormFailure>(useActionData<typeof action>());
  if (!dashboard) return <NewFamily {...start} failure={failure} />;
  return <LiveFamily loaded={dashboard} failure={failure} />;
}

function LiveFamily({ loaded, failure }: { loaded: FamilyLoad; failure: FormFailure | undefined }) {
  const { t } = useTranslation();
  const shown: DashboardProps = { state: useDashboard(loaded), role: loaded.role, now: loaded.now, failure };
  const below = useOutlet(shown);
  if (below) return below;
  return (
    <Page
      title={<bdi>{shown.state.family.name}</bdi>}
      width="wide"
      action={
        <div className="flex items-center gap-2">
          <RefreshButton />
          <LinkButton to="/family/people" variant="secondary" size="sm" icon={<Users aria-hidden size={18} />}>
            {t("family.people")}
          </LinkButton>
        </div>
      }
    >
      <RequestsHint state={shown.state} role={shown.role} />
      <TimersSection {...shown} templates={loaded.templates} formKey={loaded.formKey} />
      <div className="grid grid-cols-[minmax(0,1fr)] items-start gap-6 lg:grid-cols-2">
        <ChoresSection {...shown} />
        <StarsSection {...shown} formKey={loaded.formKey} />
      </div>
    </Page>
  );
}
