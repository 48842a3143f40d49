import type { ReactNode } from "react";
import { Drawing, type DrawingName } from "./drawings.tsx";

interface EmptyStateProps {
  drawing?: DrawingName;
  icon?: ReactNode;
  title: ReactNode;
  text: string;
  /** The first step. */
  action?: ReactNode;
}

/** Says what will be here and offers the first step. */
export const EmptyState = ({ drawing, icon, title, text, action }: EmptyStateProps) => (
  <div className="flex flex-col items-center px-6 py-10 text-center">
    {drawing ? <Drawing name={drawing} /> : icon}
    <p className="mt-4 text-lg font-semibold">{title}</p>
    <p className="mt-1 max-w-80 text-ink-soft">{text}</p>
    {action && <div className="mt-5">{action}</div>}
  </div>
);
