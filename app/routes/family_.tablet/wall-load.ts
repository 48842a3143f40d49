import type { PublicChannels } from "#app/config/settings.ts";
import type { Position } from "#app/domain/events.ts";
import type { MemberRole } from "#app/domain/families/policy.ts";
import type { Dashboard } from "#app/domain/families/queries.server.ts";
import type { Offers } from "#app/domain/rewards/queries.server.ts";
import type { TimerTemplate } from "#app/domain/timers/queries.server.ts";

/** Who may act on the wall now. */
export interface WallPerson {
  id: string;
  role: MemberRole;
  /** Until the tablet asks again who is there, in ms; null in one's own browser, which never does. */
  leftMs: number | null;
}

export interface WallLoad extends Dashboard {
  channel: string;
  position: Position;
  /** The server's time when this was loaded. */
  now: number;
  /** Null in somebody's own browser. */
  tablet: { id: string; name: string; channels: PublicChannels | null } | null;
  /** Null: nobody stands at the tablet. */
  person: WallPerson | null;
  /** Who can say who they are by a PIN. */
  withPin: string[];
  /** For whom acts. */
  templates: readonly TimerTemplate[];
  /** For whom acts; null where nobody does. */
  rewards: Offers | null;
  formKey: string;
}
