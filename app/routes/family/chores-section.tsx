import { useTranslation } from "react-i18next";
import { LinkButton } from "#app/components/button.tsx";
import { SectionCard } from "#app/components/card.tsx";
import { ChoreRow } from "#app/components/family/chore-row.tsx";
import type { DashboardProps } from "#app/components/family/dashboard.ts";
import { List } from "#app/components/list.tsx";
import { dateIn } from "#app/domain/calendar-days.ts";
import { mayInFamily } from "#app/domain/families/policy.ts";

/** What is to be done: first what waits for a parent, then what is due; what comes later and what is done fold away. */
export function ChoresSection({ state, role, now, failure }: DashboardProps) {
  const { t } = useTranslation();
  const today = dateIn(state.family.timeZone, now);
  const all = state.chores
    .flatMap((chore) => chore.occurrences.map((occurrence) => ({ chore, occurrence })))
    .toSorted((a, b) => (a.occurrence.dueOn === b.occurrence.dueOn ? compare(a.chore.id, b.chore.id) : compare(a.occurrence.dueOn, b.occurrence.dueOn)));
  const claimed = all.filter(({ occurrence }) => occurrence.state === "claimed");
  const due = all.filter(({ occurrence }) => occurrence.state === "open" && occurrence.dueOn <= today);
  const later = all.filter(({ occurrence }) => occurrence.state === "open" && occurrence.dueOn > today);
  const done = all.filter(({ occurrence }) => occurrence.state === "done").reverse();
  const rows = (list: typeof all) => (
    <List>
      {list.map(({ chore, occurrence }) => (
        <ChoreRow key={`${chore.id} ${occurrence.dueOn}`} chore={chore} occurrence={occurrence} members={state.members} viewer={{ id: state.viewerId, role }} today={today} failure={failure} />
      ))}
    </List>
  );
  return (
    <SectionCard
      title={t("family.chores")}
      action={
        mayInFamily(role, "chore-create", true) && (
          <LinkButton to="/family/chores" variant="ghost" size="sm" className="-me-2">
            {t("chores.manage")}
          </LinkButton>
        )
      }
    >
      {claimed.length + due.length > 0 ? rows([...claimed, ...due]) : <p className="p-4 text-ink-soft">{t("chores.nothingDue")}</p>}
      {[
        { title: t("chores.later"), list: later },
        { title: t("chores.done"), list: done },
      ].map(
        ({ title, list }) =>
          list.length > 0 && (
            <details key={title} className="border-t border-line">
              <summary className="flex min-h-target items-center px-4 text-sm font-medium text-accent-ink hover:bg-sunken">{title}</summary>
              {rows(list)}
            </details>
          ),
      )}
    </SectionCard>
  );
}

const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b));
