import { CircleAlert, CircleCheck, Clock, Info } from "lucide-react";
import type { ReactNode } from "react";
import type { Tone } from "./badge.tsx";
import { classes } from "./classes.ts";

const LOOK: Record<Tone, { icon: typeof Info; className: string }> = {
  neutral: { icon: Info, className: "border-line bg-sunken text-ink" },
  accent: { icon: Info, className: "border-accent/30 bg-accent-soft text-accent-ink" },
  good: { icon: CircleCheck, className: "border-good/30 bg-good-soft text-good" },
  waiting: { icon: Clock, className: "border-waiting/30 bg-waiting-soft text-waiting" },
  bad: { icon: CircleAlert, className: "border-bad/30 bg-bad-soft text-bad" },
};

interface BannerProps {
  tone?: Tone;
  title: ReactNode;
  children?: ReactNode;
  /** One thing to do about it: a Button or a LinkButton. */
  action?: ReactNode;
}

/** A message that belongs to the page: what happened, what is safe, what to do. */
export function Banner({ tone = "neutral", title, children, action }: BannerProps) {
  const { icon: Icon, className } = LOOK[tone];
  return (
    <div className={classes("flex flex-wrap items-start gap-x-4 gap-y-2 rounded-card border p-3", className)}>
      <div className="flex min-w-0 flex-1 basis-60 items-start gap-2.5">
        <Icon aria-hidden size={20} className="mt-[0.15em]" />
        <div className="min-w-0">
          <p className="font-medium">{title}</p>
          {children && <div className="text-sm text-ink">{children}</div>}
        </div>
      </div>
      {action}
    </div>
  );
}
