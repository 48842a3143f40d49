import { CircleCheckBig, Pause, Star } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Avatar } from "#app/components/avatar.tsx";
import { classes } from "#app/components/classes.ts";
import type { TimerData } from "#app/domain/timers/machine.ts";
import { useFormat } from "#app/i18n/use-format.ts";
import { useTimer } from "#app/realtime/clock/use-timer.ts";
import { Countdown } from "./countdown.tsx";
import { FamilyIcon } from "./family-icon.tsx";
import { Ring } from "./ring.tsx";
import { TimerActions } from "./timer-actions.tsx";
import type { TimerListProps } from "./timer-list.tsx";

interface TimerCardProps extends Omit<TimerListProps, "timers"> {
  timer: TimerData;
}

const SECOND_MS = 1_000;
/** From then on the figure needs more room. */
const HOUR_S = 3_600;

/** One run: whose, what, how much is left, and what can be done about it now. */
export function TimerCard({ timer: told, members, viewer, now, failure, framed = false }: TimerCardProps) {
  const { t } = useTranslation();
  const { timer, secondsLeft } = useTimer(told, now);
  const member = members.find(({ id }) => id === timer.memberId);
  const ended = timer.state === "expired";
  return (
    <li data-hue={timer.hue} data-timer={timer.id} data-state={timer.state} className={classes("flex min-w-0 flex-col gap-3 rounded-card border bg-surface p-4", ended ? "border-good" : "border-line")}>
      <div className="flex items-center gap-4">
        <Ring fraction={ended ? 1 : (secondsLeft * SECOND_MS) / timer.durationMs} moving={timer.state === "running"} className={ended ? "timer-ended" : ""}>
          {ended ? <CircleCheckBig aria-hidden size={40} className="text-hue" /> : <Countdown secondsLeft={secondsLeft} className={classes("font-semibold", secondsLeft < HOUR_S ? "text-xl" : "text-lg", timer.state === "paused" && "text-ink-soft")} />}
        </Ring>
        <div className="min-w-0 flex-1">
          <h3 className="flex items-start gap-2 font-semibold wrap-anywhere">
            <span className="mt-[0.2em] text-hue">
              <FamilyIcon name={timer.icon} size={20} />
            </span>
            <bdi className="min-w-0">{timer.name}</bdi>
          </h3>
          <p className="mt-0.5 text-sm text-ink-soft">
            <TimerStanding timer={timer} />
          </p>
          <p className="mt-2 flex flex-wrap items-center gap-x-3 gap-y-1 text-sm">
            {member && (
              <span className="flex min-w-0 items-center gap-1.5">
                <Avatar name={member.name} hue={member.hue} avatar={member.avatar} size="xs" />
                <bdi className="truncate">{member.name}</bdi>
              </span>
            )}
            {timer.stars > 0 && (
              <span className="flex items-center gap-1 text-ink-soft">
                <Star aria-hidden size={16} />
                {t("timers.stars", { count: timer.stars })}
              </span>
            )}
          </p>
        </div>
      </div>
      <TimerActions timer={timer} viewer={viewer} failure={failure} framed={framed} />
    </li>
  );
}

/** In words: until when it runs, that it waits, or that it is over. */
function TimerStanding({ timer }: { timer: TimerData }) {
  const { t } = useTranslation();
  const format = useFormat();
  if (timer.state === "paused")
    return (
      <span className="inline-flex items-center gap-1">
        <Pause aria-hidden size={14} />
        {t("timers.paused")}
      </span>
    );
  if (timer.state === "expired") return <span className="font-medium text-good">{t("timers.upSince", { time: format.time(timer.endsAt!) })}</span>;
  return t("timers.endsAt", { time: format.time(timer.endsAt!) });
}
