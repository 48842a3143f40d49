import { useId, type InputHTMLAttributes, type ReactNode, type SelectHTMLAttributes } from "react";
import { useTranslation } from "react-i18next";
import { ChevronDown } from "lucide-react";
import { classes } from "./classes.ts";
import { FieldError } from "./field-error.tsx";

interface Described {
  label: string;
  name: string;
  /** Translated; usually `failure?.errors[name]`. */
  error?: string | undefined;
  hint?: ReactNode;
}

const CONTROL = "block w-full min-h-target rounded-md border bg-surface px-3 py-2 text-base text-ink transition-colors";
const controlClass = (error: string | undefined, extra?: string) =>
  classes(CONTROL, error ? "border-bad" : "border-line-strong hover:border-ink-faint", extra);

interface FrameProps extends Omit<Described, "name"> {
  id: string;
  optional: boolean;
  children: ReactNode;
}

function FieldFrame({ id, label, error, hint, optional, children }: FrameProps) {
  const { t } = useTranslation();
  return (
    <div className="flex flex-col gap-1.5">
      <label htmlFor={id} className="flex items-baseline justify-between gap-2 text-sm font-medium text-ink">
        {label}
        {optional && <span className="text-xs font-normal text-ink-faint">{t("common.optional")}</span>}
      </label>
      {children}
      {hint && (
        <p id={`${id}-hint`} className="text-sm text-ink-soft">
          {hint}
        </p>
      )}
      <FieldError fieldId={id} error={error} />
    </div>
  );
}

const describedBy = (id: string, hint: ReactNode, error: string | undefined) =>
  classes(Boolean(hint) && `${id}-hint`, error && `${id}-error`) || undefined;

export interface TextFieldProps extends Omit<InputHTMLAttributes<HTMLInputElement>, "name">, Described {
  /** Says "optional" beside the label of a field that may stay empty. */
  optional?: boolean;
}

/** A labelled input; what is wrong stands under it and is read out with it. */
export function TextField({ label, name, error, hint, optional = false, id, type = "text", className, ...input }: TextFieldProps) {
  const made = useId();
  const own = id ?? made;
  return (
    <FieldFrame id={own} label={label} error={error} hint={hint} optional={optional}>
      <input
        dir={type === "text" || type === "search" ? "auto" : undefined}
        {...input}
        id={own}
        name={name}
        type={type}
        aria-invalid={error ? true : undefined}
        aria-describedby={describedBy(own, hint, error)}
        className={controlClass(error, className)}
      />
    </FieldFrame>
  );
}

export interface SelectFieldProps extends Omit<SelectHTMLAttributes<HTMLSelectElement>, "name" | "children">, Described {
  options: readonly { value: string; label: string; lang?: string }[];
}

/** A labelled native select. */
export function SelectField({ label, name, error, hint, options, id, className, ...select }: SelectFieldProps) {
  const made = useId();
  const own = id ?? made;
  return (
    <FieldFrame id={own} label={label} error={error} hint={hint} optional={false}>
      <div className="relative">
        <select
          {...select}
          id={own}
          name={name}
          aria-invalid={error ? true : undefined}
          aria-describedby={describedBy(own, hint, error)}
          className={controlClass(error, classes("appearance-none pe-10", className))}
        >
          {options.map((option) => (
            <option key={option.value} value={option.value} lang={option.lang}>
              {option.label}
            </option>
          ))}
        </select>
        <ChevronDown aria-hidden size={18} className="pointer-events-none absolute inset-y-0 end-3 my-auto text-ink-soft" />
      </div>
    </FieldFrame>
  );
}
