import { useEffect } from "react";
import { browserLog } from "#app/realtime/browser-log.ts";

/** Keeps the screen on, where the browser can: a wall that is dark tells nobody anything. */
export function useWakeLock(wanted: boolean): void {
  useEffect(() => {
    const wake = (navigator as { wakeLock?: WakeLock }).wakeLock;
    if (!wanted || !wake) return;
    const listeners = new AbortController();
    let lock: WakeLockSentinel | null = null;
    const hold = async () => {
      if (document.visibilityState !== "visible" || (lock && !lock.released)) return;
      try {
        const held = await wake.request("screen");
        if (listeners.signal.aborted) await held.release();
        else lock = held;
      } catch (error) {
        // A battery that is low, a policy of the device: the screen goes dark as it always did.
        if (!(error instanceof DOMException)) throw error;
        browserLog("the screen is not kept on", { error: error.message });
      }
    };
    document.addEventListener("visibilitychange", () => void hold(), { signal: listeners.signal });
    void hold();
    return () => {
      listeners.abort();
      void lock?.release();
    };
  }, [wanted]);
}
