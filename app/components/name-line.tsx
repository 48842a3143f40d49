import type { ReactNode } from "react";
import { classes } from "./classes.ts";

/**
 * A name, of any script, on a line of its own. It begins where the page's lines begin, and what there is no room
 * for is left out at the name's own end: a plain `truncate` around it would cut off the beginning of an Arabic name
 * on an English page, and a `<bdi>` as wide as the line would set it on the far side.
 */
export const NameLine = ({ children, className }: { children: ReactNode; className?: string }) => (
  <span className={classes("flex min-w-0", className)}>
    <bdi className="truncate">{children}</bdi>
  </span>
);
