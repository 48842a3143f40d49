import { CircleAlert } from "lucide-react";

interface FieldErrorProps {
  /** The field's own id: the control is described by `${fieldId}-error`. */
  fieldId: string;
  /** Translated; nothing is shown without one. */
  error: string | undefined;
}

/** What is wrong with one field, under it. */
export function FieldError({ fieldId, error }: FieldErrorProps) {
  if (!error) return null;
  return (
    <p id={`${fieldId}-error`} className="flex items-start gap-1.5 text-sm text-bad">
      <CircleAlert aria-hidden size={16} className="mt-[0.2em]" />
      <span>{error}</span>
    </p>
  );
}
