/** What the sections of the dashboard get, and by `useOutletContext` the pages below it. */
import type { MemberRole } from "#app/domain/families/policy.ts";
import type { FamilyState } from "#app/realtime/reducers/family.ts";
import type { RefusedForm } from "./family-form.ts";

export interface DashboardProps {
  /** Live: loaded data with everything folded over it that has happened since. */
  state: FamilyState;
  role: MemberRole;
  /** The server's time when the page was loaded, ms since 1970. */
  now: number;
  /** Of a form that was posted as a document (without JavaScript); with it, each form's fetcher has its own. */
  failure: RefusedForm | undefined;
}
