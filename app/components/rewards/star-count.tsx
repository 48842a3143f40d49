import { Star } from "lucide-react";
import { useTranslation } from "react-i18next";
import { classes } from "#app/components/classes.ts";
import { useFormat } from "#app/i18n/use-format.ts";

interface StarCountProps {
  count: number;
  size?: number;
  className?: string;
}

/** So many stars: a star and a figure for the eye, a word for the ear. */
export function StarCount({ count, size = 18, className }: StarCountProps) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <span className={classes("inline-flex items-center gap-1 font-semibold", className)}>
      <Star aria-hidden size={size} className="flex-none fill-glow text-waiting" />
      <span aria-hidden className="figures">
        {format.number(count)}
      </span>
      <span className="sr-only">{t("timers.stars", { count })}</span>
    </span>
  );
}
