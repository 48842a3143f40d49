import { Link } from "@remix-run/react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useMillis } from "#app/components/admin/use-millis.ts";
import type { EventDetails } from "#app/domain/outbox/queries.server.ts";
import { useFormat } from "#app/i18n/use-format.ts";
import { addressOf } from "#app/components/admin/outbox/address.ts";

const Fact = ({ label, children }: { label: string; children: ReactNode }) => (
  <div className="flex flex-wrap justify-between gap-x-4 gap-y-0.5 px-4 py-2">
    <dt className="flex-none text-ink-soft">{label}</dt>
    <dd className="figures min-w-0 text-end break-words">{children}</dd>
  </div>
);

const LINK = "rounded-sm text-accent-ink underline decoration-1 underline-offset-4";

/** Where it goes, when it was committed, accepted and received. */
export function Facts({ event, now }: { event: EventDetails; now: number }) {
  const { t } = useTranslation();
  const format = useFormat();
  const millis = useMillis();
  const { id, seq, offset, channel, audience, createdAt, publishedAt, latencyMs, attempts, state, availableAt, received } = event;
  const target = audience?.channels == null ? t("adminOutbox.list.audience") : t("adminOutbox.event.channels", { count: audience.channels });
  return (
    <dl className="divide-y divide-line text-sm">
      <Fact label={t("adminOutbox.filter.channel")}>
        {channel === null ? (
          target
        ) : (
          <Link to={addressOf({ channel })} className={LINK}>
            <code dir="ltr" className="break-all">
              {channel}
            </code>
          </Link>
        )}
      </Fact>
      <Fact label={t("adminOutbox.event.id")}>
        <code dir="ltr" className="break-all">
          {id}
        </code>
      </Fact>
      <Fact label={t("adminOutbox.event.seq")}>{format.number(seq)}</Fact>
      {offset !== null && <Fact label={t("adminOutbox.event.offset")}>{format.number(offset)}</Fact>}
      <Fact label={t("adminOutbox.event.committed")}>
        <time dateTime={new Date(createdAt).toISOString()}>{format.dateTime(createdAt)}</time>
      </Fact>
      {publishedAt !== null && (
        <Fact label={t("adminOutbox.event.accepted")}>
          <time dateTime={new Date(publishedAt).toISOString()}>{format.dateTime(publishedAt)}</time>
        </Fact>
      )}
      {latencyMs !== null && <Fact label={t("adminOutbox.charts.stagesNamed.accepted")}>{millis(latencyMs)}</Fact>}
      {received && (
        <Fact label={t("adminOutbox.charts.stagesNamed.received")}>
          {received.count === 1 ? millis(received.medianMs) : t("adminOutbox.event.received", { count: received.count, fastest: millis(received.fastestMs), median: millis(received.medianMs), slowest: millis(received.slowestMs) })}
        </Fact>
      )}
      <Fact label={t("adminOutbox.event.attempts")}>{format.number(attempts)}</Fact>
      {state === "pending" && availableAt > now && <Fact label={t("adminOutbox.event.next")}>{t("adminOutbox.event.in", { time: millis(availableAt - now) })}</Fact>}
    </dl>
  );
}
