import { browserLog } from "#app/realtime/browser-log.ts";

/** Asks the server to bring a timer up to now. A lost question is not repeated: the next page load shows the truth. */
export async function postTimerSync(timerId: string): Promise<void> {
  try {
    // Where the form's answer leads to is of no interest here: the change comes as an event.
    await fetch("/family", { method: "POST", body: new URLSearchParams({ intent: "timer-sync", timerId }), redirect: "manual" });
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    browserLog("the timer was not synced", { error: error.message });
  }
}
