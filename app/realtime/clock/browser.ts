/** The clock as a real browser has it: one for the whole tab. */
import { browserTimers } from "#app/realtime/browser.ts";
import { browserLog } from "#app/realtime/browser-log.ts";
import { isRecord } from "#app/realtime/live-event.ts";
import { ServerTime } from "./server-time.ts";

/** @throws TypeError when the server cannot be reached, or answers something else */
async function ask(): Promise<number> {
  const response = await fetch("/api/time", { cache: "no-store" });
  const answer: unknown = response.ok ? await response.json().catch(() => null) : null;
  if (!isRecord(answer) || typeof answer["now"] !== "number") throw new TypeError(`no time: ${response.status}`);
  return answer["now"];
}

function onShown(shown: () => void): () => void {
  const listeners = new AbortController();
  const { signal } = listeners;
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && shown(), { signal });
  window.addEventListener("pageshow", (event) => event.persisted && shown(), { signal });
  window.addEventListener("online", shown, { signal });
  return () => listeners.abort();
}

export const serverTime = new ServerTime({ monotonic: () => performance.now(), wall: () => Date.now(), after: browserTimers.after, ask, onShown, log: browserLog });
