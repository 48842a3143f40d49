import type { ReactNode } from "react";
import { classes } from "./classes.ts";

interface PageProps {
  title: ReactNode;
  text?: ReactNode;
  /** At the end of the heading's line. */
  action?: ReactNode;
  /** readable: text and forms. wide: dashboards. */
  width?: "readable" | "wide";
  children: ReactNode;
}

/** A page inside the frame: heading, then cards under each other at a readable width. */
export const Page = ({ title, text, action, width = "readable", children }: PageProps) => (
  <div className={classes("mx-auto flex w-full flex-col gap-6 px-4 pt-5 pb-10 md:px-8 md:pt-9", width === "readable" ? "max-w-readable" : "max-w-6xl")}>
    <header className="flex flex-wrap items-end justify-between gap-x-4 gap-y-2">
      <div className="min-w-0">
        <h1 className="text-xl">{title}</h1>
        {text && <p className="mt-1 text-ink-soft">{text}</p>}
      </div>
      {action}
    </header>
    {children}
  </div>
);
