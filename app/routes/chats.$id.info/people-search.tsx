import type { useFetcher } from "@remix-run/react";
import { Search } from "lucide-react";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "#app/components/button.tsx";
import { TextField } from "#app/components/field.tsx";
import { MAX_NAME_LENGTH } from "#app/domain/accounts/schema.ts";

/** So often one text is asked for again. */
const MOST_TIMES = 5;
const ANSWERED_WITHIN_MS = 3_000;

interface PeopleSearchProps {
  /** Loads the page's people anew, without moving on; without JavaScript the form loads the page. */
  fetcher: Pick<ReturnType<typeof useFetcher>, "Form" | "submit" | "state">;
  action: string;
  id: string;
  name: string;
  label: string;
  value: string;
  /** What the people on the screen were searched by. */
  answered: string;
}

/** Finds somebody by name, letter by letter. */
export function PeopleSearch({ fetcher, action, id, name, label, value, answered }: PeopleSearchProps) {
  const { t } = useTranslation();
  const form = useRef<HTMLFormElement>(null);
  const again = useRef({ typed: "", times: 0 });

  // What was typed before this page listened, or whose answer was dropped for something pressed meanwhile, is searched
  // again; a few times. A navigation may drop a request so that its fetcher stays "loading": it has so long, and no longer.
  useEffect(() => {
    const timer = setTimeout(() => {
      const field = form.current?.elements.namedItem(name);
      if (!(field instanceof HTMLInputElement)) return;
      const typed = field.value.trim();
      if (typed !== again.current.typed) again.current = { typed, times: 0 };
      if (typed === answered || again.current.times >= MOST_TIMES) return;
      again.current.times += 1;
      fetcher.submit(form.current);
    }, fetcher.state === "idle" ? 0 : ANSWERED_WITHIN_MS);
    return () => clearTimeout(timer);
  });

  return (
    <fetcher.Form ref={form} id={id} role="search" aria-label={label} method="get" action={action} className="mb-3 flex items-end gap-2">
      <div className="min-w-0 flex-1">
        <TextField type="search" label={label} name={name} defaultValue={value} maxLength={MAX_NAME_LENGTH} autoComplete="off" onChange={() => fetcher.submit(form.current)} />
      </div>
      <Button type="submit" variant="secondary" aria-label={t("rooms.find")} icon={<Search aria-hidden size={18} />} />
    </fetcher.Form>
  );
}
