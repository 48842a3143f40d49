import { useEffect, useRef } from "react";
import type { RefusedForm } from "./family-form.ts";

/** Calls once when a form that was under way has been accepted. @param onDone a stable function */
export function useDone({ busy, failure }: { busy: string | null; failure: RefusedForm | undefined }, onDone: () => void): void {
  const wasBusy = useRef(false);
  useEffect(() => {
    if (wasBusy.current && busy === null && !failure) onDone();
    wasBusy.current = busy !== null;
  }, [busy, failure, onDone]);
}
