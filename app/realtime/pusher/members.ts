import type { Channel } from "pusher-js";
import type { PresentMember } from "#app/realtime/connection.ts";
import { isRecord } from "#app/realtime/live-event.ts";

/** Who is in a presence channel, by pusher-js's own list; null for other channels. */
export function membersOf(channel: Channel | undefined): PresentMember[] | null {
  const list: unknown = channel && "members" in channel ? channel.members : undefined;
  const byId = isRecord(list) ? list["members"] : undefined;
  if (!isRecord(byId)) return null;
  return Object.entries(byId).map(([id, info]) => ({ id, name: isRecord(info) && typeof info["name"] === "string" ? info["name"] : "" }));
}
