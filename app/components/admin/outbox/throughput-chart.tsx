import type { ThroughputPoint } from "#app/domain/outbox/charts.ts";
import { useFormat } from "#app/i18n/use-format.ts";
import { HEIGHT, roundedUp, SLOT, TimeChart } from "./time-chart.tsx";

const GAP = 2;
/** One event among thousands is seen, too. */
const LEAST = 1.5;

/** How many events went out in each slot of time; those that died stand on top in brick. */
export function ThroughputChart({ points, byDay }: { points: readonly ThroughputPoint[]; byDay: boolean }) {
  const format = useFormat();
  const most = roundedUp(Math.max(2, ...points.map(({ delivered, dead }) => delivered + dead)));
  const high = (count: number) => (count > 0 ? Math.max(LEAST, (count * HEIGHT) / most) : 0);
  const scale = [0, 0.5, 1].map((height) => ({ key: String(height), height, text: format.number(height * most) }));
  return (
    <TimeChart times={points.map(({ at }) => at)} scale={scale} byDay={byDay}>
      {points.map(({ at, delivered, dead }, slot) => (
        <g key={at} transform={`translate(${slot * SLOT + GAP / 2} 0)`}>
          {delivered > 0 && <rect width={SLOT - GAP} height={high(delivered)} y={HEIGHT - high(delivered)} className="fill-good/70" />}
          {dead > 0 && <rect width={SLOT - GAP} height={high(dead)} y={HEIGHT - high(delivered) - high(dead)} className="fill-bad" />}
        </g>
      ))}
    </TimeChart>
  );
}
