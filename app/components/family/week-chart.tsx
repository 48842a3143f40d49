import type { MemberStars } from "#app/domain/stars/stars.ts";

type Sums = Pick<MemberStars, "gained" | "lost">;

interface WeekChartProps extends Sums {
  scale: Scale;
  /** 0 to 6: which of the days is today; -1: none. */
  today: number;
}

/** The most on one day, up and down: charts beside each other have one scale. */
export interface Scale {
  up: number;
  down: number;
}

export const scaleOf = (all: readonly Sums[]): Scale => ({ up: Math.max(1, ...all.flatMap(({ gained }) => gained)), down: Math.max(0, ...all.flatMap(({ lost }) => lost)) });

const BAR = 8;
const STEP = 13;
const HEIGHT = 40;
const WIDTH = STEP * 6 + BAR;
/** A day with few stars among days with many is seen, too. */
const LEAST = 3;

/** Seven days of one person, in their hue: gained upwards, taken downwards. The table beside it has the numbers. */
export function WeekChart({ gained, lost, scale, today }: WeekChartProps) {
  const unit = HEIGHT / (scale.up + scale.down);
  const ground = scale.up * unit;
  const long = (count: number) => (count > 0 ? Math.max(LEAST, count * unit) : 0);
  return (
    <svg aria-hidden viewBox={`0 0 ${WIDTH} ${HEIGHT + 8}`} width={WIDTH} height={HEIGHT + 8} className="along-text flex-none overflow-visible">
      {gained.map((up, day) => (
        <g key={day} transform={`translate(${day * STEP} 0)`}>
          <rect x={0} y={ground - 1} width={BAR} height={2} rx={1} className="fill-line" />
          {up > 0 && <rect x={0} y={ground - long(up)} width={BAR} height={long(up)} rx={2} className="fill-(--hue)" />}
          {lost[day]! > 0 && <rect x={0.75} y={ground + 0.75} width={BAR - 1.5} height={Math.max(1.5, long(lost[day]!) - 1.5)} rx={1.5} strokeWidth={1.5} className="fill-surface stroke-(--hue)" />}
          {day === today && <circle cx={BAR / 2} cy={HEIGHT + 6} r={2} className="fill-ink-soft" />}
        </g>
      ))}
    </svg>
  );
}
