import { useEffect, useRef } from "react";
import { Banner } from "./banner.tsx";

/** The part of a refused form that is shown (app/http/form-failure.ts). */
export interface ShownFailure {
  intent: string | null;
  error: { code: string; message: string; field?: string };
  errors: Record<string, string>;
}

const isShownFailure = (value: unknown): value is ShownFailure =>
  typeof value === "object" && value !== null && "ok" in value && value.ok === false && "errors" in value;

/**
 * Action data as a failure, or undefined; with an intent only the failure of that form.
 * Fields take `failure?.errors["email"]` and `failure?.values["email"]`.
 */
export function failureOf<F extends ShownFailure>(data: F | { ok: true } | object | null | undefined, intent?: string): F | undefined {
  if (!isShownFailure(data)) return undefined;
  return intent === undefined || data.intent === intent ? (data as F) : undefined;
}

/**
 * Why a form was refused, above its fields. Takes the focus, so that it is read out and seen; the code stands
 * small beside the sentence. Nothing when the fields themselves say it all.
 */
export function FormError({ failure }: { failure: ShownFailure | null | undefined }) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (failure) box.current?.focus();
  }, [failure]);
  if (!failure) return null;
  return (
    <div ref={box} role="alert" tabIndex={-1}>
      <Banner tone="bad" title={failure.error.message}>
        <code className="text-xs text-ink-soft" dir="ltr">
          {failure.error.code}
        </code>
      </Banner>
    </div>
  );
}
