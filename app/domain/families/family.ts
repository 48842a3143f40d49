/** A family as its pages show it. Shared with the browser: no server import here. */
import type { MemberRole } from "./policy.ts";

export interface FamilyData {
  id: string;
  name: string;
  /** What children type to sign in. */
  code: string;
  timeZone: string;
  /** 0 is Sunday. */
  weekStart: number;
  choresCountAtOnce: boolean;
}

export interface FamilyMember {
  id: string;
  name: string;
  hue: number;
  /** Their picture as its address names it (images/image.ts); null, and absent in data of a version that had none: initials. */
  avatar?: string | null | undefined;
  role: MemberRole;
}
