import { Link, type LinkProps } from "@remix-run/react";
import { classes } from "./classes.ts";

/** A link within running text. */
export const TextLink = ({ className, ...rest }: LinkProps) => (
  <Link {...rest} className={classes("rounded-sm font-medium text-accent-ink underline decoration-1 underline-offset-4 hover:decoration-2", className)} />
);
