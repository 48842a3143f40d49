import { Link } from "@remix-run/react";
import type { ReactNode } from "react";
import { classes } from "./classes.ts";

/** Rows with hairlines between them. */
export const List = ({ children, className }: { children: ReactNode; className?: string }) => <ul className={classes("divide-y divide-line", className)}>{children}</ul>;

interface ListRowProps {
  /** Avatar or icon. */
  leading?: ReactNode;
  title: ReactNode;
  text?: ReactNode;
  /** At the end: time, badge, button. */
  trailing?: ReactNode;
  /** Makes the whole row a link. */
  to?: string;
}

const ROW = "flex min-h-14 w-full items-center gap-3 px-4 py-2.5 text-start";

export function ListRow({ leading, title, text, trailing, to }: ListRowProps) {
  const inside = (
    <>
      {leading}
      <span className="min-w-0 flex-1">
        <span className="block truncate font-medium">{title}</span>
        {text !== undefined && <span className="block truncate text-sm text-ink-soft">{text}</span>}
      </span>
      {trailing}
    </>
  );
  return (
    <li>
      {to === undefined ? (
        <div className={ROW}>{inside}</div>
      ) : (
        <Link to={to} prefetch="intent" className={classes(ROW, "transition-colors -outline-offset-2 hover:bg-sunken")}>
          {inside}
        </Link>
      )}
    </li>
  );
}
