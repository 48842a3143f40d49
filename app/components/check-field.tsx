import { useId, type ReactNode } from "react";
import { FieldError } from "./field-error.tsx";

interface CheckFieldProps {
  label: string;
  name: string;
  hint?: ReactNode;
  defaultChecked: boolean;
  error?: string | undefined;
}

/** One thing that is so or not: a native checkbox, its whole line 44 px high to press, the box itself above the line. Sends `on`, or nothing. */
export function CheckField({ label, name, hint, defaultChecked, error }: CheckFieldProps) {
  const id = useId();
  const describedBy = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(" ");
  return (
    <div className="flex flex-col gap-1.5">
      <div className="relative flex min-h-target gap-3 rounded-md border border-line-strong bg-surface px-3 py-2 transition-colors has-checked:bg-accent-soft">
        <input id={id} type="checkbox" name={name} value="on" defaultChecked={defaultChecked} aria-invalid={error ? true : undefined} aria-describedby={describedBy || undefined} className="relative z-1 mt-0.5 size-5 flex-none accent-accent" />
        <div className="min-w-0 flex-1">
          <label htmlFor={id} className="block cursor-pointer after:absolute after:inset-0">
            {label}
          </label>
          {hint && (
            <p id={`${id}-hint`} className="text-sm text-ink-soft">
              {hint}
            </p>
          )}
        </div>
      </div>
      <FieldError fieldId={id} error={error} />
    </div>
  );
}
