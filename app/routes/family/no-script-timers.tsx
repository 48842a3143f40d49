import type { CSSProperties } from "react";
import { useTranslation } from "react-i18next";
import { FormError } from "#app/components/form-error.tsx";
import type { RefusedForm } from "#app/components/family/family-form.ts";

interface NoScriptTimersProps {
  count: number;
  failure: RefusedForm | undefined;
}

/** Without JavaScript the timers stand in a frame that loads itself anew, so that what is half typed beside it stays. */
export function NoScriptTimers({ count, failure }: NoScriptTimersProps) {
  const { t } = useTranslation();
  // A frame does not grow by itself: it gets room for the rows that there are, in one, two or three columns.
  const room = Object.fromEntries([1, 2, 3].map((columns) => [`--rows-${columns}`, Math.max(1, Math.ceil(count / columns))])) satisfies CSSProperties;
  return (
    <noscript>
      {failure?.intent?.startsWith("timer-") === true && failure.intent !== "timer-start" && <FormError failure={failure} />}
      <iframe src="/family/timers" title={t("timers.title")} className="timers-frame" style={room} />
    </noscript>
  );
}
