import { Form, useFetcher } from "@remix-run/react";
import { Activity, CircleAlert, CircleCheck, CircleDashed, CircleHelp, type LucideIcon } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Badge, type Tone } from "#app/components/badge.tsx";
import { Button } from "#app/components/button.tsx";
import { CardBody, SectionCard } from "#app/components/card.tsx";
import type { PublicChannels } from "#app/config/settings.ts";
import { codeOf } from "#app/domain/health/codes.ts";
import { STAGES, type LiveTest } from "#app/domain/health/live-test-result.ts";
import type { Kept } from "#app/domain/health/results.server.ts";
import { useFormat } from "#app/i18n/use-format.ts";
import { useLiveTest } from "#app/realtime/live-test/use-live-test.ts";
import { HealthFinding } from "./health-finding.tsx";
import { StageList } from "./stage-list.tsx";
import { useMillis } from "./use-millis.ts";

export interface RealtimeCardProps {
  /** Names of settings that are missing; empty: configured. */
  missing: readonly string[];
  channels: PublicChannels | null;
  kept: Kept<LiveTest>;
  now: number;
}

type State = "notConfigured" | "configured" | LiveTest["state"];

const LOOK: Record<State, { tone: Tone; icon: LucideIcon }> = {
  notConfigured: { tone: "waiting", icon: CircleDashed },
  configured: { tone: "neutral", icon: CircleHelp },
  verified: { tone: "good", icon: CircleCheck },
  failed: { tone: "bad", icon: CircleAlert },
  unknown: { tone: "waiting", icon: CircleHelp },
};

const NOTHING_TRIED = STAGES.map((stage) => ({ stage, outcome: "waiting" as const, ms: null }));

/** Does it arrive? The settings, the last live test, and the button for another. */
export function RealtimeCard({ missing, channels, kept, now }: RealtimeCardProps) {
  const { t } = useTranslation();
  const { running, here, healthyAt, run } = useLiveTest(channels);
  const last = newest(kept.last, here);
  const configured = missing.length === 0;
  const state: State = !configured ? "notConfigured" : (last?.state ?? "configured");
  const { tone, icon: Icon } = LOOK[state];
  return (
    <SectionCard
      title={t("adminRealtime.title")}
      text={t("adminRealtime.text")}
      action={
        <Badge tone={tone} icon={<Icon aria-hidden size={14} />}>
          {t(`adminRealtime.states.${state}`)}
        </Badge>
      }
    >
      <CardBody className="flex flex-col gap-4">
        <div role="status" className="flex flex-col gap-4 empty:hidden">
          {!configured && <HealthFinding tone="waiting" what={t("adminRealtime.causes.config-missing.what")} todo={t("adminRealtime.causes.config-missing.todo")} code={codeOf("config-missing")} lookAt={t("adminRealtime.missing")} settings={missing} />}
          {configured && !running && last && <Finding test={last} now={now} />}
          {running && <p className="font-medium">{t("adminRealtime.running")}</p>}
        </div>
        {configured && <StageList stages={running?.stages ?? last?.stages ?? NOTHING_TRIED} current={running?.current ?? null} />}
        <LastHealthy at={Math.max(kept.healthyAt ?? 0, healthyAt ?? 0)} now={now} />
        <div className="flex flex-wrap gap-3">
          <Form
            method="post"
            action="/admin"
            onSubmit={(event) => {
              event.preventDefault();
              run();
            }}
          >
            <input type="hidden" name="intent" value="realtime-test" />
            <Button type="submit" icon={<Activity aria-hidden size={18} />} busy={running !== null} disabled={!configured}>
              {t(running ? "adminRealtime.testing" : "adminRealtime.test")}
            </Button>
          </Form>
          <EnvironmentCheck />
        </div>
      </CardBody>
    </SectionCard>
  );
}

/** A later test says more, wherever it ran. */
function newest(a: LiveTest | null, b: LiveTest | null): LiveTest | null {
  return !a || (b && b.at >= a.at) ? b : a;
}

function Finding({ test, now }: { test: LiveTest; now: number }) {
  const { t } = useTranslation();
  const format = useFormat();
  const millis = useMillis();
  const { cause, receivedMs, settings, reconnects, at, by } = test;
  const when = t(`adminRealtime.by.${by}`, { when: format.relative(at, now) });
  return (
    <>
      {cause === null ? (
        <p className="figures text-lg font-semibold text-good">{t("adminRealtime.received", { ms: millis(receivedMs ?? 0) })}</p>
      ) : (
        <HealthFinding
          tone={test.state === "unknown" ? "waiting" : "bad"}
          what={t(`adminRealtime.causes.${cause}.what`)}
          todo={t(`adminRealtime.causes.${cause}.todo`)}
          code={codeOf(cause)}
          lookAt={t("adminRealtime.settings")}
          settings={settings}
        />
      )}
      <p className="text-sm text-ink-soft">
        {when}
        {reconnects > 0 && ` ${t("adminRealtime.reconnects", { count: reconnects })}`}
      </p>
    </>
  );
}

/** @param at 0: never */
function LastHealthy({ at, now }: { at: number; now: number }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <p className="border-t border-line pt-3 text-sm text-ink-soft">
      {at === 0 ? (
        t("adminRealtime.neverHealthy")
      ) : (
        <>
          {t("adminRealtime.lastHealthy")}{" "}
          <time dateTime={new Date(at).toISOString()} title={format.dateTime(at)} className="text-ink">
            {format.relative(at, now)}
          </time>
        </>
      )}
    </p>
  );
}

/** Asks the server again which settings are there: their names, never their values. */
function EnvironmentCheck() {
  const { t } = useTranslation();
  const fetcher = useFetcher<{ configured: boolean; missing: string[] } | { ok: false }>();
  const found = fetcher.data && "configured" in fetcher.data ? fetcher.data : null;
  return (
    <fetcher.Form method="post" action="/admin" className="flex flex-wrap items-center gap-3">
      <input type="hidden" name="intent" value="env-check" />
      <Button type="submit" variant="ghost" busy={fetcher.state !== "idle"}>
        {t("adminRealtime.check")}
      </Button>
      <span role="status" className="text-sm text-ink-soft">
        {found && t(found.configured ? "adminRealtime.allThere" : "adminRealtime.someMissing", { count: found.missing.length })}
      </span>
    </fetcher.Form>
  );
}
