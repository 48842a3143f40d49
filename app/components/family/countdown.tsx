import { useTranslation } from "react-i18next";
import { classes } from "#app/components/classes.ts";
import { useFormat } from "#app/i18n/use-format.ts";

interface CountdownProps {
  secondsLeft: number;
  className?: string;
}

const SECOND_MS = 1_000;
const MINUTE_S = 60;

/** What is left, as a clock shows it; read out in whole minutes, and not with every second. */
export function Countdown({ secondsLeft, className }: CountdownProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const coarse = secondsLeft >= MINUTE_S ? Math.ceil(secondsLeft / MINUTE_S) * MINUTE_S : secondsLeft > 0 ? MINUTE_S : 0;
  return (
    <span role="timer" className={classes("block text-center", className)}>
      <span aria-hidden dir="ltr" data-countdown={secondsLeft} className="figures">
        {format.clock(secondsLeft * SECOND_MS)}
      </span>
      <span className="sr-only">{coarse === 0 ? t("timers.up") : t("timers.left", { duration: format.duration(coarse * SECOND_MS) })}</span>
    </span>
  );
}
