import { Link } from "@remix-run/react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useMillis } from "#app/components/admin/use-millis.ts";
import { SectionCard } from "#app/components/card.tsx";
import { classes } from "#app/components/classes.ts";
import { CHART_RANGES, LATENCY_MEASURES, SHARES, type ChartRange, type LatencyMeasure, type OutboxCharts } from "#app/domain/outbox/charts.ts";
import { useFormat } from "#app/i18n/use-format.ts";
import { LatencyChart } from "./latency-chart.tsx";
import { ThroughputChart } from "./throughput-chart.tsx";

interface ChartsCardProps {
  charts: OutboxCharts;
  /** The page's address with another range or measure. */
  addressWith: (change: { range?: ChartRange; measure?: LatencyMeasure }) => string;
}

/** Does it arrive, and how fast: throughput and latencies over time, and the same as a table. */
export function ChartsCard({ charts, addressWith }: ChartsCardProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const { range, measure, throughput, latency, totals, delivered } = charts;
  const byDay = range === "week";
  return (
    <SectionCard
      title={t("adminOutbox.charts.title")}
      text={t("adminOutbox.charts.delivered", { count: delivered })}
      action={<Choice label={t("adminOutbox.charts.range")} items={CHART_RANGES.map((each) => ({ key: each, to: addressWith({ range: each }), isChosen: each === range, words: t(`adminOutbox.charts.ranges.${each}`) }))} />}
    >
      <div className="grid grid-cols-[minmax(0,1fr)] gap-x-8 gap-y-6 p-4 lg:grid-cols-2">
        <figure className="flex flex-col gap-3">
          <figcaption className="flex min-h-9 items-center text-sm font-medium">{t(`adminOutbox.charts.throughput.${range}`)}</figcaption>
          <ThroughputChart points={throughput} byDay={byDay} />
        </figure>
        <figure className="flex flex-col gap-3">
          <figcaption className="flex min-h-9 flex-wrap items-center justify-between gap-2 text-sm">
            <span className="font-medium">{t("adminOutbox.charts.latency")}</span>
            <Choice label={t("adminOutbox.charts.measure")} items={LATENCY_MEASURES.map((each) => ({ key: each, to: addressWith({ measure: each }), isChosen: each === measure, words: t(`adminOutbox.charts.measures.${each}`) }))} />
          </figcaption>
          {totals[measure].count > 0 ? <LatencyChart points={latency} byDay={byDay} /> : <p className="flex h-40 items-center justify-center rounded-md bg-sunken px-4 text-center text-sm text-ink-soft">{t(`adminOutbox.charts.nothing.${measure}`)}</p>}
        </figure>
      </div>
      <Totals totals={totals} />
      <details className="border-t border-line px-4 py-2 text-sm">
        <summary className="min-h-8 w-fit cursor-pointer content-center rounded-sm text-ink-soft">{t("adminOutbox.charts.table")}</summary>
        <SlotsTable charts={charts} time={(at) => (byDay ? format.dateTime(at) : format.time(at))} />
      </details>
    </SectionCard>
  );
}

interface Item {
  key: string;
  to: string;
  isChosen: boolean;
  words: string;
}

/** Links to the same page, of which one is where we are. */
const Choice = ({ label, items }: { label: string; items: Item[] }) => (
  <nav aria-label={label} className="flex max-w-full flex-wrap rounded-md bg-sunken p-0.5 text-sm">
    {items.map(({ key, to, isChosen, words }) => (
      <Link
        key={key}
        to={to}
        preventScrollReset
        replace
        aria-current={isChosen ? "true" : undefined}
        className={classes("relative rounded-sm px-2.5 py-1 whitespace-nowrap after:absolute after:inset-x-0 after:-inset-y-2 after:content-['']", isChosen ? "bg-surface font-medium text-ink" : "text-ink-soft hover:text-ink")}
      >
        {words}
      </Link>
    ))}
  </nav>
);

const Cell = ({ children }: { children: ReactNode }) => <td className="figures py-1.5 ps-3 text-end">{children}</td>;

function Heads({ first, heads }: { first: string; heads: string[] }) {
  return (
    <thead>
      <tr>
        <th scope="col" className="py-1.5 text-start font-medium text-ink-soft">
          {first}
        </th>
        {heads.map((head) => (
          <th key={head} scope="col" className="py-1.5 ps-3 text-end font-medium text-ink-soft">
            {head}
          </th>
        ))}
      </tr>
    </thead>
  );
}

/** The way of an event, stage by stage, over the whole range. */
function Totals({ totals }: Pick<OutboxCharts, "totals">) {
  const { t } = useTranslation();
  const format = useFormat();
  const millis = useMillis();
  return (
    <div className="overflow-x-auto border-t border-line px-4 py-2">
      <table className="w-full text-sm">
        <caption className="sr-only">{t("adminOutbox.charts.stages")}</caption>
        <Heads first={t("adminOutbox.charts.stage")} heads={[...SHARES.map((share) => t("adminOutbox.charts.share", { share: format.number(share * 100) })), t("adminOutbox.charts.measured")]} />
        <tbody>
          {LATENCY_MEASURES.map((measure) => (
            <tr key={measure} className="border-t border-line">
              <th scope="row" className="py-1.5 text-start font-normal">
                {t(`adminOutbox.charts.stagesNamed.${measure}`)}
              </th>
              {SHARES.map((share) => {
                const value = totals[measure].percentiles[share];
                return <Cell key={share}>{value === null ? "–" : millis(value)}</Cell>;
              })}
              <Cell>{format.number(totals[measure].count)}</Cell>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** What the charts show, as numbers; slots in which nothing happened are left out. */
function SlotsTable({ charts: { measure, throughput, latency }, time }: { charts: OutboxCharts; time: (at: number) => string }) {
  const { t } = useTranslation();
  const format = useFormat();
  const millis = useMillis();
  const rows = throughput.map((point, index) => ({ ...point, percentiles: latency[index]!.percentiles })).filter(({ delivered, dead, retried, percentiles }) => delivered + dead + retried > 0 || percentiles[0.5] !== null);
  if (rows.length === 0) return <p className="py-2 text-ink-soft">{t("adminOutbox.charts.quiet")}</p>;
  return (
    <div className="overflow-x-auto">
      <table className="w-full">
        <caption className="sr-only">{t(`adminOutbox.charts.stagesNamed.${measure}`)}</caption>
        <Heads
          first={t("adminOutbox.charts.from")}
          heads={[t("adminOutbox.states.delivered"), t("adminOutbox.charts.failures"), t("adminOutbox.states.dead"), ...SHARES.map((share) => t("adminOutbox.charts.share", { share: format.number(share * 100) }))]}
        />
        <tbody>
          {rows.map(({ at, delivered, dead, retried, percentiles }) => (
            <tr key={at} className="border-t border-line">
              <th scope="row" className="figures py-1.5 text-start font-normal whitespace-nowrap">
                {time(at)}
              </th>
              <Cell>{format.number(delivered)}</Cell>
              <Cell>{format.number(retried)}</Cell>
              <Cell>{format.number(dead)}</Cell>
              {SHARES.map((share) => {
                const value = percentiles[share];
                return <Cell key={share}>{value === null ? "–" : millis(value)}</Cell>;
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
