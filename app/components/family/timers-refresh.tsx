import type { TimerData } from "#app/domain/timers/machine.ts";

interface RefreshWithoutScriptProps {
  timers: readonly TimerData[];
  /** The server's time when the page was loaded. */
  now: number;
}

const SECOND_MS = 1_000;
const EVERY_S = 60;
/** The server expires a little later. */
const AFTER_END_S = 1;

/** For pages without a form: without JavaScript the page loads itself anew when the next timer ends, and every minute while any runs. */
export function RefreshWithoutScript({ timers, now }: RefreshWithoutScriptProps) {
  const ends = timers.flatMap(({ state, endsAt }) => (state === "running" && endsAt !== null ? [Math.ceil((endsAt - now) / SECOND_MS) + AFTER_END_S] : []));
  if (ends.length === 0) return null;
  return (
    <noscript>
      <meta httpEquiv="refresh" content={String(Math.max(AFTER_END_S, Math.min(EVERY_S, ...ends)))} />
    </noscript>
  );
}
