import type { TimerData } from "#app/domain/timers/machine.ts";
import type { WallPerson } from "./wall-load.ts";

interface ReturnWithoutScriptProps {
  timers: readonly TimerData[];
  /** The server's time when the page was loaded. */
  now: number;
  person: WallPerson | null;
  /** Whether a PIN is asked for. */
  asking: boolean;
}

const SECOND_MS = 1_000;
/** What happens elsewhere shows so soon. */
const EVERY_S = 30;
/** Long enough to type a PIN, and then somebody has gone. */
const ASKING_S = 60;
/** The server expires timers and visits by then. */
const AFTER_END_S = 1;

/** Without JavaScript the wall loads itself anew: soon, when a timer ends, and when whoever stands there is taken to be gone. */
export function ReturnWithoutScript({ timers, now, person, asking }: ReturnWithoutScriptProps) {
  const ends = timers.flatMap(({ state, endsAt }) => (state === "running" && endsAt !== null ? [(endsAt - now) / SECOND_MS] : []));
  const soonest = Math.max(AFTER_END_S, Math.ceil(Math.min(EVERY_S, ...ends)) + AFTER_END_S);
  const seconds = asking ? ASKING_S : person?.leftMs != null ? Math.ceil(person.leftMs / SECOND_MS) + AFTER_END_S : soonest;
  return (
    <noscript>
      <meta httpEquiv="refresh" content={`${seconds};url=/family/tablet`} />
    </noscript>
  );
}
