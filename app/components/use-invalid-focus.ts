import { useEffect, useRef } from "react";
import type { ShownFailure } from "./form-error.tsx";

/** A ref for a form: when it comes back refused, the first field that is wrong gets the focus. */
export function useInvalidFocus(failure: ShownFailure | undefined) {
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    if (failure) form.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
  }, [failure]);
  return form;
}

/** Whether the fields say all that is wrong, so that nothing need stand above them. */
export const fieldsSayItAll = (failure: ShownFailure | undefined): boolean => failure !== undefined && Object.keys(failure.errors).length > 0;
