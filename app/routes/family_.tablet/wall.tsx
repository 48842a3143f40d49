import { useSearchParams } from "@remix-run/react";
import { FormError } from "#app/components/form-error.tsx";
import type { FormFailure } from "#app/http/form-failure.ts";
import { useConnectionState } from "#app/realtime/live.tsx";
import { Acting } from "./acting.tsx";
import { Faces } from "./faces.tsx";
import { Glance } from "./glance.tsx";
import { PersonBar } from "./person-bar.tsx";
import { PinPad } from "./pin-pad.tsx";
import { useVisit } from "./use-visit.ts";
import { useWakeLock } from "./use-wake-lock.ts";
import { useWall } from "./use-wall.ts";
import { WallHeader } from "./wall-header.tsx";
import type { WallLoad } from "./wall-load.ts";
import { ReturnWithoutScript } from "./return-without-script.tsx";

interface WallProps {
  loaded: WallLoad;
  /** Of a form that was posted as a document. */
  posted: FormFailure | undefined;
  /** Null in somebody's own browser. */
  onRevoked: (() => void) | null;
}

/** Three walls in one: what all may see, the question who is there, and what whoever is there may do. */
export function Wall({ loaded, posted, onRevoked }: WallProps) {
  const [search] = useSearchParams();
  const { state, minute, today } = useWall(loaded, onRevoked);
  const refused = posted?.intent === "enter" ? (posted.values["memberId"] ?? null) : null;
  const { person, asked, ask, leave, secondsLeft } = useVisit(loaded, refused ?? search.get("who"));
  const connection = useConnectionState();
  useWakeLock(loaded.tablet !== null);
  const own = loaded.tablet === null;
  const candidate = state.members.find(({ id }) => id === asked);
  const standing = own ? person && (candidate?.id === person.id || posted !== undefined) : person !== null;
  const member = standing ? state.members.find(({ id }) => id === person?.id) : undefined;
  const seen = { state, now: loaded.now, today };
  return (
    <div className="wall" data-wall={member ? "person" : candidate && !own ? "pin" : "glance"}>
      <ReturnWithoutScript timers={state.timers} now={loaded.now} person={person} asking={candidate !== undefined || posted !== undefined} />
      <WallHeader family={state.family} minute={minute} today={today} connection={loaded.tablet ? connection : null} />
      {posted && posted.intent !== "enter" && !person && (
        <div className="px-(--wall-edge)">
          <FormError failure={posted} />
        </div>
      )}
      {person && member ? (
        <>
          <PersonBar member={member} balance={state.stars.members[member.id]?.balance ?? 0} own={own} secondsLeft={secondsLeft} onLeave={leave} />
          <Acting {...seen} person={person} templates={loaded.templates} rewards={loaded.rewards} formKey={loaded.formKey} failure={posted} />
        </>
      ) : candidate && !own ? (
        <PinPad key={candidate.id} member={candidate} hasPin={loaded.withPin.includes(candidate.id)} posted={posted} onBack={() => ask(null)} />
      ) : (
        <>
          <Glance {...seen} />
          <Faces members={own ? state.members.filter(({ id }) => id === person?.id) : state.members} own={own} stars={state.stars} onChoose={ask} />
        </>
      )}
    </div>
  );
}
