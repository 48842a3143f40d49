import { useCallback, useSyncExternalStore } from "react";
import { browserTimers } from "#app/realtime/browser.ts";
import { serverTime } from "./browser.ts";

const MINUTE_MS = 60_000;
const minuteOf = (ms: number) => ms - (ms % MINUTE_MS);

/**
 * The minute that it is by the server's clock, ms since 1970.
 * @param loadedAt the server's time when the page was loaded: what is rendered first, here and on the server
 */
export function useMinute(loadedAt: number): number {
  const subscribe = useCallback(
    (tell: () => void) => {
      let cancel = () => {};
      const wait = () => {
        cancel();
        cancel = browserTimers.after(MINUTE_MS - (serverTime.now(loadedAt) % MINUTE_MS), () => {
          tell();
          wait();
        });
      };
      wait();
      const release = serverTime.use();
      const forget = serverTime.onCorrected(() => {
        tell();
        wait();
      });
      return () => {
        cancel();
        forget();
        release();
      };
    },
    [loadedAt],
  );
  return useSyncExternalStore(subscribe, () => minuteOf(serverTime.now(loadedAt)), () => minuteOf(loadedAt));
}
