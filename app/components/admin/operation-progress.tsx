import { useTranslation } from "react-i18next";
import type { OperationData } from "#app/domain/maintenance/operation.ts";

/** How far a running operation is: a determinate bar, and the same in words. */
export function OperationProgress({ operation: { kind, stepsDone, stepsTotal } }: { operation: Pick<OperationData, "kind" | "stepsDone" | "stepsTotal"> }) {
  const { t } = useTranslation();
  const words = t("adminOperations.steps", { done: stepsDone, total: stepsTotal });
  const share = stepsTotal > 0 ? (100 * stepsDone) / stepsTotal : 0;
  return (
    <div className="flex items-center gap-3">
      <div role="progressbar" aria-label={t(`adminOperations.kinds.${kind}`)} aria-valuemin={0} aria-valuemax={stepsTotal} aria-valuenow={stepsDone} aria-valuetext={words} className="h-2 min-w-0 flex-1 overflow-hidden rounded-full bg-sunken">
        <div className="h-full rounded-full bg-accent transition-[inline-size]" style={{ inlineSize: `${share}%` }} />
      </div>
      <p aria-hidden className="figures flex-none text-sm text-ink-soft">
        {words}
      </p>
    </div>
  );
}
