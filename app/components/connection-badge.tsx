import { useTranslation } from "react-i18next";
import { classes } from "./classes.ts";

export type ConnectionState = "connecting" | "connected" | "polling" | "offline";

const COLOURS: Record<ConnectionState, string> = { connected: "text-good", connecting: "text-ink-soft", polling: "text-waiting", offline: "text-bad" };

// Told by shape and word as well as by colour: a full disc, an open ring, a half disc, a ring struck through.
const SHAPES: Record<ConnectionState, JSX.Element> = {
  connected: <circle cx="6" cy="6" r="4.5" fill="currentColor" />,
  connecting: <circle cx="6" cy="6" r="4.25" stroke="currentColor" strokeWidth="1.5" strokeDasharray="4 2.7" />,
  polling: (
    <>
      <circle cx="6" cy="6" r="4.25" stroke="currentColor" strokeWidth="1.5" />
      <path d="M6 1.75a4.25 4.25 0 0 1 0 8.5z" fill="currentColor" />
    </>
  ),
  offline: (
    <>
      <circle cx="6" cy="6" r="4.25" stroke="currentColor" strokeWidth="1.5" />
      <path d="m2.5 9.5 7-7" stroke="currentColor" strokeWidth="1.5" />
    </>
  ),
};

/** How the page is connected; a change is read out. */
export function ConnectionBadge({ state, className, wordClassName }: { state: ConnectionState; className?: string; wordClassName?: string }) {
  const { t } = useTranslation();
  return (
    <span role="status" data-connection={state} title={t(`connection.explain.${state}`)} className={classes("inline-flex items-center gap-1.5 text-xs font-medium", COLOURS[state], className)}>
      <svg aria-hidden width="12" height="12" viewBox="0 0 12 12" fill="none" className="flex-none">
        {SHAPES[state]}
      </svg>
      <span className="sr-only">{t("connection.label")}</span>
      <span className={wordClassName}>{t(`connection.${state}`)}</span>
    </span>
  );
}
