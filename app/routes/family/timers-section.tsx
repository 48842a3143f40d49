import { useTranslation } from "react-i18next";
import { LinkButton } from "#app/components/button.tsx";
import { SectionCard } from "#app/components/card.tsx";
import { TimerList } from "#app/components/family/timer-list.tsx";
import { TimerStart } from "#app/components/family/timer-start.tsx";
import { mayInFamily } from "#app/domain/families/policy.ts";
import type { TimerTemplate } from "#app/domain/timers/templates.server.ts";
import type { DashboardProps } from "#app/components/family/dashboard.ts";
import { NoScriptTimers } from "./no-script-timers.tsx";

interface TimersSectionProps extends DashboardProps {
  templates: readonly TimerTemplate[];
  formKey: string;
}

/** What runs, waits or has ended, and what can be started. */
export function TimersSection({ state, role, now, failure, templates, formKey }: TimersSectionProps) {
  const { t } = useTranslation();
  const viewer = { id: state.viewerId, role };
  return (
    <SectionCard
      title={t("timers.title")}
      action={
        mayInFamily(role, "template-create", true) && (
          <LinkButton to="/family/templates" variant="ghost" size="sm" className="-me-2">
            {t("timers.templates")}
          </LinkButton>
        )
      }
    >
      <div className="timers flex flex-col gap-5 p-4">
        <div className="timers-list">
          <TimerList timers={state.timers} members={state.members} viewer={viewer} now={now} failure={failure} />
        </div>
        <NoScriptTimers count={state.timers.length} failure={failure} />
        <TimerStart templates={templates} members={state.members} viewer={viewer} formKey={formKey} failure={failure} />
      </div>
    </SectionCard>
  );
}
