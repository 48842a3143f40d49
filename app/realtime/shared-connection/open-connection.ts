import type { PublicChannels } from "#app/config/settings.ts";
import type { Connection } from "#app/realtime/connection.ts";
import type { Fetch } from "#app/realtime/environment.ts";
import { browserOptions, pusherConnection } from "#app/realtime/pusher/connection.ts";
import { browserSharing } from "./browser.ts";
import { sharedConnection } from "./shared-connection.ts";

/**
 * The connection to Channels, shared by this user's tabs where the browser allows; else one of this tab's own.
 * @param ask how the app is asked to sign
 */
export function openConnection(userId: string, channels: PublicChannels, ask: Fetch): Connection {
  const sharing = browserSharing();
  const open = () => pusherConnection(channels, browserOptions(ask));
  if (!sharing) return open();
  // Another user, key or server is another group: nothing of one ever reaches the other.
  return sharedConnection(JSON.stringify([userId, channels]), open, sharing);
}
