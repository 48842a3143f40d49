import { Star } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Avatar } from "#app/components/avatar.tsx";
import { SectionCard } from "#app/components/card.tsx";
import type { DashboardProps } from "#app/components/family/dashboard.ts";
import { StarsEntries } from "#app/components/family/stars-entries.tsx";
import { StarsForm } from "#app/components/family/stars-form.tsx";
import { scaleOf, WeekChart } from "#app/components/family/week-chart.tsx";
import { WeekTable } from "#app/components/family/week-table.tsx";
import { List } from "#app/components/list.tsx";
import { NameLine } from "#app/components/name-line.tsx";
import { dayInWeek } from "#app/domain/calendar-days.ts";
import { mayInFamily } from "#app/domain/families/policy.ts";
import { useFormat } from "#app/i18n/use-format.ts";

interface StarsSectionProps extends DashboardProps {
  formKey: string;
}

const NONE = { balance: 0, gained: [0, 0, 0, 0, 0, 0, 0], lost: [0, 0, 0, 0, 0, 0, 0] };
const LATEST = 5;
const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0);

/** Everybody's stars: how many, how the week was, what for. */
export function StarsSection({ state, role, now, failure, formKey }: StarsSectionProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const { stars, members } = state;
  const scale = scaleOf(members.map(({ id }) => stars.members[id] ?? NONE));
  const [latest, earlier] = [stars.recent.slice(0, LATEST), stars.recent.slice(LATEST)];
  const entries = { members, role, now, failure };
  return (
    <SectionCard title={t("family.stars")}>
      <List>
        {members.map(({ id, name, hue, avatar }) => {
          const { balance, gained, lost } = stars.members[id] ?? NONE;
          return (
            <li key={id} data-stars={id} data-hue={hue} className="flex min-h-16 items-center gap-3 px-4 py-3">
              <Avatar name={name} hue={hue} avatar={avatar} size="sm" />
              <span className="min-w-0 flex-1">
                <NameLine className="font-medium">{name}</NameLine>
                <span className="block text-sm text-ink-soft">{[t("stars.gained", { count: sum(gained) }), ...(sum(lost) > 0 ? [t("stars.lost", { count: sum(lost) })] : [])].join(" · ")}</span>
              </span>
              <WeekChart gained={gained} lost={lost} scale={scale} today={dayInWeek(stars.week, now)} />
              <span className="flex min-w-14 items-center justify-end gap-1 text-lg font-semibold">
                <Star aria-hidden size={18} className="flex-none text-waiting" />
                <span aria-hidden className="figures" data-balance>
                  {format.number(balance)}
                </span>
                <span className="sr-only">{t("timers.stars", { count: balance })}</span>
              </span>
            </li>
          );
        })}
      </List>
      <details className="border-t border-line px-4 py-2">
        <summary className="inline-flex min-h-target items-center rounded-md px-2 text-sm font-medium text-accent-ink hover:bg-accent-soft">{t("stars.numbers")}</summary>
        <WeekTable stars={stars} members={members} />
      </details>
      {mayInFamily(role, "stars-add", false) && (
        <div className="border-t border-line">
          <StarsForm members={members} formKey={formKey} failure={failure} />
        </div>
      )}
      {latest.length > 0 && (
        <div className="border-t border-line">
          <h3 className="px-4 pt-3 text-sm font-medium text-ink-soft">{t("stars.latest")}</h3>
          <StarsEntries entries={latest} {...entries} />
        </div>
      )}
      {earlier.length > 0 && (
        <details className="border-t border-line">
          <summary className="flex min-h-target items-center px-4 text-sm font-medium text-accent-ink hover:bg-sunken">{t("stars.earlier")}</summary>
          <StarsEntries entries={earlier} {...entries} />
        </details>
      )}
    </SectionCard>
  );
}
