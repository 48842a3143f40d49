/** What a form gets back when it was refused, as action data: shared by the actions and the components that show it. */
export interface FormFailure {
  ok: false;
  intent: string | null;
  /** `message` is translated; `field` names the input it belongs to; `current` is how it stands now, where something has moved on meanwhile. */
  error: { code: string; message: string; field?: string; current?: { state: string; version: number } };
  /** Translated, by field. */
  errors: Record<string, string>;
  /** What was typed or ticked, to be shown again; several values of one field with commas between them. Never a password. */
  values: Record<string, string>;
}

export const isFormFailure = (value: unknown): value is FormFailure => typeof value === "object" && value !== null && "ok" in value && value.ok === false && "errors" in value;
