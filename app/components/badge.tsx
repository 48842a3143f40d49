import type { ReactNode } from "react";
import { classes } from "./classes.ts";

export type Tone = "neutral" | "accent" | "good" | "waiting" | "bad";

const TONES: Record<Tone, string> = {
  neutral: "bg-sunken text-ink-soft",
  accent: "bg-accent text-on-accent",
  good: "bg-good-soft text-good",
  waiting: "bg-waiting-soft text-waiting",
  bad: "bg-bad-soft text-bad",
};

interface BadgeProps {
  tone?: Tone;
  /** A small shape before the words: state is never told by colour alone. */
  icon?: ReactNode;
  children: ReactNode;
}

/** A count or a state in a word. */
export const Badge = ({ tone = "neutral", icon, children }: BadgeProps) => (
  <span className={classes("figures inline-flex h-6 min-w-6 flex-none items-center justify-center gap-1 rounded-full px-2 text-xs font-semibold leading-none", TONES[tone])}>
    {icon}
    {children}
  </span>
);
