import { useId, type ReactNode } from "react";
import { FieldError } from "./field-error.tsx";

interface ChoiceFieldProps {
  legend: string;
  name: string;
  options: readonly { value: string; label: string; hint?: ReactNode; lang?: string }[];
  defaultValue?: string | undefined;
  error?: string | undefined;
}

/** A few choices of which one holds: native radio buttons in one frame, each 44 px high. */
export function ChoiceField({ legend, name, options, defaultValue, error }: ChoiceFieldProps) {
  const id = useId();
  return (
    <fieldset className="flex flex-col gap-1.5" aria-describedby={error ? `${id}-error` : undefined}>
      <legend className="mb-1.5 text-sm font-medium">{legend}</legend>
      <div className="divide-y divide-line overflow-hidden rounded-md border border-line-strong bg-surface">
        {options.map((option) => (
          <label key={option.value} lang={option.lang} className="flex min-h-target cursor-pointer items-center gap-3 px-3 py-2 transition-colors has-checked:bg-accent-soft">
            <input type="radio" name={name} value={option.value} defaultChecked={option.value === defaultValue} className="size-5 flex-none accent-accent" />
            <span className="min-w-0">
              <span className="block">{option.label}</span>
              {option.hint && <span className="block text-sm text-ink-soft">{option.hint}</span>}
            </span>
          </label>
        ))}
      </div>
      <FieldError fieldId={id} error={error} />
    </fieldset>
  );
}
