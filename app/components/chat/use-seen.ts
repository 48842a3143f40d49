import { useCallback, useEffect, useRef, type RefObject } from "react";
import { browserTimers } from "#app/realtime/browser.ts";
import { SeenTracker } from "./seen-tracker.ts";

/** So much of a message counts as the message; of one that is taller than the screen, so much of the screen. */
const SHOWN_SHARE = 0.5;
/** Fine enough below for a message of twenty screens. */
const STEPS = [0, 0.01, 0.025, 0.05, 0.1, 0.2, 0.35, SHOWN_SHARE, 0.75, 1];

/**
 * Watches which messages were really on a visible screen.
 * @param scroller what scrolls the messages
 * @param onSeen called with the highest `data-seq` seen so far, each time it grows
 * @returns a ref callback for each message's element
 */
export function useSeen(scroller: RefObject<HTMLElement>, onSeen: (seq: number) => void) {
  const observer = useRef<IntersectionObserver>();
  const waiting = useRef(new Set<HTMLElement>());
  const latest = useRef(onSeen);
  latest.current = onSeen;

  useEffect(() => {
    const tracker = new SeenTracker({ after: browserTimers.after, isVisible: () => document.visibilityState === "visible", onSeen: (seq) => latest.current(seq) });
    const watching = new IntersectionObserver((entries) => entries.forEach((entry) => tracker.moved(seqOf(entry.target), isShown(entry))), { root: scroller.current, threshold: STEPS });
    observer.current = watching;
    for (const element of waiting.current) watching.observe(element);
    waiting.current.clear();
    document.addEventListener("visibilitychange", tracker.look);
    return () => {
      document.removeEventListener("visibilitychange", tracker.look);
      watching.disconnect();
      observer.current = undefined;
      tracker.stop();
    };
  }, [scroller]);

  return useCallback((element: HTMLElement | null) => {
    if (!element) return;
    // Refs are set before effects run: the first messages wait for the observer.
    if (observer.current) observer.current.observe(element);
    else waiting.current.add(element);
  }, []);
}

/** Only others' messages have a number here. */
const seqOf = (element: Element) => Number((element as HTMLElement).dataset["seq"] ?? 0);

function isShown({ isIntersecting, intersectionRatio, intersectionRect, rootBounds }: IntersectionObserverEntry): boolean {
  return isIntersecting && (intersectionRatio >= SHOWN_SHARE || intersectionRect.height >= SHOWN_SHARE * (rootBounds?.height ?? Number.POSITIVE_INFINITY));
}
