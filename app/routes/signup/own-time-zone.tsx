import { useEffect, useRef } from "react";

/** The browser's time zone, where scripts run; empty otherwise, and settings can name it later. */
export function OwnTimeZone() {
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (input.current) input.current.value = new Intl.DateTimeFormat().resolvedOptions().timeZone;
  }, []);
  return <input ref={input} type="hidden" name="timeZone" defaultValue="" />;
}
