import { Link, type LinkProps } from "@remix-run/react";
import type { ButtonHTMLAttributes, MouseEvent, ReactNode } from "react";
import { classes } from "./classes.ts";
import { Spinner } from "./spinner.tsx";

export type ButtonVariant = "primary" | "secondary" | "ghost" | "danger";
export type ButtonSize = "sm" | "md";

const BASE = "relative inline-flex select-none items-center justify-center gap-2 rounded-md text-center font-medium transition-colors active:translate-y-px";

const VARIANTS: Record<ButtonVariant, string> = {
  primary: "bg-accent text-on-accent hover:bg-accent-strong",
  secondary: "border border-line-strong bg-surface text-ink hover:bg-sunken",
  ghost: "text-accent-ink hover:bg-accent-soft",
  danger: "bg-bad text-on-bad hover:bg-bad-strong",
};

// A small button looks small; its target stays 44 px by the invisible edge around it.
const SIZES: Record<ButtonSize, string> = {
  sm: "min-h-9 px-3 py-1 text-sm after:absolute after:inset-x-0 after:-inset-y-1 after:content-['']",
  md: "min-h-target px-4 py-2 text-base",
};

/** A button's look, for elements that are not ours to choose. */
export const buttonClass = (variant: ButtonVariant = "primary", size: ButtonSize = "md", extra?: string) =>
  classes(BASE, VARIANTS[variant], SIZES[size], "aria-disabled:opacity-60 disabled:opacity-50", extra);

interface Look {
  variant?: ButtonVariant | undefined;
  size?: ButtonSize | undefined;
  /** A lucide icon, before the words. */
  icon?: ReactNode;
}

export interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement>, Look {
  /** Under way: keeps its focus and its words, shows a spinner, and further presses do nothing. */
  busy?: boolean | undefined;
}

export function Button({ variant, size, icon, busy = false, type = "button", className, children, onClick, ...rest }: ButtonProps) {
  const press = (event: MouseEvent<HTMLButtonElement>) => {
    if (busy) event.preventDefault();
    else onClick?.(event);
  };
  return (
    <button {...rest} type={type} className={buttonClass(variant, size, className)} aria-busy={busy || undefined} aria-disabled={busy || undefined} onClick={press}>
      {busy ? <Spinner size={18} label={null} /> : icon}
      {children}
    </button>
  );
}

export interface LinkButtonProps extends LinkProps, Look {}

/** A link that looks like a button: it goes somewhere, a Button does something. */
export const LinkButton = ({ variant, size, icon, className, children, ...rest }: LinkButtonProps) => (
  <Link {...rest} className={buttonClass(variant, size, className)}>
    {icon}
    {children}
  </Link>
);
