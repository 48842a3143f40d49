import { useTranslation } from "react-i18next";
import { useMillis } from "#app/components/admin/use-millis.ts";
import { SHARES, type LatencyPoint, type Share } from "#app/domain/outbox/charts.ts";
import { useFormat } from "#app/i18n/use-format.ts";
import { HEIGHT, roundedUp, SLOT, TimeChart, type ChartLabel } from "./time-chart.tsx";

/** Told apart by colour, by dashes and by the words at their ends. */
const LOOK: Record<Share, { line: string; text: string; dashes: string }> = {
  0.5: { line: "stroke-good", text: "text-good", dashes: "none" },
  0.95: { line: "stroke-waiting", text: "text-waiting", dashes: "7 3" },
  0.99: { line: "stroke-accent", text: "text-accent-ink", dashes: "2 3" },
};

/** p50, p95 and p99 over time; where nothing was measured the lines have a gap. */
export function LatencyChart({ points, byDay }: { points: readonly LatencyPoint[]; byDay: boolean }) {
  const { t } = useTranslation();
  const format = useFormat();
  const millis = useMillis();
  const most = roundedUp(Math.max(4, ...points.map(({ percentiles }) => percentiles[0.99] ?? 0)));
  const scale = [0, 0.5, 1].map((height): ChartLabel => ({ key: String(height), height, text: millis(height * most) }));
  const labels = SHARES.flatMap((share): ChartLabel[] => {
    const last = points.findLast(({ percentiles }) => percentiles[share] !== null)?.percentiles[share];
    if (last == null) return [];
    return [{ key: String(share), height: last / most, text: t("adminOutbox.charts.percentile", { share: format.number(share * 100), value: millis(last) }), className: LOOK[share].text }];
  });
  return (
    <TimeChart times={points.map(({ at }) => at)} scale={scale} labels={labels} byDay={byDay}>
      {SHARES.map((share) => (
        <path key={share} d={lineOf(points, share, most)} fill="none" strokeWidth={2} strokeLinecap="round" strokeLinejoin="round" strokeDasharray={LOOK[share].dashes} vectorEffect="non-scaling-stroke" className={LOOK[share].line} />
      ))}
    </TimeChart>
  );
}

/** A slot without neighbours is a dot. */
function lineOf(points: readonly LatencyPoint[], share: Share, most: number): string {
  return points
    .map(({ percentiles }, slot) => {
      const value = percentiles[share];
      if (value === null) return "";
      const place = `${(slot + 0.5) * SLOT} ${HEIGHT - (value * HEIGHT) / most}`;
      const goesOn = slot > 0 && points[slot - 1]!.percentiles[share] !== null;
      return goesOn ? `L${place}` : `M${place}h0.01`;
    })
    .join("");
}
