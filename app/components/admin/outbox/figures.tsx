import { Link } from "@remix-run/react";
import { useTranslation } from "react-i18next";
import type { Waiting } from "#app/domain/outbox/outbox.ts";
import { classes } from "#app/components/classes.ts";
import { useFormat } from "#app/i18n/use-format.ts";

interface FiguresProps {
  figures: Waiting & { inFlight: number };
  /** Within the last 24 hours. */
  delivered: number;
  /** So far is counted. */
  most: number;
  now: number;
  addressOf: (state: "pending" | "retrying" | "delivered" | "dead" | "dropped") => string;
}

/** How much waits, and how long already: the worst is the loudest. Each figure leads to its events. */
export function Figures({ figures: { pending, inFlight, retrying, dead, dropped, oldestPendingAt }, delivered, most, now, addressOf }: FiguresProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const oldest = oldestPendingAt === null ? t("adminOutbox.figures.none") : t("adminOutbox.figures.oldest", { ago: format.relative(oldestPendingAt, now) });
  const all = [
    { key: "pending", count: pending, text: oldest, to: addressOf("pending"), loud: undefined },
    { key: "inFlight", count: inFlight, text: t("adminOutbox.figures.inFlightText"), to: undefined, loud: undefined },
    { key: "retrying", count: retrying, text: t("adminOutbox.figures.retryingText"), to: addressOf("retrying"), loud: "text-waiting" },
    { key: "dead", count: dead, text: t("adminOutbox.figures.deadText"), to: addressOf("dead"), loud: "text-bad" },
    { key: "dropped", count: dropped, text: t("adminOutbox.figures.droppedText"), to: addressOf("dropped"), loud: undefined },
    { key: "delivered", count: delivered, text: t("adminOutbox.figures.deliveredText", { hours: 24 }), to: addressOf("delivered"), loud: undefined },
  ];
  return (
    <ul className="grid grid-cols-2 gap-3 md:grid-cols-3 xl:grid-cols-6">
      {all.map(({ key, count, text, to, loud }) => {
        const words = (
          <>
            <span className="block text-sm text-ink-soft">{t(`adminOutbox.figures.${key}`)}</span>
            <span className={classes("figures block text-xl font-semibold", count > 0 && loud)}>{count > most && key !== "delivered" ? t("adminOutbox.figures.moreThan", { formatted: format.number(most) }) : format.number(count)}</span>
            <span className="block text-xs text-ink-soft">{text}</span>
          </>
        );
        const box = "block h-full rounded-card border border-line bg-surface px-4 py-3";
        return (
          <li key={key}>
            {to === undefined ? (
              <div className={box}>{words}</div>
            ) : (
              <Link to={to} className={classes(box, "transition-colors hover:bg-sunken")}>
                {words}
              </Link>
            )}
          </li>
        );
      })}
    </ul>
  );
}
