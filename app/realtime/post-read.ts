import { browserLog } from "./browser-log.ts";

/**
 * Tells the server how far the reader has read. A lost report is not repeated: the next message seen, or the next
 * opening of the chat, reports again, and the position never goes back.
 */
export async function postRead(read: { conversationId: string; upTo: string }): Promise<void> {
  try {
    await fetch("/api/reads", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(read), keepalive: true });
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    browserLog("the read position was not reported", { error: error.message });
  }
}
