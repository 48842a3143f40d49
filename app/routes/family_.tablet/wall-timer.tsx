import { CircleCheckBig, Pause } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Avatar } from "#app/components/avatar.tsx";
import { classes } from "#app/components/classes.ts";
import { Countdown } from "#app/components/family/countdown.tsx";
import { Ring } from "#app/components/family/ring.tsx";
import { TimerActions } from "#app/components/family/timer-actions.tsx";
import type { FamilyMember } from "#app/domain/families/family.ts";
import type { TimerData } from "#app/domain/timers/machine.ts";
import { useTimer } from "#app/realtime/clock/use-timer.ts";

interface WallTimerProps {
  timer: TimerData;
  members: readonly FamilyMember[];
  /** The server's time when the page was loaded. */
  now: number;
  /** Whoever stands there: what they can do about it. */
  acting?: Pick<Parameters<typeof TimerActions>[0], "viewer" | "failure">;
}

const SECOND_MS = 1_000;
const HOUR_S = 3_600;

/** One number, one name, one ring. */
export function WallTimer({ timer: told, members, now, acting }: WallTimerProps) {
  const { t } = useTranslation();
  const { timer, secondsLeft } = useTimer(told, now);
  const member = members.find(({ id }) => id === timer.memberId);
  const ended = timer.state === "expired";
  const paused = timer.state === "paused";
  return (
    <li data-hue={timer.hue} data-timer={timer.id} data-state={timer.state} className="wall-timer">
      <div className="wall-ring-place">
        <div className="wall-ring">
          <Ring size={null} fraction={ended ? 1 : (secondsLeft * SECOND_MS) / timer.durationMs} moving={timer.state === "running"} className={ended ? "timer-ended" : ""}>
            {ended ? <CircleCheckBig aria-hidden className="wall-check text-hue" /> : <Countdown secondsLeft={secondsLeft} className={classes("wall-figure", secondsLeft >= HOUR_S && "wall-figure-long", paused && "text-ink-soft")} />}
            {paused && (
              <span className="wall-paused">
                <Pause aria-hidden size={24} />
                {t("timers.paused")}
              </span>
            )}
          </Ring>
        </div>
      </div>
      <div className="wall-timer-words">
        <h2 className="wall-name">
          <bdi>{timer.name}</bdi>
        </h2>
        {ended && <p className="wall-text font-medium text-good">{t("timers.up")}</p>}
        {member && (
          <p className="wall-text flex items-center justify-center gap-2 text-ink-soft">
            <Avatar name={member.name} hue={member.hue} avatar={member.avatar} size="sm" />
            <bdi>{member.name}</bdi>
          </p>
        )}
      </div>
      {acting && <TimerActions timer={timer} {...acting} />}
    </li>
  );
}
