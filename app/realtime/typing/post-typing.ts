import { browserLog } from "#app/realtime/browser-log.ts";
import type { TypingState } from "./signal.ts";

/** Where the server tells: a little more than a second apart, so that two that travel unevenly are not one too many. */
export const POST_EVERY_MS = 1_200;

/** Has the server tell the others. One that is lost is not repeated: it would be no longer true. */
export async function postTyping(typing: { conversationId: string; state: TypingState }): Promise<void> {
  try {
    await fetch("/api/typing", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(typing), keepalive: true });
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    browserLog("typing was not told", { error: error.message });
  }
}
