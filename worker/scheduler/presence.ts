/** Keeps true who is here, where webhooks are late, lost or not set up. */
import { userPresenceChannel } from "#app/domain/channels.ts";
import { reconcileOccupancy, turnOffline } from "#app/domain/presence/commands.server.ts";
import type { Occupancy } from "#worker/relay/publishers/occupancy.ts";
import type { JobContext } from "./jobs.ts";

/** A Channels server that has not answered so often in a row holds nobody's connection: who is here polls. */
export const SILENT_AFTER = 3;

const NOBODY: ReadonlySet<string> = new Set();
const unanswered = new WeakMap<Occupancy, number>();

/** Compares what is known with what the Channels server says. Without one nobody is connected. */
export async function reconcilePresence(ctx: JobContext): Promise<Record<string, number>> {
  const { occupancy } = ctx;
  const { online, offline } = await reconcileOccupancy(ctx, () => (occupancy ? listed(occupancy) : Promise.resolve(NOBODY)));
  return { cameOnline: online, wentOffline: offline };
}

async function listed(occupancy: Occupancy): Promise<ReadonlySet<string> | null> {
  const answer = await occupancy.occupied(userPresenceChannel(""));
  const failures = answer === null ? (unanswered.get(occupancy) ?? 0) + 1 : 0;
  unanswered.set(occupancy, failures);
  return failures >= SILENT_AFTER ? NOBODY : answer;
}

/** Turns those offline who are neither connected nor ask any more. */
export async function offlineUsers(ctx: JobContext): Promise<Record<string, number>> {
  return { wentOffline: (await turnOffline(ctx)).offline };
}
