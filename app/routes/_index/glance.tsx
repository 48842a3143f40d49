import { FamilyIcon } from "#app/components/family/family-icon.tsx";
import type { MemberRole } from "#app/domain/families/policy.ts";
import type { FamilyState } from "#app/realtime/reducers/family.ts";

/** What the sections about the family get. */
export interface GlanceProps {
  /** Live. */
  state: FamilyState;
  role: MemberRole;
  /** The server's time when the page was loaded, ms since 1970. */
  now: number;
}

export const Picture = ({ name, hue }: { name: string | null; hue: number }) => (
  <span data-hue={hue} className="grid size-10 flex-none place-items-center rounded-full bg-hue-soft text-hue">
    <FamilyIcon name={name} />
  </span>
);
