import type { useFetcher } from "@remix-run/react";
import { Search } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Button } from "#app/components/button.tsx";
import { TextField } from "#app/components/field.tsx";
import { MAX_NAME_LENGTH } from "#app/domain/accounts/schema.ts";

interface PeopleSearchProps {
  /** Loads the page's people anew, without moving on; without JavaScript the form loads the page. */
  fetcher: Pick<ReturnType<typeof useFetcher>, "Form" | "submit">;
  action: string;
  id: string;
  name: string;
  label: string;
  value: string;
}

/** Finds somebody by name, letter by letter. */
export function PeopleSearch({ fetcher, action, id, name, label, value }: PeopleSearchProps) {
  const { t } = useTranslation();
  return (
    <fetcher.Form id={id} role="search" aria-label={label} method="get" action={action} className="mb-3 flex items-end gap-2">
      <div className="min-w-0 flex-1">
        <TextField type="search" label={label} name={name} defaultValue={value} maxLength={MAX_NAME_LENGTH} autoComplete="off" onChange={({ currentTarget: { form } }) => form && fetcher.submit(form)} />
      </div>
      <Button type="submit" variant="secondary" aria-label={t("rooms.find")} icon={<Search aria-hidden size={18} />} />
    </fetcher.Form>
  );
}
