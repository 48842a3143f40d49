import { useCallback, useContext } from "react";
import { useFamilyForm, type RefusedForm } from "#app/components/family/family-form.ts";
import { useDone } from "#app/components/family/use-done.ts";
import { useInvalidFocus } from "#app/components/use-invalid-focus.ts";
import { CloseContext } from "./close-context.ts";

interface CatalogueForm {
  posted: RefusedForm | undefined;
  /** The form's one intent. */
  intent: string;
  /** Of what is changed: the field with its id. None: something new is made, and the form is empty again afterwards. */
  of?: { field: string; id: string } | undefined;
}

/** One form of the catalogue, with what was typed where it was refused. */
export function useCatalogueForm({ posted, intent, of }: CatalogueForm) {
  const { fetcher, failure, busy, page } = useFamilyForm(posted, (refused) => refused.intent === intent && (of === undefined || refused.values[of.field] === of.id));
  const form = useInvalidFocus(failure);
  const close = useContext(CloseContext);
  const isNew = of === undefined;
  const done = useCallback(() => {
    if (isNew) form.current?.reset();
    close();
  }, [form, isNew, close]);
  useDone({ busy, failure }, done);
  const value = (name: string, stored: string | number | null | undefined) => failure?.values[name] ?? (stored === undefined || stored === null ? "" : String(stored));
  return { fetcher, failure, busy: busy !== null, page, form, value };
}
