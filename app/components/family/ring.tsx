import type { ReactNode } from "react";
import { classes } from "#app/components/classes.ts";

interface RingProps {
  /** 0 to 1: what is left. */
  fraction: number;
  /** Edge in px; null: as large as the place it stands in. */
  size?: number | null;
  /** Goes on between two steps of the figure. */
  moving?: boolean;
  className?: string;
  /** In its middle. */
  children: ReactNode;
}

const RADIUS = 45;
const WIDTH = 6;

/** What is left of a time, as a ring that empties clockwise, in the hue of what stands around it. The figure inside says it in words. */
export const Ring = ({ fraction, size = 116, moving = false, className, children }: RingProps) => (
  <div className={classes("relative grid flex-none place-items-center", size === null && "aspect-square w-full", className)} style={size === null ? undefined : { inlineSize: size, blockSize: size }}>
    <svg aria-hidden viewBox="0 0 100 100" fill="none" className="absolute inset-0 size-full -rotate-90">
      <circle cx="50" cy="50" r={RADIUS} strokeWidth={WIDTH} className="stroke-sunken" />
      <circle
        cx="50"
        cy="50"
        r={RADIUS}
        strokeWidth={WIDTH}
        strokeLinecap="round"
        pathLength={1}
        strokeDasharray={1}
        strokeDashoffset={1 - Math.min(1, Math.max(0, fraction))}
        className={classes("stroke-(--hue)", moving && "timer-ring-moving", fraction <= 0 && "invisible")}
      />
    </svg>
    <div className="relative">{children}</div>
  </div>
);
