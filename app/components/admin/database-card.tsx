import { Form } from "@remix-run/react";
import { CircleAlert, CircleCheck, CircleHelp, Database, type LucideIcon } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Badge, type Tone } from "#app/components/badge.tsx";
import { Button } from "#app/components/button.tsx";
import { CardBody, SectionCard } from "#app/components/card.tsx";
import type { DatabaseCheck } from "#app/domain/health/database-check.ts";
import type { Kept } from "#app/domain/health/results.server.ts";
import { useFormat } from "#app/i18n/use-format.ts";
import type { DatabaseIdentity } from "#db/facts.ts";
import { HealthFinding } from "./health-finding.tsx";
import { useBytes } from "./use-bytes.ts";
import { useDatabaseCheck, type Checked } from "./use-database-check.ts";

export interface DatabaseCardProps {
  identity: DatabaseIdentity;
  kept: Kept<DatabaseCheck>;
  now: number;
}

const LOOK: Record<Checked["state"], { tone: Tone; icon: LucideIcon }> = {
  answered: { tone: "good", icon: CircleCheck },
  failed: { tone: "bad", icon: CircleAlert },
  unknown: { tone: "waiting", icon: CircleHelp },
};

/** Is the data there, and how fast? Which database it is, and on demand what is in it. */
export function DatabaseCard({ identity, kept, now }: DatabaseCardProps) {
  const { t } = useTranslation();
  const { busy, checked, check } = useDatabaseCheck();
  const shown: Checked | null = checked ?? (kept.last && { state: "answered", check: kept.last });
  const state = shown?.state ?? "unknown";
  const { tone, icon: Icon } = LOOK[state];
  return (
    <SectionCard
      title={t("adminDatabase.title")}
      text={t("adminDatabase.text")}
      action={
        <Badge tone={shown ? tone : "neutral"} icon={<Icon aria-hidden size={14} />}>
          {t(`adminDatabase.states.${shown ? state : "unchecked"}`)}
        </Badge>
      }
    >
      <CardBody className="flex flex-col gap-4">
        <Identity identity={identity} />
        <div role="status" className="flex flex-col gap-4 empty:hidden">
          {shown?.state === "failed" && <HealthFinding tone="bad" what={t(`adminDatabase.codes.${shown.code}.what`)} todo={t(`adminDatabase.codes.${shown.code}.todo`)} code={shown.code} lookAt={t("adminRealtime.settings")} settings={SETTINGS[shown.code]} />}
          {shown?.state === "unknown" && <HealthFinding tone="waiting" what={t("adminDatabase.unknown.what")} todo={t("adminDatabase.unknown.todo")} code="UNKNOWN" />}
          {shown?.state === "answered" && <Found check={shown.check} now={now} />}
        </div>
        <Form
          method="post"
          action="/admin"
          onSubmit={(event) => {
            event.preventDefault();
            check();
          }}
        >
          <input type="hidden" name="intent" value="db-check" />
          <Button type="submit" variant="secondary" icon={<Database aria-hidden size={18} />} busy={busy}>
            {t(busy ? "adminDatabase.checking" : "adminDatabase.check")}
          </Button>
        </Form>
      </CardBody>
    </SectionCard>
  );
}

const SETTINGS = { UNAUTHORIZED: ["DATABASE_AUTH_TOKEN"], DB_ERROR: ["DATABASE_URL"] } as const;

function Identity({ identity: { name, host, engine } }: { identity: DatabaseIdentity }) {
  const { t } = useTranslation();
  return (
    <p className="flex flex-wrap items-center gap-x-3 gap-y-1.5">
      <code dir="ltr" className="max-w-full truncate rounded-md bg-sunken px-2 py-1 font-semibold">
        {name}
      </code>
      <span className="min-w-0 text-sm text-ink-soft">
        {t(`adminDatabase.engines.${engine}`)}
        {" · "}
        {host === null ? t("adminDatabase.thisMachine") : <bdi>{host}</bdi>}
      </span>
    </p>
  );
}

function Found({ check: { at, latencyMs, facts, provider }, now }: { check: DatabaseCheck; now: number }) {
  const { t } = useTranslation();
  const format = useFormat();
  const bytes = useBytes();
  return (
    <>
      <dl className="grid grid-cols-2 gap-x-4 gap-y-3 sm:grid-cols-3">
        {latencyMs !== null && <Figure name={t("adminDatabase.latency")}>{t("adminDatabase.millis", { value: format.number(latencyMs, latencyMs < 10 ? 2 : 0) })}</Figure>}
        {facts && (
          <>
            <Figure name={t("adminDatabase.size")}>{bytes(facts.bytes)}</Figure>
            <Figure name={t("adminDatabase.wal")}>{facts.walBytes === null ? t("adminDatabase.byServer") : bytes(facts.walBytes)}</Figure>
            <Figure name={t("adminDatabase.people")}>{format.number(facts.counts.people)}</Figure>
            <Figure name={t("adminDatabase.conversations")}>{format.number(facts.counts.conversations)}</Figure>
            <Figure name={t("adminDatabase.messages")}>{format.number(facts.counts.messages)}</Figure>
            <Figure name={t("adminDatabase.events")}>{format.number(facts.counts.events)}</Figure>
            <Figure name={t("adminDatabase.version")}>{facts.version}</Figure>
          </>
        )}
        <Figure name={t("adminDatabase.provider")}>
          {provider.state === "not-configured" && t("adminDatabase.notConfigured")}
          {provider.state === "known" && <bdi>{t("adminDatabase.plan", { name: provider.name, plan: provider.plan })}</bdi>}
          {provider.state === "failed" && <span className="text-bad">{t(`adminDatabase.providerFailed.${provider.code}`, { name: provider.name })}</span>}
        </Figure>
      </dl>
      <p className="text-sm text-ink-soft">{t("adminDatabase.checked", { when: format.relative(at, now) })}</p>
    </>
  );
}

const Figure = ({ name, children }: { name: string; children: ReactNode }) => (
  <div className="min-w-0">
    <dt className="text-xs text-ink-soft">{name}</dt>
    <dd className="figures break-words font-medium">{children}</dd>
  </div>
);
