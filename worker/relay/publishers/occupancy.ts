/** Asks a Channels server who is connected: what webhooks tell, as a state instead of as news. */
import { z } from "zod";
import type { ChannelsApp } from "#app/config/settings.ts";
import { channelsApi } from "./channels-api.ts";

/** For the whole call. The scheduler's other jobs wait behind it. */
const ANSWER_WITHIN_MS = 2_000;

export interface Occupancy {
  /** The occupied channels whose names begin with `prefix`; null when the service does not say. Never rejects. */
  occupied(prefix: string): Promise<ReadonlySet<string> | null>;
}

const answer = z.object({ channels: z.record(z.string(), z.unknown()) });

/** Of pusher.com by cluster, or of a compatible server by host. */
export function pusherOccupancy(app: ChannelsApp): Occupancy {
  const { origin, signed } = channelsApi(app);
  return {
    async occupied(prefix) {
      try {
        const response = await fetch(origin + signed("GET", "/channels", { params: { filter_by_prefix: prefix } }), { redirect: "manual", signal: AbortSignal.timeout(ANSWER_WITHIN_MS) });
        if (response.status !== 200) {
          await response.body?.cancel();
          return null;
        }
        // soketi answers errors with HTTP 200: then there are no channels in it.
        const read = answer.safeParse(await response.json());
        return read.success ? new Set(Object.keys(read.data.channels).filter((name) => name.startsWith(prefix))) : null;
      } catch (error) {
        // A TypeError of the network, the deadline, or a SyntaxError of a proxy's page: it does not say.
        if (error instanceof Error) return null;
        throw error;
      }
    },
  };
}
