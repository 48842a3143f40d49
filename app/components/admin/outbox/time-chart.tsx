import type { ReactNode } from "react";
import { useFormat } from "#app/i18n/use-format.ts";

/** A line's or an axis' words, at their height: 0 at the bottom, 1 at the top. */
export interface ChartLabel {
  key: string;
  height: number;
  text: string;
  className?: string;
}

interface TimeChartProps {
  /** Beginnings of the slots, ms since 1970. */
  times: readonly number[];
  /** At the heights of the lines behind the marks. */
  scale: readonly ChartLabel[];
  /** Beside the ends of the lines. */
  labels?: readonly ChartLabel[];
  /** Days instead of times below. */
  byDay: boolean;
  /** What is drawn: a slot is SLOT wide, the whole HEIGHT high. */
  children: ReactNode;
}

export const SLOT = 10;
export const HEIGHT = 100;
/** Below each other, two words need so much of the height. */
const APART = 0.13;
const TICKS = 4;

/**
 * A frame for marks over time, which runs with the reading direction. The marks are stretched to the card's width, the
 * words are not: they are the page's own. For screen readers a table stands beside it.
 */
export function TimeChart({ times, scale, labels = [], byDay, children }: TimeChartProps) {
  const format = useFormat();
  const ticks = Array.from({ length: TICKS }, (_, index) => times[Math.round((index * (times.length - 1)) / (TICKS - 1))]!);
  return (
    <div aria-hidden className="flex flex-col gap-1.5">
      <div className="flex gap-2">
        <div className="relative h-40 min-w-0 flex-1">
          {scale.map(({ key, height, text }) => (
            <div key={key} className="absolute inset-x-0 border-t border-line" style={{ insetBlockEnd: `${height * 100}%` }}>
              {height > 0 && <span className="figures absolute start-0 top-0.5 text-xs leading-none text-ink-faint">{text}</span>}
            </div>
          ))}
          <svg viewBox={`0 0 ${times.length * SLOT} ${HEIGHT}`} preserveAspectRatio="none" className="along-text absolute inset-0 size-full overflow-visible">
            {children}
          </svg>
        </div>
        {labels.length > 0 && (
          <div className="relative h-40 w-28 flex-none text-xs leading-none">
            {spread(labels).map(({ key, height, text, className }) => (
              <span key={key} className={`figures absolute start-0 translate-y-1/2 font-medium whitespace-nowrap ${className ?? ""}`} style={{ insetBlockEnd: `${height * 100}%` }}>
                {text}
              </span>
            ))}
          </div>
        )}
      </div>
      <div className={`figures flex justify-between text-xs text-ink-faint ${labels.length > 0 ? "me-30" : ""}`}>
        {ticks.map((at, index) => (
          <span key={index}>{byDay ? format.day(at, times.at(-1)!) : format.time(at)}</span>
        ))}
      </div>
    </div>
  );
}

/** Moves words apart that would lie on each other, upwards. */
function spread(labels: readonly ChartLabel[]): ChartLabel[] {
  let lowest = 0.04;
  return labels
    .toSorted((a, b) => a.height - b.height)
    .map((label, index) => {
      const room = 1 - (labels.length - 1 - index) * APART;
      const height = Math.min(Math.max(label.height, lowest), room);
      lowest = height + APART;
      return { ...label, height };
    });
}

/** The next round number: 1, 2 or 5 with zeros. */
export function roundedUp(value: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, value)));
  return ([1, 2, 5, 10].find((step) => step * power >= value) ?? 10) * power;
}
