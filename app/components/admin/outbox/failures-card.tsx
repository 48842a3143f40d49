import { Link } from "@remix-run/react";
import { CircleCheck } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { FailureGroup } from "#app/domain/outbox/outbox.ts";
import { LinkButton } from "#app/components/button.tsx";
import { SectionCard } from "#app/components/card.tsx";
import { List } from "#app/components/list.tsx";
import type { EventFilter, EventVerb } from "#app/domain/outbox/filter.ts";
import { useFormat } from "#app/i18n/use-format.ts";
import { EventStateBadge } from "./event-state.tsx";

interface FailuresCardProps {
  groups: readonly FailureGroup[];
  /** So far is counted. */
  most: number;
  now: number;
  addressOf: (filter: EventFilter, verb?: EventVerb) => string;
}

/** What is stuck, and why: failures of one cause together, the most frequent first. */
export function FailuresCard({ groups, most, now, addressOf }: FailuresCardProps) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <SectionCard title={t("adminOutbox.failures.title")} text={t("adminOutbox.failures.text")}>
      {groups.length === 0 ? (
        <p className="flex items-center gap-2.5 px-4 py-4 text-good">
          <CircleCheck aria-hidden size={20} />
          {t("adminOutbox.failures.none")}
        </p>
      ) : (
        <List>
          {groups.map(({ signature, state, count, oldestAt, newestAt, example }) => {
            const filter: EventFilter = { state: state === "pending" ? "retrying" : state, signature };
            return (
              <li key={`${state} ${signature}`} className="flex flex-wrap items-start justify-between gap-x-4 gap-y-2 px-4 py-3">
                <div className="min-w-0 flex-1 basis-72">
                  <p className="flex flex-wrap items-center gap-2">
                    <span className="figures font-semibold">{t("adminOutbox.failures.count", { count, formatted: count > most ? t("adminOutbox.figures.moreThan", { formatted: format.number(most) }) : format.number(count) })}</span>
                    <EventStateBadge event={{ state, attempts: 1 }} />
                  </p>
                  <Link to={addressOf(filter)} title={example} className="mt-1 block rounded-sm text-sm break-words text-accent-ink underline decoration-1 underline-offset-4">
                    <code dir="ltr">{signature}</code>
                  </Link>
                  <p className="mt-1 text-xs text-ink-soft">
                    {newestAt === oldestAt ? t("adminOutbox.failures.at", { at: format.relative(newestAt, now) }) : t("adminOutbox.failures.between", { oldest: format.relative(oldestAt, now), newest: format.relative(newestAt, now) })}
                  </p>
                </div>
                <div className="flex flex-none gap-2">
                  <LinkButton to={addressOf(filter, "retry")} variant="secondary" size="sm">
                    {t("adminOutbox.all.retry")}
                  </LinkButton>
                  <LinkButton to={addressOf(filter, "drop")} variant="ghost" size="sm">
                    {t("adminOutbox.all.drop")}
                  </LinkButton>
                </div>
              </li>
            );
          })}
        </List>
      )}
    </SectionCard>
  );
}
