/** What the user is told about the connection. */
export type ConnectionState = "connecting" | "connected" | "polling" | "offline";

export interface Circumstances {
  /** The browser says that there is no network, and no sync has shown otherwise. */
  networkAway: boolean;
  /** Sync requests fail, or the one under way is late. */
  syncFailing: boolean;
  /** Pushed events arrive on all channels that are needed. */
  live: boolean;
  /** Push can't be expected soon: not configured, or stopped. */
  withoutPush: boolean;
  /** A sync has succeeded since push went away. */
  synced: boolean;
}

export function connectionState({ networkAway, syncFailing, live, withoutPush, synced }: Circumstances): ConnectionState {
  if (networkAway || syncFailing) return "offline";
  if (live) return "connected";
  return withoutPush || synced ? "polling" : "connecting";
}
