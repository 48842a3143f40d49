import { Star } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Avatar } from "#app/components/avatar.tsx";
import { FamilyIcon } from "#app/components/family/family-icon.tsx";
import type { CalendarDate } from "#app/domain/calendar-days.ts";
import type { FamilyMember } from "#app/domain/families/family.ts";
import { useFormat } from "#app/i18n/use-format.ts";
import type { DueChore } from "./due-now.ts";

interface WallChoreProps extends DueChore {
  members: readonly FamilyMember[];
  today: CalendarDate;
}

/** One thing that is to be done: what, whose, for how many stars. */
export function WallChore({ chore, occurrence, members, today }: WallChoreProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const memberId = occurrence.claim?.memberId ?? occurrence.assignedTo;
  const member = members.find(({ id }) => id === memberId);
  const claimed = occurrence.state === "claimed";
  return (
    <li data-chore={chore.id} data-state={occurrence.state} data-hue={member?.hue ?? 1} className="wall-chore">
      <span className="wall-icon">
        <FamilyIcon name={chore.icon ?? "house"} size={32} />
      </span>
      <span className="min-w-0 flex-1">
        <span className="wall-chore-name">
          <bdi>{chore.name}</bdi>
        </span>
        <span className="wall-text flex flex-wrap items-center gap-x-2 text-ink-soft">
          {member ? <bdi>{member.name}</bdi> : t("chores.anybody")}
          {claimed && <span className="font-medium text-waiting">{t("chores.saysDone")}</span>}
          {!claimed && occurrence.dueOn < today && <span className="font-medium text-waiting">{t("chores.overdue")}</span>}
        </span>
      </span>
      {chore.stars > 0 && (
        <span className="wall-text flex flex-none items-center gap-1 font-semibold">
          <Star aria-hidden size={26} className="text-waiting" />
          <span aria-hidden className="figures">
            {format.number(chore.stars)}
          </span>
          <span className="sr-only">{t("timers.stars", { count: chore.stars })}</span>
        </span>
      )}
      {member && <Avatar name={member.name} hue={member.hue} avatar={member.avatar} size="lg" />}
    </li>
  );
}
