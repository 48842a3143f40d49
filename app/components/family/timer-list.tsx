import { useTranslation } from "react-i18next";
import type { FamilyMember } from "#app/domain/families/family.ts";
import type { MemberRole } from "#app/domain/families/policy.ts";
import type { TimerData } from "#app/domain/timers/machine.ts";
import type { RefusedForm } from "./family-form.ts";
import { soonestFirst } from "./soonest-first.ts";
import { TimerCard } from "./timer-card.tsx";

export interface TimerListProps {
  timers: readonly TimerData[];
  members: readonly FamilyMember[];
  viewer: { id: string; role: MemberRole };
  /** The server's time when the page was loaded. */
  now: number;
  failure?: RefusedForm | undefined;
  /** In a frame: what is pressed changes the page around it. */
  framed?: boolean;
}

/** What runs, waits for somebody, or is halted. */
export function TimerList({ timers, ...shown }: TimerListProps) {
  const { t } = useTranslation();
  if (timers.length === 0) return <p className="text-ink-soft">{t("timers.none")}</p>;
  return (
    <ul className="grid grid-cols-[repeat(auto-fill,minmax(min(100%,20rem),1fr))] gap-3">
      {timers.toSorted(soonestFirst).map((timer) => (
        <TimerCard key={timer.id} timer={timer} {...shown} />
      ))}
    </ul>
  );
}
