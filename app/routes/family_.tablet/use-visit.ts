import { useFetcher } from "@remix-run/react";
import { useCallback, useEffect, useRef, useState } from "react";
import { VISIT_MS } from "#app/domain/families/tablet.ts";
import { useConnectionState } from "#app/realtime/live.tsx";
import type { WallLoad, WallPerson } from "./wall-load.ts";

/** Touches are told to the server at most so often. */
const STAY_EVERY_MS = 10_000;
const LOOK_EVERY_MS = 500;
/** From then on the seconds are shown. */
const WARN_S = 15;
const PAGE = "/family/tablet";

export interface VisitOnWall {
  person: WallPerson | null;
  /** Whose PIN is being typed; in one's own browser, who has pressed their face. */
  asked: string | null;
  ask: (memberId: string | null) => void;
  leave: () => void;
  /** Until the wall asks again who is there, when that is soon. */
  secondsLeft: number | null;
}

/**
 * Who stands at the wall, as far as the page knows: until they leave, or touch nothing for VISIT_MS. The server keeps the
 * same rule for tablets by itself, and the page counts from what it has heard. In one's own browser nobody need say who
 * they are: being asked is being there.
 */
export function useVisit({ person: loaded, tablet }: Pick<WallLoad, "person" | "tablet">, refused: string | null): VisitOnWall {
  const { submit } = useFetcher();
  const offline = useConnectionState() === "offline";
  const [left, setLeft] = useState<WallPerson | null>(null);
  const [asked, setAsked] = useState(refused);
  const [secondsLeft, setSecondsLeft] = useState<number | null>(null);
  const deadline = useRef(Infinity);
  const toldAt = useRef(-Infinity);
  const person = loaded === left ? null : loaded;
  const visiting = person !== null && person.leftMs !== null;

  const post = useCallback((intent: "stay" | "leave") => submit({ intent }, { method: "post", action: PAGE, preventScrollReset: true }), [submit]);
  const leave = useCallback(() => {
    setAsked(null);
    if (!tablet) return;
    setLeft(loaded);
    if (!offline) post("leave");
  }, [loaded, tablet, offline, post]);
  const ask = useCallback((memberId: string | null) => {
    deadline.current = performance.now() + VISIT_MS;
    setAsked(memberId);
  }, []);

  // Each load says anew how long.
  useEffect(() => {
    if (loaded?.leftMs == null) return;
    deadline.current = performance.now() + loaded.leftMs;
    toldAt.current = performance.now();
    setAsked(null);
  }, [loaded]);

  useEffect(() => {
    if (!visiting && asked === null) return;
    const touched = () => {
      const now = performance.now();
      if (!visiting) deadline.current = now + VISIT_MS;
      else if (!offline && now < deadline.current && now - toldAt.current > STAY_EVERY_MS) {
        toldAt.current = now;
        post("stay");
      }
    };
    const look = setInterval(() => {
      const seconds = Math.ceil((deadline.current - performance.now()) / 1_000);
      setSecondsLeft(visiting && seconds <= WARN_S ? Math.max(0, seconds) : null);
      if (seconds > 0) return;
      if (visiting) leave();
      else setAsked(null);
    }, LOOK_EVERY_MS);
    window.addEventListener("pointerdown", touched);
    window.addEventListener("keydown", touched);
    return () => {
      clearInterval(look);
      window.removeEventListener("pointerdown", touched);
      window.removeEventListener("keydown", touched);
    };
  }, [visiting, asked, offline, leave, post]);

  return { person, asked: visiting ? null : asked, ask, leave, secondsLeft: visiting ? secondsLeft : null };
}
