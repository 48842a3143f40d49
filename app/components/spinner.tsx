import { useTranslation } from "react-i18next";

interface SpinnerProps {
  /** Edge in px. */
  size?: number;
  /** What is under way; null where the words stand beside it already. */
  label?: string | null;
}

/** A quarter of a ring that turns; under reduced motion it stands still and the words tell. */
export function Spinner({ size = 20, label }: SpinnerProps) {
  const { t } = useTranslation();
  const words = label === undefined ? t("common.loading") : label;
  return (
    <span role={words === null ? undefined : "status"} className="inline-flex flex-none items-center">
      <svg aria-hidden width={size} height={size} viewBox="0 0 20 20" fill="none" className="animate-turn">
        <circle cx="10" cy="10" r="7.5" stroke="currentColor" strokeWidth="2" opacity="0.25" />
        <path d="M10 2.5a7.5 7.5 0 0 1 7.5 7.5" stroke="currentColor" strokeWidth="2" strokeLinecap="round" />
      </svg>
      {words !== null && <span className="sr-only">{words}</span>}
    </span>
  );
}
