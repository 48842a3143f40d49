import { Check, CircleDashed, X, type LucideIcon } from "lucide-react";
import { useTranslation } from "react-i18next";
import { classes } from "#app/components/classes.ts";
import { Spinner } from "#app/components/spinner.tsx";
import { VisuallyHidden } from "#app/components/visually-hidden.tsx";
import type { Stage, StageResult } from "#app/domain/health/live-test-result.ts";
import { useMillis } from "./use-millis.ts";

const LOOK: Record<StageResult["outcome"], { icon: LucideIcon; className: string }> = {
  passed: { icon: Check, className: "bg-good-soft text-good" },
  failed: { icon: X, className: "bg-bad-soft text-bad" },
  waiting: { icon: CircleDashed, className: "bg-sunken text-ink-faint" },
};

/** The stages of a live test with their times. @param current the one that is under way */
export function StageList({ stages, current }: { stages: readonly StageResult[]; current: Stage | null }) {
  const { t } = useTranslation();
  const millis = useMillis();
  return (
    <ol className="grid gap-1" aria-label={t("adminRealtime.stages.label")}>
      {stages.map(({ stage, outcome, ms }) => {
        const running = stage === current;
        const { icon: Icon, className } = LOOK[outcome];
        return (
          <li key={stage} className="flex min-h-8 items-center gap-3">
            <span className={classes("flex size-6 flex-none items-center justify-center rounded-full", running ? "bg-accent-soft text-accent-ink" : className)}>
              {running ? <Spinner size={14} label={null} /> : <Icon aria-hidden size={14} strokeWidth={2.25} />}
            </span>
            <span className={classes("min-w-0 flex-1", outcome === "waiting" && !running && "text-ink-soft")}>{t(`adminRealtime.stages.${stage}`)}</span>
            <VisuallyHidden>{t(`adminRealtime.outcomes.${running ? "running" : outcome}`)}</VisuallyHidden>
            {ms !== null && !running && <span className="figures flex-none text-sm text-ink-soft">{millis(ms)}</span>}
          </li>
        );
      })}
    </ol>
  );
}
