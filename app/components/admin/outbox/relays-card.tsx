import { CircleCheck, CircleDashed, CircleX, Pause, TriangleAlert } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Badge } from "#app/components/badge.tsx";
import { Banner } from "#app/components/banner.tsx";
import { SectionCard } from "#app/components/card.tsx";
import { List } from "#app/components/list.tsx";
import type { LeaseData, RelayData } from "#app/domain/outbox/queries.server.ts";
import { useFormat } from "#app/i18n/use-format.ts";

const LOOK = {
  leading: { tone: "good", icon: CircleCheck },
  "standing-by": { tone: "neutral", icon: Pause },
  silent: { tone: "bad", icon: CircleX },
} as const;

interface RelaysCardProps {
  relays: readonly RelayData[];
  lease: LeaseData | null;
  /** inline: requests and the cron route deliver, and no relay need run. */
  mode: "worker" | "inline";
  now: number;
}

/** Who delivers: the relays that show that they live, and the lease that says who leads. */
export function RelaysCard({ relays, lease, mode, now }: RelaysCardProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const isMissing = mode === "worker" && !relays.some(({ state }) => state === "leading");
  return (
    <SectionCard title={t("adminOutbox.relays.title")} text={t(`adminOutbox.relays.modes.${mode}`)}>
      {isMissing && (
        <div className="p-4 pb-2">
          <Banner tone="bad" title={t("adminOutbox.relays.missing")}>
            {t("adminOutbox.relays.missingText")}
          </Banner>
        </div>
      )}
      {relays.length > 0 && (
        <List>
          {relays.map(({ id, version, startedAt, seenAt, state, inFlight, published, outage }) => {
            const { tone, icon: Icon } = LOOK[state];
            return (
              <li key={id} className="flex flex-col gap-1 px-4 py-3 text-sm">
                <p className="flex items-center justify-between gap-3">
                  <code dir="ltr" className="min-w-0 truncate text-ink-soft">
                    {id.slice(-12)}
                  </code>
                  <Badge tone={tone} icon={<Icon aria-hidden size={14} />}>
                    {t(`adminOutbox.relays.states.${state}`)}
                  </Badge>
                </p>
                <p className="text-ink-soft">
                  {t("adminOutbox.relays.version", { version })}
                  {" · "}
                  {t("adminOutbox.relays.started", { ago: format.relative(startedAt, now) })}
                  {" · "}
                  {t("adminOutbox.relays.seen", { ago: format.relative(seenAt, now) })}
                </p>
                <p className="figures">
                  {t("adminOutbox.relays.published", { count: published, formatted: format.number(published) })}
                  {" · "}
                  {t("adminOutbox.relays.inFlight", { count: inFlight, formatted: format.number(inFlight) })}
                </p>
                {outage !== null && state === "leading" && (
                  <p className="flex items-center gap-2 text-bad">
                    <TriangleAlert aria-hidden size={16} />
                    <span>
                      {t("adminOutbox.relays.outage")} <code dir="ltr">{outage}</code>
                    </span>
                  </p>
                )}
              </li>
            );
          })}
        </List>
      )}
      <p className="flex items-center gap-2 border-t border-line px-4 py-3 text-xs text-ink-soft first-of-type:border-t-0">
        <CircleDashed aria-hidden size={14} />
        {lease?.holder == null ? t("adminOutbox.relays.noLease") : t("adminOutbox.relays.lease", { token: format.number(lease.token), ago: format.relative(lease.renewedAt ?? 0, now) })}
      </p>
    </SectionCard>
  );
}
