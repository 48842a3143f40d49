import { Link } from "@remix-run/react";
import { CircleCheck, CircleX, RotateCw } from "lucide-react";
import { useTranslation } from "react-i18next";
import { addressOf } from "#app/components/admin/outbox/address.ts";
import { useMillis } from "#app/components/admin/use-millis.ts";
import { SectionCard } from "#app/components/card.tsx";
import { List } from "#app/components/list.tsx";
import type { EventDetails } from "#app/domain/outbox/queries.server.ts";
import { useFormat } from "#app/i18n/use-format.ts";

/** What was tried and what came of it, the first error as it was, also after a retry. */
export function Attempts({ event: { attemptsMade, firstError, publishedAt, createdAt, signature }, now }: { event: EventDetails; now: number }) {
  const { t } = useTranslation();
  const format = useFormat();
  const millis = useMillis();
  const isQuiet = attemptsMade.length === 0 && publishedAt === null;
  return (
    <SectionCard title={t("adminOutbox.event.history")}>
      {isQuiet && firstError === null && <p className="px-4 py-3 text-sm text-ink-soft">{t("adminOutbox.event.untried")}</p>}
      <List className="text-sm">
        {/* Of a time before attempts were kept one by one. */}
        {attemptsMade.length === 0 && firstError !== null && (
          <li className="px-4 py-3">
            <code dir="ltr" className="break-words text-bad">
              {firstError}
            </code>
          </li>
        )}
        {attemptsMade.map(({ number, at, outcome, error }) => (
          <li key={number} className="flex gap-3 px-4 py-3">
            {outcome === "dead" ? <CircleX aria-hidden size={18} className="mt-0.5 flex-none text-bad" /> : <RotateCw aria-hidden size={18} className="mt-0.5 flex-none text-waiting" />}
            <div className="min-w-0 flex-1">
              <p className="figures flex flex-wrap justify-between gap-x-3">
                <span className="font-medium">{t(`adminOutbox.event.outcomes.${outcome}`)}</span>
                <time dateTime={new Date(at).toISOString()} title={format.dateTime(at)} className="text-ink-soft">
                  {format.moment(at, now)}
                </time>
              </p>
              <code dir="ltr" className="block break-words text-ink-soft">
                {error}
              </code>
            </div>
          </li>
        ))}
        {publishedAt !== null && (
          <li className="flex gap-3 px-4 py-3">
            <CircleCheck aria-hidden size={18} className="mt-0.5 flex-none text-good" />
            <p className="figures flex min-w-0 flex-1 flex-wrap justify-between gap-x-3">
              <span className="font-medium">{t("adminOutbox.event.outcomes.accepted", { time: millis(publishedAt - createdAt) })}</span>
              <time dateTime={new Date(publishedAt).toISOString()} title={format.dateTime(publishedAt)} className="text-ink-soft">
                {format.moment(publishedAt, now)}
              </time>
            </p>
          </li>
        )}
      </List>
      {signature !== null && (
        <p className="border-t border-line px-4 py-3 text-sm">
          <Link to={addressOf({ signature })} className="rounded-sm text-accent-ink underline decoration-1 underline-offset-4">
            {t("adminOutbox.event.same")}
          </Link>
        </p>
      )}
    </SectionCard>
  );
}
