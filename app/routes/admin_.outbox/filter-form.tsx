import { Form } from "@remix-run/react";
import { ListFilter } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Button, LinkButton } from "#app/components/button.tsx";
import { SelectField, TextField } from "#app/components/field.tsx";
import { EVENT_STATES, writeFilter, type EventFilter } from "#app/domain/outbox/filter.ts";
import { addressOf } from "#app/components/admin/outbox/address.ts";

/** What is asked for: by state, event, channel and error. */
export function FilterForm({ filter, eventNames }: { filter: EventFilter; eventNames: readonly string[] }) {
  const { t } = useTranslation();
  const every = { value: "", label: t("adminOutbox.filter.every") };
  // Also one that the registry no longer knows.
  const names = filter.event === undefined || eventNames.includes(filter.event) ? eventNames : [filter.event, ...eventNames];
  return (
    <Form key={writeFilter(filter)} method="get" action="/admin/outbox#events" role="search" aria-label={t("adminOutbox.filter.title")} className="grid grid-cols-1 items-end gap-4 border-b border-line p-4 sm:grid-cols-2 xl:grid-cols-[1fr_1fr_1.4fr_1.4fr_auto]">
      <SelectField label={t("adminOutbox.filter.state")} name="state" defaultValue={filter.state ?? ""} options={[every, ...EVENT_STATES.map((state) => ({ value: state, label: t(`adminOutbox.states.${state}`) }))]} />
      <SelectField label={t("adminOutbox.filter.event")} name="event" dir="ltr" defaultValue={filter.event ?? ""} options={[every, ...names.map((name) => ({ value: name, label: name }))]} />
      <TextField label={t("adminOutbox.filter.channel")} name="channel" type="search" dir="ltr" defaultValue={filter.channel ?? ""} maxLength={200} autoComplete="off" spellCheck={false} />
      <TextField label={t("adminOutbox.filter.signature")} name="signature" type="search" dir="ltr" defaultValue={filter.signature ?? ""} maxLength={200} autoComplete="off" spellCheck={false} />
      <div className="flex gap-2">
        <Button type="submit" variant="secondary" icon={<ListFilter aria-hidden size={18} />}>
          {t("adminOutbox.filter.show")}
        </Button>
        {writeFilter(filter) !== "" && (
          <LinkButton to={addressOf({})} variant="ghost">
            {t("adminOutbox.filter.clear")}
          </LinkButton>
        )}
      </div>
    </Form>
  );
}
