/** Background Sync: the queue goes out although all pages are closed. */
import { browserTimers } from "#app/realtime/browser.ts";
import { browserLog } from "#app/realtime/browser-log.ts";
import { drainOnce } from "#app/realtime/offline/drain.ts";
import { broadcastChannel } from "#app/realtime/offline/queue-channel.ts";
import { QueueDatabase } from "#app/realtime/offline/queue-database.ts";
import { NOT_SIGNED_IN, postMessage } from "#app/realtime/post-message.ts";
import { uploadByFetch } from "#app/realtime/uploads/upload-request.ts";

const TAG = /^roost-queue-([0-9a-f]{32})$/;

/**
 * Sends what a person's queue holds, unless a page is about it: that page may be closed before it succeeds, so the
 * browser is asked to look again as long as anything waits.
 * @param name of the queue: the sync's tag, its database, its lock and its channel
 * @throws when something is left: the browser then tries again, later and later
 */
export async function replay(name: string, locks: LockManager): Promise<void> {
  const userId = TAG.exec(name)?.[1];
  if (userId === undefined) return;
  const channel = broadcastChannel(name);
  try {
    await locks.request(name, { ifAvailable: true }, async (lock) => {
      if (lock) return drain(userId, name, channel.tell);
      // An open page sends; it may be waiting for a network that is back.
      channel.tell({ kind: "wake" });
      return stillWaiting(name);
    });
  } finally {
    channel.close();
  }
}

async function stillWaiting(name: string): Promise<void> {
  const database = new QueueDatabase(name);
  try {
    const kept = await database.all();
    if (kept.some(({ refusal }) => refusal === null)) throw new Error("messages are waiting, and a page is about them");
  } finally {
    database.close();
  }
}

async function drain(userId: string, name: string, tell: ReturnType<typeof broadcastChannel>["tell"]): Promise<void> {
  const database = new QueueDatabase(name);
  let signedOut = false;
  const post = postMessage({ ...browserTimers, fetch: (url, init) => fetch(url, init) }, userId, uploadByFetch((url, init) => fetch(url, init), userId));
  try {
    const done = await drainOnce({
      storage: database,
      post: async (message) => {
        const outcome = await post(message);
        if (outcome.kind === "failed" && outcome.reason === NOT_SIGNED_IN) signedOut = true;
        return outcome;
      },
      mayPost: async () => true,
      onAccepted: ({ clientId, conversationId }, { id, reached }) => tell({ kind: "accepted", clientId, conversationId, messageId: id, ...(reached !== undefined && { reached }) }),
      onRefused: () => tell({ kind: "changed" }),
      log: browserLog,
    });
    // Until its author signs in again there is nothing to try.
    if (!done && !signedOut) throw new Error("messages are waiting");
  } finally {
    database.close();
  }
}
