import { useFetcher } from "@remix-run/react";
import { createContext, useContext } from "react";
import { failureOf, type ShownFailure } from "#app/components/form-error.tsx";

/** A refused form with what was typed (app/http/form-failure.ts). */
export interface RefusedForm extends ShownFailure {
  ok: false;
  values: Record<string, string>;
}

/** The page that shows the dashboard: its forms post there. */
export const FamilyPageContext = createContext("/family");

/**
 * One form of the dashboard: `<fetcher.Form method="post" action={page} preventScrollReset>`; as a document
 * without JavaScript.
 * @param posted of the document that was posted, if one was
 * @param mine whether a refused document was this form: by its values, where several forms have one intent
 */
export function useFamilyForm(posted: RefusedForm | undefined, mine: (refused: RefusedForm) => boolean) {
  const fetcher = useFetcher<RefusedForm>();
  const asked = fetcher.data !== undefined || fetcher.state !== "idle";
  const failure = asked ? failureOf<RefusedForm>(fetcher.data) : posted && mine(posted) ? posted : undefined;
  /** Which of the form's intents is under way. */
  const busy = fetcher.state === "idle" ? null : String(fetcher.formData?.get("intent") ?? "");
  return { fetcher, failure, busy, page: useContext(FamilyPageContext) };
}
