import { CircleCheckBig } from "lucide-react";
import { useTranslation } from "react-i18next";
import { SectionCard } from "#app/components/card.tsx";
import { Countdown } from "#app/components/family/countdown.tsx";
import { RefreshWithoutScript } from "#app/components/family/timers-refresh.tsx";
import { List, ListRow } from "#app/components/list.tsx";
import { NameLine } from "#app/components/name-line.tsx";
import type { FamilyMember } from "#app/domain/families/family.ts";
import type { TimerData } from "#app/domain/timers/machine.ts";
import { useFormat } from "#app/i18n/use-format.ts";
import { useTimer } from "#app/realtime/clock/use-timer.ts";
import { Picture, type GlanceProps } from "./glance.tsx";

/** What runs, waits or has ended; nothing while there is none. */
export function TimersGlance({ state, now }: GlanceProps) {
  const { t } = useTranslation();
  if (state.timers.length === 0) return null;
  return (
    <SectionCard title={t("timers.title")}>
      <RefreshWithoutScript timers={state.timers} now={now} />
      <List>
        {state.timers.map((timer) => (
          <TimerRow key={timer.id} timer={timer} members={state.members} now={now} />
        ))}
      </List>
    </SectionCard>
  );
}

function TimerRow({ timer: told, members, now }: { timer: TimerData; members: readonly FamilyMember[]; now: number }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { timer, secondsLeft } = useTimer(told, now);
  const member = members.find(({ id }) => id === timer.memberId);
  const ended = timer.state === "expired";
  const standing = timer.endsAt === null ? t("timers.paused") : t(ended ? "timers.upSince" : "timers.endsAt", { time: format.time(timer.endsAt) });
  return (
    <ListRow
      to="/family"
      leading={<Picture name={timer.icon} hue={timer.hue} />}
      title={<NameLine>{timer.name}</NameLine>}
      text={
        member ? (
          <>
            <bdi>{member.name}</bdi> · {standing}
          </>
        ) : (
          standing
        )
      }
      trailing={ended ? <CircleCheckBig aria-hidden size={24} className="flex-none text-good" /> : <Countdown secondsLeft={secondsLeft} className={timer.state === "paused" ? "text-lg text-ink-soft" : "text-lg font-semibold"} />}
    />
  );
}
