import { useId } from "react";
import { FieldError } from "#app/components/field-error.tsx";

interface TicksFieldProps {
  legend: string;
  name: string;
  options: readonly { value: string; label: string }[];
  ticked: readonly string[];
  error?: string | undefined;
}

/** Some of a few things: native checkboxes beside each other, each 44 px high. */
export function TicksField({ legend, name, options, ticked, error }: TicksFieldProps) {
  const id = useId();
  return (
    <fieldset className="flex flex-col gap-1.5" aria-describedby={error ? `${id}-error` : undefined}>
      <legend className="mb-1.5 text-sm font-medium">{legend}</legend>
      <div className="flex flex-wrap gap-2">
        {options.map(({ value, label }) => (
          <label key={value} className="flex min-h-target cursor-pointer items-center gap-2 rounded-md border border-line-strong bg-surface px-3 transition-colors has-checked:bg-accent-soft">
            <input type="checkbox" name={name} value={value} defaultChecked={ticked.includes(value)} aria-invalid={error ? true : undefined} className="size-5 flex-none accent-accent" />
            <bdi>{label}</bdi>
          </label>
        ))}
      </div>
      <FieldError fieldId={id} error={error} />
    </fieldset>
  );
}
