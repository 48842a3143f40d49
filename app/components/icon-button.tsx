import type { MouseEvent, ReactNode } from "react";
import type { ButtonProps, ButtonVariant } from "./button.tsx";
import { classes } from "./classes.ts";
import { Spinner } from "./spinner.tsx";

interface IconButtonProps extends Omit<ButtonProps, "children" | "size" | "icon"> {
  /** Its accessible name, also shown as a tip. */
  label: string;
  icon: ReactNode;
}

const VARIANTS: Record<ButtonVariant, string> = {
  primary: "bg-accent text-on-accent hover:bg-accent-strong",
  secondary: "border border-line-strong bg-surface text-ink hover:bg-sunken",
  ghost: "text-ink-soft hover:bg-sunken hover:text-ink",
  danger: "text-bad hover:bg-bad-soft",
};

/** 44 × 44 px. */
export function IconButton({ label, icon, variant = "ghost", busy = false, type = "button", className, onClick, ...rest }: IconButtonProps) {
  const press = (event: MouseEvent<HTMLButtonElement>) => {
    if (busy) event.preventDefault();
    else onClick?.(event);
  };
  return (
    <button
      {...rest}
      type={type}
      aria-label={label}
      title={label}
      aria-busy={busy || undefined}
      aria-disabled={busy || undefined}
      onClick={press}
      className={classes("inline-flex size-target flex-none items-center justify-center rounded-md transition-colors disabled:opacity-50 aria-disabled:opacity-60", VARIANTS[variant], className)}
    >
      {busy ? <Spinner size={20} label={null} /> : icon}
    </button>
  );
}
