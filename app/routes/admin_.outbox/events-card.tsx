import { Form, Link, useNavigation } from "@remix-run/react";
import { ListFilter } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { BrowsedEvent } from "#app/domain/outbox/outbox.ts";
import { EventStateBadge } from "#app/components/admin/outbox/event-state.tsx";
import { useMillis } from "#app/components/admin/use-millis.ts";
import { Button, LinkButton } from "#app/components/button.tsx";
import { SectionCard } from "#app/components/card.tsx";
import { EmptyState } from "#app/components/empty-state.tsx";
import { List } from "#app/components/list.tsx";
import { changedBy, EVENT_VERBS, writeFilter, type EventFilter } from "#app/domain/outbox/filter.ts";
import { useFormat } from "#app/i18n/use-format.ts";
import { addressOf } from "#app/components/admin/outbox/address.ts";
import { FilterForm } from "./filter-form.tsx";

interface EventsCardProps {
  events: readonly BrowsedEvent[];
  next: number | null;
  filter: EventFilter;
  isFirstPage: boolean;
  eventNames: readonly string[];
  now: number;
}

/** The events that are asked for, the newest first; some of them, or all, can be taken in hand. */
export function EventsCard({ events, next, filter, isFirstPage, eventNames, now }: EventsCardProps) {
  const { t } = useTranslation();
  const busy = useNavigation().formMethod === "POST";
  const isFiltered = writeFilter(filter) !== "";
  return (
    <div id="events" className="scroll-mt-4">
      <SectionCard title={t("adminOutbox.list.title")}>
        <FilterForm filter={filter} eventNames={eventNames} />
        <nav aria-label={t("adminOutbox.all.label")} className="flex flex-wrap items-center gap-x-1 gap-y-2 border-b border-line px-4 py-2 text-sm empty:hidden">
          {isFiltered &&
            EVENT_VERBS.filter((verb) => changedBy(verb, filter).length > 0).map((verb) => (
              <LinkButton key={verb} to={addressOf(filter, { confirm: verb })} variant="ghost" size="sm">
                {t(`adminOutbox.all.${verb}Matching`)}
              </LinkButton>
            ))}
        </nav>
        {events.length > 0 ? (
          <Form method="post" action={addressOf(filter)} aria-label={t("adminOutbox.list.title")}>
            <List>
              {events.map((event) => (
                <EventRow key={event.id} event={event} now={now} />
              ))}
            </List>
            <div className="sticky bottom-0 flex flex-wrap items-center gap-2 border-t border-line bg-surface px-4 py-2">
              <p className="text-sm text-ink-soft">{t("adminOutbox.list.chosen")}</p>
              {EVENT_VERBS.map((verb) => (
                <Button key={verb} type="submit" name="intent" value={verb} variant={verb === "drop" ? "ghost" : "secondary"} size="sm" busy={busy}>
                  {t(`adminOutbox.verbs.${verb}`)}
                </Button>
              ))}
            </div>
          </Form>
        ) : (
          <EmptyState
            icon={<ListFilter aria-hidden size={36} className="text-ink-faint" />}
            title={next === null ? t("adminOutbox.list.emptyTitle") : t("adminOutbox.list.furtherTitle")}
            text={next === null ? t("adminOutbox.list.emptyText") : t("adminOutbox.list.furtherText")}
          />
        )}
      </SectionCard>
      <nav aria-label={t("adminOutbox.list.title")} className="mt-4 flex flex-wrap justify-center gap-3 empty:hidden">
        {!isFirstPage && (
          <LinkButton to={addressOf(filter)} variant="ghost">
            {t("adminOutbox.list.newest")}
          </LinkButton>
        )}
        {next !== null && (
          <LinkButton to={addressOf(filter, { before: next })} variant="secondary">
            {t("adminOutbox.list.earlier")}
          </LinkButton>
        )}
      </nav>
    </div>
  );
}

function EventRow({ event, now }: { event: BrowsedEvent; now: number }) {
  const { t } = useTranslation();
  const format = useFormat();
  const millis = useMillis();
  const { id, event: name, channel, attempts, createdAt, latencyMs, lastError } = event;
  const at = format.moment(createdAt, now);
  return (
    <li className="relative flex gap-3 px-4 py-3 transition-colors hover:bg-sunken has-checked:bg-accent-soft">
      <label className="relative z-1 -m-2 flex size-target flex-none items-start justify-center pt-2.5">
        <input type="checkbox" name="ids" value={id} aria-label={t("adminOutbox.list.choose", { event: name, at })} className="size-5 accent-accent" />
      </label>
      <div className="min-w-0 flex-1">
        <div className="grid grid-cols-[minmax(0,1fr)_auto] gap-x-4 gap-y-0.5 lg:grid-cols-[13rem_minmax(0,1fr)_auto_8rem] lg:items-center">
          <Link to={`/admin/outbox/${id}`} className="min-w-0 rounded-sm font-medium after:absolute after:inset-0">
            <code dir="ltr" className="break-words">
              {name}
            </code>
          </Link>
          <span className="text-end lg:order-last">
            <EventStateBadge event={event} />
          </span>
          <p className="col-span-2 truncate text-sm text-ink-soft lg:col-span-1">{channel === null ? t("adminOutbox.list.audience") : <code dir="ltr">{channel}</code>}</p>
          <p className="figures col-span-2 flex flex-wrap gap-x-3 text-sm text-ink-soft lg:col-span-1">
            {attempts > 1 && <span>{t("adminOutbox.list.attempts", { count: attempts })}</span>}
            {latencyMs !== null && <span>{millis(latencyMs)}</span>}
            <time dateTime={new Date(createdAt).toISOString()} title={format.dateTime(createdAt)}>
              {at}
            </time>
          </p>
        </div>
        {lastError !== null && (
          <p className="truncate text-sm text-bad" title={lastError}>
            <code dir="ltr">{lastError}</code>
          </p>
        )}
      </div>
    </li>
  );
}
