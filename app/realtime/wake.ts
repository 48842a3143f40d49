import type { Timers } from "./environment.ts";

const TICK_MS = 2_000;
/** A tick late by more means that the device slept, or that the browser had stopped this page's timers. */
export const WAKE_LATE_MS = 5_000;

/** Tells when the device woke up. @returns stops watching */
export function watchWake(timers: Timers, onWake: () => void): () => void {
  let cancel = () => {};
  const tick = (due: number) => {
    cancel = timers.after(TICK_MS, () => {
      const now = timers.now();
      tick(now + TICK_MS);
      if (now - due > WAKE_LATE_MS) onWake();
    });
  };
  tick(timers.now() + TICK_MS);
  return () => cancel();
}
